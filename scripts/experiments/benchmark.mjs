/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.studies.benchmark.experiments(
    /** @type {import('scorebook').studies.benchmark.BenchmarkOptions} */ (options),
  );

/** @type {Definition['settings']} */
export const settings = (library) => library.studies.benchmark.settings;
