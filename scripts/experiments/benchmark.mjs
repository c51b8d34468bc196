/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.benchmark.experiments(/** @type {import('scorebook').benchmark.BenchmarkOptions} */ (options));

/** @type {Definition['settings']} */
export const settings = (library) => library.benchmark.settings;
