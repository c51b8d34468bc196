/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.studies.sequential.experiments(
    /** @type {import('scorebook').studies.sequential.SequentialOptions} */ (options),
  );

/** @type {Definition['settings']} */
export const settings = (library) => library.studies.sequential.settings;
