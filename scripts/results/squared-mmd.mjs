import { fixed, listed, paragraph, span, table, thousands, withError } from './markdown.mjs';
import { experimentRows, floorsOf } from './rows.mjs';
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
      paper's A1 (\`lib/studies/paper-001.ts\`). ${howMany(rows)}`),
    paragraph(`Rows \`paper\` have the settings of Geffner et al., as far as they are stated. What is not stated is ours,
      of the score network and of the flow: width 128, silu, batches of 256, a patience of 500 epochs, and a learning
      rate that falls from 1e-4 along a half cosine over 20,000 epochs, of which early stopping sees the first part.
      Their A1 takes L = 50 Langevin steps at each level. Rows \`scorebook\` have \`npse.discreteSettings\`, the former
      default; their A1 takes L = 5 steps of ten times the size. ${ofSettings(rows)}`),
    closedForm('a Gaussian whose mean is linear in x'),
    mmdTable(rows, '01-gaussian-10d'),
    floorTable('01-gaussian-10d'),
    paragraph(`Over all of ${nOf(rows)}, at ${thousands(judgedBudget)} calls, the largest mean of \`scorebook\` by the
      predictor-corrector (PC) is ${fixed(at('scorebook', 'Score NPE (PC)'), 4)}; of the paper's setting it is
      ${fixed(at('paper', 'Score NPE (A1)'), 4)} by A1 and ${fixed(at('paper', 'Score NPE (A2)'), 4)} by A2.`),
    flowByBudget(rows),
  ].join('\n\n');
}

/** The 10-D mixture task of the paper. */
export function mixtureSection() {
  const rows = mmdRows('02-mixture-10d');
  const at = (/** @type {string} */ setting, /** @type {string} */ method, /** @type {number} */ n) =>
    mean(cell(rows, { setting, method: `Score NPE (${method})`, budget: judgedBudget, n }));
  const counts = distinct(cellsOf(rows, 'scorebook').map(({ n }) => n));
  const shares = counts.map((n) => at('scorebook', 'default', n) / Math.min(at('paper', 'A1', n), at('paper', 'A2', n)));
  return [
    '## 10-D mixture task',
    paragraph(`The likelihood is .5 N(theta, 2.25 Sigma) + .5 N(theta, Sigma / 9), the measure that of the table above.
      ${howMany(rows)}`),
    paragraph(`Rows \`scorebook\` have \`npse.discreteSettings\`; the method \`default\` draws by the library's choice on
      200 discrete levels: Algorithm 2 for n = 1, the predictor-corrector for more. ${ofSettings(rows)}`),
    closedForm('a mixture of up to eight Gaussians, in each of which the mean is linear in x'),
    mmdTable(rows, '02-mixture-10d'),
    floorTable('02-mixture-10d'),
    paragraph(`At ${thousands(judgedBudget)} calls the mean of \`scorebook, default\` over that of the better of the
      paper's A1 and A2 is at most ${fixed(Math.max(...shares), 3)}, for any number of observations from
      ${span(counts)}.`),
    scoreAgainstFlow(rows),
  ].join('\n\n');
}

/**
 * What the rows `scorebook` measure.
 * @param {string} form of the closed-form part
 */
function closedForm(form) {
  return paragraph(`**What rows \`scorebook\` measure.** The closed-form part of the network, ${form}, has exactly the form
    of this task's posterior, so that nothing is left to learn: in trainings at ${thousands(judgedBudget)} calls the
    validation loss is best at epoch 0, before the first step (the notebook shows one). These rows tell how well a
    formula is fitted and how well a sampler draws, not what a network learns.`);
}

/** What settings of our own are, where there are rows of them. */
const settingsOfOurs = new Map([
  ['scorebook, one Gaussian', 'the former default with a single Gaussian for its closed-form part'],
  ['scorebook, no Gaussian', 'the former default without a closed-form part'],
  ['default', "`npse.defaultSettings`, today's"],
]);

/** @param {Row[]} rows */
function ofSettings(rows) {
  const told = [...settingsOfOurs].filter(([setting]) => cellsOf(rows, setting).length > 0);
  return told.map(([setting, what]) => `Rows \`${setting}\` have ${what}.`).join(' ');
}

/**
 * How Flow NPE fares at n = 1 and at the largest n, by calls.
 * @param {Row[]} rows
 */
function flowByBudget(rows) {
  const counts = distinct(rows.map(({ n }) => n));
  const values = (/** @type {number} */ budget, /** @type {number} */ n) =>
    cell(rows, { setting: 'paper', method: 'Flow NPE', budget, n });
  const at = (/** @type {number} */ budget, /** @type {number} */ n) => fixed(mean(values(budget, n)), 4);
  const [{ budgets }] = groupedBySeeds(rows);
  const [fewest, most] = [budgets[0], budgets[budgets.length - 1]];
  const [one, all] = [counts[0], counts[counts.length - 1]];
  const more = bySeed(rows, { setting: 'paper', method: 'Flow NPE', budget: most, n: one }).map(
    ({ seed, value }) =>
      value - only(bySeed(rows, { setting: 'paper', method: 'Flow NPE', budget: fewest, n: one }), seed),
  );
  return paragraph(`From ${thousands(fewest)} to ${thousands(most)} calls Flow NPE goes from ${at(fewest, one)} to
    ${at(most, one)} at n = ${one} (seed by seed, ${withError(mean(more), standardError(more), 4)} more), and from ${at(fewest, all)} to ${at(most, all)} at n = ${all}. Its loss is a mean over
    sets of all sizes, and training stops where that mean is best: the few sets of one observation are overfitted by
    then, those of many are not yet fitted (notebook 01 has the course of one training).`);
}

