import { groupOf, measuredCosts } from './measured.mjs';
import { standing } from './plan.mjs';

/**
 * The runs of one task, setting and budget: how many there are, how they stand, and what they took.
 * @typedef {object} Cell
 * @property {string} notebook
 * @property {string} task
 * @property {string} setting its id
 * @property {number} budget
 * @property {number} wanted
 * @property {number} missing failed ones included
 * @property {import('./run-lines.mjs').SweptLine[]} failed
 * @property {number[]} seconds of finished runs
 * @property {number | undefined} memoryMB the most
 * @property {string[]} hosts
 */

/**
 * All cells of some experiments.
 * @param {import('./plan.mjs').Wanted} wanted
 * @returns {Cell[]}
 */
export function cellsOf(wanted) {
  return wanted.parts.flatMap((part) => {
    const { notebook, experiment } = part;
    const { task, settings, budgets } = experiment;
    const { missingRuns } = wanted.library.experiments;
    const { lines, finished } = standing(wanted, part);
    const all = missingRuns(experiment, { has: () => false, rows: () => [] });
    const missing = missingRuns(experiment, finished);
    const costs = measuredCosts(experiment, lines);
    return settings.flatMap((setting) =>
      budgets.map((budget) => {
        const isHere = (/** @type {import('./plan.mjs').Run} */ run) =>
          run.setting.id === setting.id && run.budget === budget;
        const keys = new Set(missing.filter(isHere).map(({ key }) => key));
        const own = costs.filter((cost) => cost.group === groupOf(task.name, setting.id) && cost.budget === budget);
        const prefix = `${task.name}/${setting.id}/budget=${budget}/`;
        return {
          notebook,
          task: task.name,
          setting: setting.id,
          budget,
          wanted: all.filter(isHere).length,
          missing: keys.size,
          failed: lines.filter((line) => line.error && keys.has(line.run)),
          seconds: own.map(({ seconds }) => seconds),
          memoryMB: own.reduce(
            (/** @type {number | undefined} */ most, { memoryMB }) => max(most, memoryMB),
            undefined,
          ),
          hosts: [...new Set(lines.flatMap(({ run, host }) => (host && run.startsWith(prefix) ? [host] : [])))].sort(),
        };
      }),
    );
  });
}

/**
 * @param {number | undefined} a
 * @param {number | undefined} b
 */
function max(a, b) {
  return a === undefined ? b : Math.max(a, b ?? a);
}
