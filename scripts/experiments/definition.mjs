import { createRequire } from 'node:module';
import { Problem } from '../setup/problem.mjs';

/** @typedef {typeof import('scorebook')} Library */
/** @typedef {import('scorebook').experiments.Experiment} Experiment */
/** @typedef {import('./arguments.mjs').Asked['options']} Options */

/**
 * What a module says of experiments, those of a paper or of the benchmark; each process of a sweep imports it, since
 * trainings cannot be sent to a process.
 * @typedef {object} Definition
 * @property {(library: Library, options: Options) => { notebook: string, experiment: Experiment }[]} experiments
 * @property {(library: Library) => readonly string[]} settings the names that `options.settings` may have
 */

/**
 * One experiment of a definition, with its place there.
 * @typedef {{ index: number, notebook: string, experiment: import('scorebook').experiments.Experiment }} Part
 */

/** The built library, which is CommonJS. */
export function loadLibrary() {
  return /** @type {Library} */ (createRequire(import.meta.url)('scorebook'));
}

/**
 * The experiments that were asked for.
 * @param {string} definition the module's URL
 * @param {Library} library
 * @param {{ tasks?: string[], options: Options }} asked
 * @returns {Promise<{ parts: Part[], settings: readonly string[] }>} with the names that settings may have
 */
export async function chosen(definition, library, { tasks, options }) {
  /** @type {Definition} */
  const module = await import(definition);
  choose('--settings', 'setting', options.settings, module.settings(library));
  const refused = (/** @type {unknown} */ error) =>
    error instanceof library.InvalidInputError ? new Problem(error.message) : error;
  /** @type {Part[]} */
  let all;
  try {
    all = module.experiments(library, options).map((each, index) => ({ index, ...each }));
  } catch (error) {
    throw refused(error);
  }
  choose(
    '--tasks',
    'task',
    tasks,
    all.map(({ experiment }) => experiment.task.name),
  );
  const parts = all.filter(({ experiment }) => !tasks || tasks.includes(experiment.task.name));
  try {
    for (const { notebook, experiment } of parts)
      library.experiments.missingRuns(experiment, library.openResults(notebook));
  } catch (error) {
    throw refused(error);
  }
  return { parts, settings: module.settings(library) };
}

/**
 * @param {string} option
 * @param {string} what
 * @param {readonly string[] | undefined} wanted
 * @param {readonly string[]} known
 */
function choose(option, what, wanted, known) {
  const unknown = wanted?.find((word) => !known.includes(word));
  if (unknown !== undefined)
    throw new Problem(`${option}: there is no ${what} "${unknown}"; there are: ${known.join(', ')}.`);
}

/**
 * What there is: names for --settings and --tasks, settings with their methods, budgets, seeds and numbers of
 * observations.
 * @param {Part[]} parts
 * @param {readonly string[]} names of settings
 */
export function listing(parts, names) {
  const lines = parts.map(({ notebook, experiment: { task, settings, budgets, seeds, n, observations } }) =>
    [
      `${task.name} (results/${notebook})`,
      ...settings.map(({ id, methods }) => `  ${id}: ${methods.join(', ')}`),
      `  budgets ${budgets.join(', ')}; ${seeds.length} seeds; n = ${n.join(', ')}${observations ? `; observations ${observations.numbers.join(', ')}` : ''}`,
    ].join('\n'),
  );
  return [`--settings ${names.join(',')}`, ...lines].join('\n');
}

/**
 * How much of the experiments is done.
 * @param {Part[]} parts
 * @param {Library} library
 */
export function status(parts, library) {
  let all = 0;
  let left = 0;
  const lines = parts.flatMap(({ notebook, experiment }) => {
    const { task, settings, budgets, seeds, observations } = experiment;
    const missing = library.experiments.missingRuns(experiment, library.openResults(notebook));
    return settings.flatMap(({ id, perObservation }) =>
      budgets.map((budget) => {
        const open = missing.filter((run) => run.setting.id === id && run.budget === budget).length;
        const runs = seeds.length * (perObservation && observations ? observations.numbers.length : 1);
        all += runs;
        left += open;
        return `${task.name}, ${id}, ${budget} calls: ${runs - open} of ${runs} runs done`;
      }),
    );
  });
  return [...lines, `${all - left} of ${all} runs done, ${left} to do`].join('\n');
}
