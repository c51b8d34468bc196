import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../setup/paths.mjs';

/**
 * @typedef {{ task: string, method: string, setting: string, n: number, metric: string, value: number }} Measured
 * @typedef {Measured & { standardError?: number | null }} Row
 * @typedef {object} Summary what a notebook leaves in results/<notebook>/summary.json
 * @property {Row[]} rows
 * @property {string[]} figures
 */

/** @param {number} value */
const short = (value) => (Math.abs(value) >= 0.001 || value === 0 ? value.toFixed(4) : value.toExponential(1));

/**
 * The lines that tell what a notebook reached and where its figures are.
 * @param {Summary} summary
 * @param {string} results the folder that stood for `results/` in the run
 * @returns {string[]}
 */
export function summaryLines(summary, results) {
  const rows = summary.rows.map(({ task, method, setting, n, metric, value, standardError }) => {
    const error = standardError ? ` +- ${short(standardError)}` : '';
    return `  ${task}, ${method} (${setting}), n = ${n}: ${metric} ${short(value)}${error}`;
  });
  const figures = summary.figures.map((figure) => `  ${figure.replace(/^results(?=\/)/, results)}`);
  return ['Reached:', ...rows, 'Figures:', ...figures];
}

/**
 * Reads a notebook's summary; undefined where it wrote none.
 * @param {string} results the folder that stood for `results/` in the run
 * @param {string} name the notebook's
 */
export function readSummary(results, name) {
  const file = join(results, name, 'summary.json');
  if (!existsSync(file)) return undefined;
  return summaryLines(JSON.parse(readFileSync(file, 'utf8')), relative(root, results));
}
