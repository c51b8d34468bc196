/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.studies.manyObservations.experiments(
    /** @type {import('scorebook').studies.manyObservations.ManyObservationsOptions} */ (options),
  );

/** @type {Definition['settings']} */
export const settings = (library) => library.studies.manyObservations.settings;
