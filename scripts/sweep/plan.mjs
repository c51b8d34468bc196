import { Problem } from '../setup/problem.mjs';
import { groupOf, measuredCosts } from './measured.mjs';
import { resourcesOf, runsPerJob } from './resources.mjs';
import { rowName } from './row-name.mjs';
import { isFinished, readLines } from './run-lines.mjs';

/**
 * What a job of the engine is told: a few trainings of one setting and budget of an experiment.
 * @typedef {object} Order
 * @property {string} job its name
 * @property {string} definition the URL of the module that defines the experiments
 * @property {import('../experiments/definition.mjs').Options} options
 * @property {string} notebook
 * @property {string} task
 * @property {string} version of its runs
 * @property {(import('../experiments/run-cells.mjs').RunName & { key: string })[]} runs
 * @property {{ keys: string[], rows: import('scorebook').ResultRow[] }} known what is finished elsewhere of these runs
 * @property {import('./resources.mjs').Resources} resources
 *
 * @typedef {object} Wanted
 * @property {string} definition
 * @property {import('../experiments/definition.mjs').Options} options
 * @property {readonly import('../experiments/definition.mjs').Part[]} parts
 * @property {import('../experiments/definition.mjs').Library} library
 * @property {(experiment: Experiment, setting: Setting) => string} version
 * @property {import('./folder.mjs').SweepFolder} folder
 * @property {'keep' | 'replace' | undefined} others what is to be done with rows of other versions
 * @property {{ minutes: number, runsPerJob?: number, threads: number }} jobs how large they are
 *
 * @typedef {import('scorebook').experiments.Experiment} Experiment
 * @typedef {import('scorebook').experiments.ExperimentSetting} Setting
 * @typedef {import('scorebook').experiments.ExperimentRun} Run
 * @typedef {import('./run-lines.mjs').FinishedLine} FinishedLine
 */

/**
 * The jobs that make what is missing of some experiments.
 * @param {Wanted} wanted
 * @returns {Order[]}
 * @throws Problem where rows of other versions are there, and nothing was said of them
 */
export function planJobs(wanted) {
  refuseOthers(wanted);
  return wanted.parts.flatMap((part) => {
    const done = doneLines(wanted, part);
    const missing = wanted.library.experiments.missingRuns(part.experiment, finishedRuns(done));
    return jobsOf(wanted, part, missing, done);
  });
}

/**
 * How an experiment stands: its lines of the current versions, failures included, and what counts as finished.
 * @param {Wanted} wanted
 * @param {import('../experiments/definition.mjs').Part} part
 */
export function standing(wanted, part) {
  const { notebook, experiment } = part;
  const current = currentVersions(wanted, experiment);
  const lines = readLines(wanted.folder.merged(notebook)).filter(({ version }) => version && current.has(version));
  return { lines, finished: finishedRuns(doneLines(wanted, part)) };
}

/**
 * @param {readonly FinishedLine[]} lines
 * @returns {import('scorebook').experiments.FinishedRuns}
 */
function finishedRuns(lines) {
  const keys = new Set(lines.map(({ run }) => run));
  const rows = lines.flatMap((line) => line.rows);
  return { has: (key) => keys.has(key), rows: () => rows };
}

/**
 * The versions of an experiment's settings as they are now.
 * @param {Pick<Wanted, 'version'>} wanted
 * @param {Experiment} experiment
 */
export function currentVersions({ version }, experiment) {
  return new Set(experiment.settings.map((setting) => version(experiment, setting)));
}

/**
 * The finished runs that need not be run again.
 * @param {Wanted} wanted
 * @param {Pick<import('../experiments/definition.mjs').Part, 'notebook' | 'experiment'>} part
 */
function doneLines(wanted, { notebook, experiment }) {
  const current = currentVersions(wanted, experiment);
  const published = readLines(wanted.folder.merged(notebook)).filter(isFinished);
  const swept = wanted.folder.lines(notebook).filter(isFinished);
  const isCurrent = (/** @type {FinishedLine} */ { version }) => version !== undefined && current.has(version);
  return [...published.filter((line) => wanted.others === 'keep' || isCurrent(line)), ...swept.filter(isCurrent)];
}

/** @param {Wanted} wanted */
function refuseOthers(wanted) {
  if (wanted.others !== undefined) return;
  const found = wanted.parts.flatMap((part) => othersOf(wanted, part));
  if (found.length === 0) return;
  const versions = [...new Set(found.map(({ version }) => version ?? 'no recorded version'))];
  const [{ run }] = found;
  throw new Problem(
    `${found.length} finished runs of what is wanted are of another version of the code or of their settings ` +
      `(${versions.slice(0, 3).join(', ')}${versions.length > 3 ? ', ...' : ''}), such as ${run}. ` +
      'Say --others keep to count them as done, or --others replace to run them again; ' +
      'each then gives way to its new rows.',
  );
}

