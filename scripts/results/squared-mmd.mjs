import { fixed, listed, paragraph, span, table, thousands, withError } from './markdown.mjs';
import { experimentRows, floorOf } from './rows.mjs';
import { distinct, mean, standardError } from './statistics.mjs';

/** @typedef {import('./rows.mjs').Row} Row */

const shownN = [1, 2, 4, 8];
const judgedBudget = 10_000;

/** The 10-D Gaussian task of the paper. */
export function gaussianSection() {
  const rows = mmdRows('01-gaussian-10d');
  const at = largest(rows);
  return [
    '## 10-D Gaussian task',
    paragraph(`Squared MMD to the exact posterior: the unbiased estimate, so that a value may be below zero, with a
      Gaussian kernel whose length is the median distance. There are 1,000 samples on either side, but 256 draws of the
      paper's A1 (\`lib/studies/paper-001.ts\`). ${howMany('01-gaussian-10d', rows)}`),
    paragraph(`Rows \`paper\` have the settings of Geffner et al., as far as they are stated; their A1 takes L = 50
      Langevin steps at each level. Rows \`scorebook\` have \`npse.discreteSettings\`, the former default; their A1 takes
      L = 5 steps of ten times the size. The closed-form part of our network, a Gaussian whose mean is linear in x, has
      the very form of this task's posterior, so that little is left to learn.`),
    mmdTable(rows),
    paragraph(`Over all of ${nOf(rows)}, at ${thousands(judgedBudget)} calls, the largest mean of \`scorebook\` by the
      predictor-corrector (PC) is ${fixed(at('scorebook', 'Score NPE (PC)'), 4)}; of the paper's setting it is
      ${fixed(at('paper', 'Score NPE (A1)'), 4)} by A1 and ${fixed(at('paper', 'Score NPE (A2)'), 4)} by A2.`),
  ].join('\n\n');
}

/** The 10-D mixture task of the paper. */
export function mixtureSection() {
  const rows = mmdRows('02-mixture-10d');
  const at = (/** @type {string} */ setting, /** @type {string} */ method, /** @type {number} */ n) =>
    mean(cell(rows, { setting, method: `Score NPE (${method})`, budget: judgedBudget, n }));
  const shares = distinct(rows.map(({ n }) => n)).map(
    (n) => at('scorebook', 'default', n) / Math.min(at('paper', 'A1', n), at('paper', 'A2', n)),
  );
  return [
    '## 10-D mixture task',
    paragraph(`The likelihood is .5 N(theta, 2.25 Sigma) + .5 N(theta, Sigma / 9), the measure that of the table above.
      ${howMany('02-mixture-10d', rows)}`),
    paragraph(`Rows \`scorebook\` have \`npse.discreteSettings\`; \`default\` draws by the library's choice on 200 discrete
      levels: Algorithm 2 for n = 1, the predictor-corrector for more. Their closed-form part, a mixture of Gaussians,
      has the very form of this task; in rows \`scorebook, one Gaussian\` it is a single Gaussian, and the network has to
      learn the two widths.`),
    mmdTable(rows),
    paragraph(`At ${thousands(judgedBudget)} calls the mean of \`scorebook, default\` over that of the better of the
      paper's A1 and A2 is at most ${fixed(Math.max(...shares), 3)}, for any number of observations from
      ${span(distinct(rows.map(({ n }) => n)))}.`),
  ].join('\n\n');
}

/** @param {string} notebook */
function mmdRows(notebook) {
  return experimentRows(notebook).filter(({ metric }) => metric === 'squared MMD');
}

/**
 * The sentences on seeds and floor.
 * @param {string} notebook
 * @param {Row[]} rows
 */
function howMany(notebook, rows) {
  const [most, ...fewer] = groupedBySeeds(rows);
  const others = fewer.map(({ seeds, budgets }) => `${listed(budgets.map(thousands))} calls (${seeds.length} seeds)`);
  return `Figures are the mean ± standard error over ${most.seeds.length} seeds (${span(most.seeds)}).
    ${others.length > 0 ? `Rows of ${listed(others)} are in the notebook's figures only.` : ''}
    The sampling floor, which 95 % of pairs of 1,000 exact samples stay below at n = 8, is
    ${fixed(floorOf(notebook, 'mmd-by-n'), 4)}; no row has it, but \`results/${notebook}/figures/mmd-by-n.svg\` does.`;
}

/**
 * The budgets by the seeds that they were run with, most seeds first.
 * @param {Row[]} rows
 */
function groupedBySeeds(rows) {
  const groups = distinct(rows.map(({ budget }) => budget)).map((budget) => ({
    budget,
    seeds: distinct(rows.filter((row) => row.budget === budget).map(({ seed }) => seed)),
  }));
  const counts = distinct(groups.map(({ seeds }) => seeds.length)).sort((a, b) => b - a);
  return counts.map((count) => {
    const alike = groups.filter(({ seeds }) => seeds.length === count);
    return { seeds: alike[0].seeds, budgets: alike.map(({ budget }) => budget).sort((a, b) => a - b) };
  });
}

/** @param {Row[]} rows */
function mmdTable(rows) {
  const [{ budgets, seeds }] = groupedBySeeds(rows);
  const kinds = distinct(rows.map(({ setting }) => setting)).flatMap((setting) =>
    distinct(rows.filter((row) => row.setting === setting).map(({ method }) => method)).map((method) => ({
      setting,
      method,
    })),
  );
  const lines = kinds.flatMap(({ setting, method }) =>
    budgets.map((budget) => [
      `${setting}, ${method.replace(/^Score NPE \((.*)\)$/, '$1')}`,
      thousands(budget),
      ...shownN.map((n) => {
        const values = cell(rows, { setting, method, budget, n });
        if (values.length !== seeds.length)
          throw new Error(`${setting}, ${method}, ${budget} calls, n = ${n}: not ${seeds.length} seeds.`);
        return withError(mean(values), standardError(values), 4);
      }),
    ]),
  );
  return table(['setting, method', 'calls', ...shownN.map((n) => `n = ${n}`)], lines);
}

/**
 * The values of all seeds.
 * @param {Row[]} rows
 * @param {Pick<Row, 'setting' | 'method' | 'budget' | 'n'>} wanted
 */
function cell(rows, { setting, method, budget, n }) {
  const inCell = (/** @type {Row} */ row) =>
    row.setting === setting && row.method === method && row.budget === budget && row.n === n;
  return rows.filter(inCell).map(({ value }) => value);
}

/**
 * The largest mean over all numbers of observations.
 * @param {Row[]} rows
 */
function largest(rows) {
  return (/** @type {string} */ setting, /** @type {string} */ method) =>
    Math.max(
      ...distinct(rows.map(({ n }) => n)).map((n) => mean(cell(rows, { setting, method, budget: judgedBudget, n }))),
    );
}

/** @param {Row[]} rows */
function nOf(rows) {
  return `n = ${span(distinct(rows.map(({ n }) => n)))}`;
}
