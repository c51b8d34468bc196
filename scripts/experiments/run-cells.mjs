/**
 * One training of an experiment, by what names it.
 * @typedef {{ setting: string, budget: number, seed: number, observation?: number }} RunName
 */

/**
 * Runs what is missing of one training of an experiment, in this process, whoever asked for it: a process of `npm run
 * experiments` or a job of `npm run sweep`.
 * @param {import('./definition.mjs').Library} library
 * @param {import('scorebook').experiments.Experiment} experiment
 * @param {RunName} name
 * @param {import('scorebook').experiments.RunStore} store keeps the rows
 * @param {AbortSignal} signal
 * @returns {Promise<readonly import('scorebook').experiments.RunFailure[]>}
 */
export async function runCells(library, experiment, { setting, budget, seed, observation }, store, signal) {
  const { settings, observations } = experiment;
  const part = {
    ...experiment,
    // all n together: the observations of a run are the first of its largest set
    settings: settings.filter(({ id }) => id === setting),
    budgets: [budget],
    seeds: [seed],
    ...(observation !== undefined && { observations: observations && { ...observations, numbers: [observation] } }),
  };
  const { failures } = await library.experiments.runExperiment(part, store, { signal });
  return failures;
}
