/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.paper001.experiments(/** @type {import('scorebook').paper001.Paper001Options} */ (options));

/** @type {Definition['settings']} */
export const settings = (library) => library.paper001.settings;
