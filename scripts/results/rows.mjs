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
 * @property {number} observations
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
 * The sampling floor that a notebook computed and drew in a figure: no row has it.
 * @param {string} notebook
 * @param {string} figure
 * @returns {number}
 */
export function floorOf(notebook, figure) {
  /** @type {number[]} */
  const found = [];
  JSON.parse(read('results', notebook, 'figures', `${figure}.vl.json`), (_, value) => {
    if (typeof value?.label === 'string' && value.label.startsWith('sampling floor')) found.push(value.value);
    return value;
  });
  if (found.length === 0) throw new Error(`results/${notebook}/figures/${figure}.vl.json has no sampling floor.`);
  return found[0];
}

/**
 * The published figures of the tasks as they are today.
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
      observations: Number(observations),
    }));
}
