import { isFinished } from './run-lines.mjs';

/** @typedef {import('./run-lines.mjs').FinishedLine} FinishedLine */

/**
 * What a run took: its kind, seconds, and the most memory where that is known.
 * @typedef {{ group: string, budget: number, seconds: number, memoryMB?: number }} Cost
 */

/** A draw is judged for about half as long as it and its training took, where a line does not say what it took. */
const withJudging = 1.5;

/**
 * What finished runs took, by the lines of an experiment's notebook, whatever their version.
 * @param {import('scorebook').experiments.Experiment} experiment
 * @param {readonly import('./run-lines.mjs').SweptLine[]} lines
 * @returns {Cost[]}
 */
export function measuredCosts({ task, settings }, lines) {
  /** @type {Map<string, { kind: import('../experiments/time-left.mjs').Kind, lines: FinishedLine[] }>} */
  const runs = new Map();
  for (const line of lines.filter(isFinished)) {
    const [row] = line.rows;
    const setting = settings.find((each) => each.setting === row.setting && each.methods.includes(row.method));
    if (!setting || row.task !== task.name) continue;
    const key = `${line.version}/${line.run.replace(/\/and .*$/, '')}`;
    const run = runs.get(key) ?? { kind: { group: groupOf(task.name, setting.id), budget: row.budget }, lines: [] };
    run.lines.push(line);
    runs.set(key, run);
  }
  return [...runs.values()].map(({ kind, lines }) => ({ ...kind, ...costOf(lines) }));
}

/**
 * @param {string} task
 * @param {string} setting its id
 */
export function groupOf(task, setting) {
  return `${task}/${setting}`;
}

/** @param {readonly FinishedLine[]} lines all of one training */
function costOf(lines) {
  if (lines.every(({ began, ended }) => began && ended)) {
    const seconds = lines.reduce((sum, { began, ended }) => sum + secondsBetween(began, ended), 0);
    return { seconds, memoryMB: Math.max(...lines.map(({ memoryMB = 0 }) => memoryMB)) };
  }
  // each row says what its training and its draw took together; the measures of a draw say the same
  const draws = [...new Set(lines.flatMap(({ rows }) => rows.map(({ seconds }) => seconds)))];
  const training = Math.min(...draws);
  return { seconds: withJudging * draws.reduce((sum, seconds) => sum + seconds - training, training) };
}

/**
 * @param {string | undefined} from
 * @param {string | undefined} to
 */
function secondsBetween(from = '', to = '') {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
