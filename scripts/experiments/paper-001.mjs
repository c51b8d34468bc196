/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.studies.paper001.experiments(/** @type {import('scorebook').studies.paper001.Paper001Options} */ (options));

/** @type {Definition['settings']} */
export const settings = (library) => library.studies.paper001.settings;
