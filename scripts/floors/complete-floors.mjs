import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../setup/paths.mjs';

/** @typedef {import('../experiments/definition.mjs').Library} Library */
/** @typedef {import('scorebook').experiments.Experiment} Experiment */
/** @typedef {import('scorebook').tasks.GaussianTask} Task a task whose exact posterior is known */

/**
 * What pairs of samples of the exact posterior are apart.
 * @typedef {object} Floor
 * @property {string} task
 * @property {number} n observations
 * @property {number} samples on either side
 * @property {number} pairs
 * @property {readonly number[]} seeds of the observations, which the pairs take in turns
 * @property {number} mean of the squared MMD
 * @property {number} quantile95
 */

const pairs = 200;
const samples = 1000;

/** @param {string} notebook */
export function floorFile(notebook) {
  return join(root, 'results', notebook, 'floor.json');
}

/**
 * The sampling floor of a task at n observations: the mean and the 95 % quantile of the squared MMD over pairs of
 * samples of the exact posterior. The pairs take the observations of the seeds in turns, as the rows have them.
 * @param {Library} library
 * @param {Task} task
 * @param {{ n: number, samples: number, seeds: readonly number[], pairs: number }} of
 * @returns {Promise<Floor>}
 */
export async function floorOf({ drawObservations, mmdFloor }, task, { n, samples, seeds, pairs }) {
  const exact = seeds.map((seed) => task.exactPosterior(drawObservations(task, n, seed).xObs));
  // the two samples of pair i have the seeds 2 i and 2 i + 1
  const draw = (/** @type {number} */ seed) => exact[Math.floor(seed / 2) % exact.length].sample(samples, { seed });
  const { mean, quantile95 } = await mmdFloor(draw, { repeats: pairs });
  return { task: task.name, n, samples, pairs, seeds, mean, quantile95 };
}

/**
 * Computes what is missing of an experiment's floors, and keeps each as it comes.
 * @param {Library} library
 * @param {string} notebook
 * @param {Experiment} experiment
 * @param {(line: string) => void} tell
 */
export async function completeFloors(library, notebook, { task, n: counts, seeds }, tell) {
  const file = floorFile(notebook);
  /** @type {Floor[]} */
  const floors = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  for (const n of counts) {
    if (floors.some((floor) => floor.n === n)) continue;
    const floor = await floorOf(library, /** @type {Task} */ (task), { n, samples, seeds, pairs });
    floors.push(floor);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.tmp`, `[\n${floors.map((each) => ` ${JSON.stringify(each)}`).join(',\n')}\n]\n`);
    renameSync(`${file}.tmp`, file);
    tell(`${floor.task}, n = ${n}: 95 % of ${pairs} pairs are below ${floor.quantile95.toPrecision(3)}`);
  }
}