/**
 * Finished runs of other versions that have rows of what is wanted.
 * @param {Wanted} wanted
 * @param {import('../experiments/definition.mjs').Part} part
 */
function othersOf(wanted, part) {
  const { experiment, notebook } = part;
  const current = currentVersions(wanted, experiment);
  const done = new Set(doneLines(wanted, part).flatMap((line) => line.rows.map(rowName)));
  const names = new Set(wantedRows(wanted.library, experiment).filter((name) => !done.has(name)));
  return readLines(wanted.folder.merged(notebook))
    .filter(isFinished)
    .filter(({ version, rows }) => !current.has(version ?? '') && rows.some((row) => names.has(rowName(row))));
}

/**
 * The names of all rows of an experiment.
 * @param {import('../experiments/definition.mjs').Library} library
 * @param {Experiment} experiment
 */
export function wantedRows(library, experiment) {
  const runs = library.experiments.missingRuns(experiment, { has: () => false, rows: () => [] });
  const measures = experiment.measures ?? [library.experiments.measures.squaredMmd()];
  return runs.flatMap(({ setting: { setting }, budget, seed, cells }) =>
    cells.flatMap(({ method, n, observation }) =>
      measures.map(({ metric }) => {
        const task = experiment.task.name;
        return rowName({ task, setting, method, budget, seed, n, observation, metric });
      }),
    ),
  );
}

/**
 * @param {Wanted} wanted
 * @param {import('../experiments/definition.mjs').Part} part
 * @param {readonly Run[]} missing
 * @param {readonly FinishedLine[]} done
 */
function jobsOf(wanted, { notebook, experiment }, missing, done) {
  const { definition, options, folder, version, jobs } = wanted;
  const task = experiment.task.name;
  const measured = measuredCosts(experiment, [...readLines(folder.merged(notebook)), ...folder.lines(notebook)]);
  return kindsOf(missing).flatMap((runs) => {
    const [{ setting, budget }] = runs;
    const kind = { group: groupOf(task, setting.id), budget };
    const size = jobs.runsPerJob ?? runsPerJob(kind, jobs.minutes, measured);
    return chunks(runs, size).map((some) => ({
      job: jobName(task, some, version(experiment, setting)),
      definition,
      options,
      notebook,
      task,
      version: version(experiment, setting),
      runs: some.map(({ key, seed, observation }) => ({ key, setting: setting.id, budget, seed, observation })),
      known: knownOf(task, some, done),
      resources: resourcesOf(kind, some.length, jobs.threads, measured),
    }));
  });
}

/**
 * Runs of one setting and budget together.
 * @param {readonly Run[]} runs
 */
function kindsOf(runs) {
  /** @type {Map<string, Run[]>} */
  const kinds = new Map();
  for (const run of runs) {
    const kind = JSON.stringify([run.setting.id, run.budget]);
    kinds.set(kind, [...(kinds.get(kind) ?? []), run]);
  }
  return [...kinds.values()];
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {number} size
 */
function chunks(items, size) {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/**
 * What a job is called: its experiment, its runs and their version.
 * @param {string} task
 * @param {readonly Run[]} runs of one setting and budget
 * @param {string} version
 */
function jobName(task, runs, version) {
  const [{ setting, budget }] = runs;
  const observations = runs.flatMap(({ observation }) => observation ?? []);
  const parts = [
    task,
    setting.id.replace(/[^\w-]+/g, '_'),
    budget,
    `seeds-${spans(runs.map(({ seed }) => seed))}`,
    ...(observations.length > 0 ? [`observations-${spans(observations)}`] : []),
    version,
  ];
  return parts.join('.');
}

/**
 * `1-4_7` for 1, 2, 3, 4 and 7.
 * @param {readonly number[]} numbers
 */
function spans(numbers) {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const starts = sorted.filter((value) => !sorted.includes(value - 1));
  const ends = sorted.filter((value) => !sorted.includes(value + 1));
  return starts.map((start, i) => (start === ends[i] ? `${start}` : `${start}-${ends[i]}`)).join('_');
}

/**
 * What is finished of a job's runs, where an experiment has grown by a method, an n, an observation or a measure.
 * @param {string} task
 * @param {readonly Run[]} runs
 * @param {readonly FinishedLine[]} done
 */
function knownOf(task, runs, done) {
  const trainings = new Set(
    runs.map(({ setting, budget, seed }) => JSON.stringify([task, setting.setting, budget, seed])),
  );
  const lines = done.filter(({ rows }) =>
    rows.some((row) => trainings.has(JSON.stringify([row.task, row.setting, row.budget, row.seed]))),
  );
  return { keys: lines.map(({ run }) => run), rows: lines.flatMap((line) => line.rows) };
}