/**
 * In how many n Score NPE is below Flow NPE in the paper's setting, by calls: opposite effects are not pooled.
 * @param {Row[]} rows
 */
function scoreAgainstFlow(rows) {
  const counts = distinct(cellsOf(rows, 'paper').map(({ n }) => n));
  const budgets = distinct(cellsOf(rows, 'paper').map(({ budget }) => budget)).sort((a, b) => a - b);
  const at = (/** @type {string} */ method, /** @type {number} */ budget, /** @type {number} */ n) =>
    mean(cell(rows, { setting: 'paper', method, budget, n }));
  const lower = budgets.map((budget) => {
    const below = (/** @type {string} */ method) =>
      counts.filter((n) => at(method, budget, n) < at('Flow NPE', budget, n)).length;
    return `${below('Score NPE (A1)')} and ${below('Score NPE (A2)')} at ${thousands(budget)} calls`;
  });
  return paragraph(`The paper's claim that Score NPE outperforms Flow NPE on this task depends on the calls: of the
    ${counts.length} numbers of observations, A1 and A2 have the lower mean at ${listed(lower)}.`);
}

/** @param {string} notebook */
function mmdRows(notebook) {
  return experimentRows(notebook).filter(({ metric }) => metric === 'squared MMD');
}

/**
 * The sentences on seeds.
 * @param {Row[]} rows
 */
function howMany(rows) {
  const [most, ...fewer] = groupedBySeeds(rows);
  const others = fewer.map(({ seeds, budgets }) => `${listed(budgets.map(thousands))} calls (${seeds.length} seeds)`);
  return `Figures are the mean ± standard error over ${most.seeds.length} seeds (${span(most.seeds)}); the paper has 40.
    ${others.length > 0 ? `Rows of ${listed(others)} are in the notebook only.` : ''}`;
}

/** @param {string} notebook */
function floorTable(notebook) {
  const floors = floorsOf(notebook);
  const [{ pairs, samples, seeds }] = floors;
  return [
    paragraph(`The sampling floor: ${pairs} pairs of ${thousands(samples)} samples of the exact posterior, which the
      observations of seeds ${span(seeds)} share in turns (\`npm run floors\`).`),
    table(
      ['pairs of exact samples', ...floors.map(({ n }) => `n = ${n}`)],
      [
        ['mean', ...floors.map((floor) => fixed(floor.mean, 5))],
        ['95 % are below', ...floors.map(({ quantile95 }) => fixed(quantile95, 5))],
      ],
    ),
  ].join('\n\n');
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

/**
 * @param {Row[]} rows
 * @param {string} notebook
 */
function mmdTable(rows, notebook) {
  const [{ budgets, seeds }] = groupedBySeeds(rows);
  const kinds = distinct(rows.map(({ setting }) => setting)).flatMap((setting) =>
    distinct(cellsOf(rows, setting).map(({ method }) => method)).map((method) => ({ setting, method })),
  );
  const lines = kinds.flatMap(({ setting, method }) =>
    budgets.flatMap((budget) => {
      const values = shownN.map((n) => cell(rows, { setting, method, budget, n }));
      const counts = values.map(({ length }) => length);
      const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
      if (most === 0) return [];
      if (fewest !== most) throw new Error(`${notebook}: ${setting}, ${method}, ${budget} calls: seeds differ by n.`);
      const counted = most === seeds.length ? '' : ` (${most} ${most === 1 ? 'seed' : 'seeds'})`;
      return [
        [
          `${setting}, ${method.replace(/^Score NPE \((.*)\)$/, '$1')}${counted}`,
          thousands(budget),
          ...values.map((each) => withError(mean(each), standardError(each), 4)),
        ],
      ];
    }),
  );
  return table(['setting, method', 'calls', ...shownN.map((n) => `n = ${n}`)], lines);
}

/**
 * The rows of a setting.
 * @param {Row[]} rows
 * @param {string} wanted
 */
function cellsOf(rows, wanted) {
  return rows.filter(({ setting }) => setting === wanted);
}

/**
 * The rows of all seeds.
 * @param {Row[]} rows
 * @param {Pick<Row, 'setting' | 'method' | 'budget' | 'n'>} wanted
 */
function bySeed(rows, { setting, method, budget, n }) {
  return rows.filter(
    (row) => row.setting === setting && row.method === method && row.budget === budget && row.n === n,
  );
}

/**
 * The value of a seed.
 * @param {Row[]} rows
 * @param {number} wanted
 */
function only(rows, wanted) {
  const found = rows.filter(({ seed }) => seed === wanted);
  if (found.length !== 1) throw new Error(`Expected one row of seed ${wanted}, found ${found.length}.`);
  return found[0].value;
}

/**
 * The values of all seeds.
 * @param {Row[]} rows
 * @param {Pick<Row, 'setting' | 'method' | 'budget' | 'n'>} wanted
 */
function cell(rows, wanted) {
  return bySeed(rows, wanted).map(({ value }) => value);
}

/**
 * The largest mean over all numbers of observations.
 * @param {Row[]} rows
 */
function largest(rows) {
  return (/** @type {string} */ setting, /** @type {string} */ method) =>
    Math.max(
      ...distinct(cellsOf(rows, setting).map(({ n }) => n)).map((n) =>
        mean(cell(rows, { setting, method, budget: judgedBudget, n })),
      ),
    );
}

/** @param {Row[]} rows */
function nOf(rows) {
  return `n = ${span(distinct(rows.map(({ n }) => n)))}`;
}
