import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/**
 * A measured number, as the library keeps it.
 * @typedef {object} Row
 * @property {string} task
 * @property {string} method
 * @property {string} setting
 * @property {number} budget
 * @property {number} n
 * @property {number} seed
 * @property {number} [observation] the number of a published observation
 * @property {string} metric
 * @property {number} value
 * @property {number} [min] of the rounds of a benchmark
 * @property {number} [max]
 * @property {number} [rounds]
 */

/**
 * @typedef {object} Summary
 * @property {Row[]} rows
 * @property {Record<string, string>} versions
 * @property {{ cpu: string, cores: number, memoryGiB: number }} machine
 */

/**
 * A published mean over observations.
 * @typedef {object} Published
 * @property {string} task
 * @property {number} budget
 * @property {string} algorithm
 * @property {number} mean
 * @property {number | undefined} standardError over the observations; undefined where no spread was published
 */

/** @param {string[]} path from the root */
const read = (...path) => readFileSync(join(root, ...path), 'utf8');

/**
 * The committed rows of an experiment; runs that failed have none.
 * @param {string} notebook
 * @returns {Row[]}
 */
export function experimentRows(notebook) {
  const lines = read('results', notebook, 'rows.jsonl').split('\n').filter(Boolean);
  return lines.flatMap((line) => JSON.parse(line).rows ?? []);
}

/**
 * What a notebook or the speed benchmark leaves beside its rows.
 * @param {string} folder in results/
 * @returns {Summary}
 */
export function summaryOf(folder) {
  return JSON.parse(read('results', folder, 'summary.json'));
}

/**
 * What pairs of exact samples are apart, as `npm run floors` computed it; in the order of n.
 * @param {string} notebook
 * @returns {import('../floors/complete-floors.mjs').Floor[]}
 */
export function floorsOf(notebook) {
  /** @type {import('../floors/complete-floors.mjs').Floor[]} */
  const floors = JSON.parse(read('results', notebook, 'floor.json'));
  return floors.sort((a, b) => a.n - b.n);
}

/**
 * The figures published with the benchmark, of the tasks as they are today.
 * @returns {Published[]}
 */
export function publishedFigures() {
  const [, ...lines] = read('data', 'published', 'sbibm-c2st.csv').trim().split('\n');
  return lines
    .map((line) => line.trim().split(','))
    .filter(([, , , , , , comparable]) => comparable === 'yes')
    .map(([task, budget, algorithm, value, std, observations]) => ({
      task,
      budget: Number(budget),
      algorithm,
      mean: Number(value),
      standardError: std === '' ? undefined : Number(std) / Math.sqrt(Number(observations)),
    }));
}

/**
 * The lowest figure of GenSBI for each task and budget, over its models and ways to train.
 * @returns {Published[]}
 */
export function gensbiFigures() {
  const [, ...lines] = read('data', 'published', 'gensbi-c2st.csv').trim().split('\n');
  const all = lines.map((line) => {
    const [task, budget, , , value] = line.split(',');
    return { task, budget: Number(budget), mean: Number(value), algorithm: 'GenSBI', standardError: undefined };
  });
  return all.filter(
    (one) => !all.some(({ task, budget, mean }) => task === one.task && budget === one.budget && mean < one.mean),
  );
}
