/** @typedef {import('./definition.mjs').Definition} Definition */

/** @type {Definition['experiments']} */
export const experiments = (library, options) =>
  library.studies.scoresInRounds.experiments(
    /** @type {import('scorebook').studies.scoresInRounds.ScoresInRoundsOptions} */ (options),
  );

/** @type {Definition['settings']} */
export const settings = (library) => library.studies.scoresInRounds.settings;
