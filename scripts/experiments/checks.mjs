/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.studies.checks.experiments(/** @type {import('scorebook').studies.checks.ChecksOptions} */ (options));

/** @type {Definition['settings']} */
export const settings = (library) => library.studies.checks.settings;
