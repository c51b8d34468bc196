/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.studies.classical.experiments(
    /** @type {import('scorebook').studies.classical.ClassicalOptions} */ (options),
  );

/** @type {Definition['settings']} */
export const settings = (library) => library.studies.classical.settings;
