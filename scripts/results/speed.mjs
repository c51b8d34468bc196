import { fixed, paragraph, short, table } from './markdown.mjs';
import { summaryOf } from './rows.mjs';

/** @typedef {import('./rows.mjs').Row} Row */

/** How the units of the rows are written behind a number. */
const units = new Map([
  ['ms per step', 'ms'],
  ['ms per pass', 'ms'],
  ['seconds per draw', 's'],
  ['seconds per training', 's'],
]);

/**
 * Two contestants of one part of the benchmark.
 * @typedef {object} Pair
 * @property {Row} ratio
 * @property {Row} first
 * @property {Row} second
 */

/** The benchmark of speed. */
export function speedSection() {
  const { rows, versions, machine } = summaryOf('bench');
  const lines = pairs(rows).map(({ ratio, first, second }) => [
    ratio.task,
    `${first.method}: ${timed(first)}`,
    `${second.method}: ${timed(second)}`,
    `${short(ratio.value)} (${short(ratio.min ?? NaN)} to ${short(ratio.max ?? NaN)})`,
  ]);
  const share = only(rows, (row) => row.task.startsWith('Training step') && row.metric.startsWith('%'));
  const products = only(rows, (row) => row.metric === 'GFLOP/s' && row.setting === '512 x 512');
  const memory = rows
    .filter(({ metric }) => metric === 'MiB above the idle process')
    .reduce((most, row) => (row.n > most.n ? row : most));
  return [
    '## Speed',
    paragraph(`\`results/bench/summary.json\`, made by \`npm run bench -- --peers\` on ${machine.cores} cores of a
      shared server (${machine.cpu}), whose matrix products reached ${short(products.value)} GFLOP/s: TensorFlow ${versions.tensorflow}, PyTorch ${versions.torch},
      \`sbi\` ${versions.sbi}. Contestants run in turns within one run; times are medians, ratios are taken round by round
      (median and range). PyTorch and \`sbi\` stand with the faster of one and two threads. *compiled* is Scorebook.`),
    table(['what', 'Scorebook', 'against', 'times faster'], lines),
    paragraph(`\`sbi\`'s factorised composition (\`fnpe\`) has the same network and number of network calls as Algorithm 2,
      at n = 8. ${formerDefaults(rows)}`),
    paragraph(`The training step reaches ${fixed(share.value, 0)} % of the machine's matrix-product peak. A draw for
      n = ${memory.n.toLocaleString('en-US')} observations takes ${fixed(memory.value, 0)} MiB beyond the idle process.
      \`bench/README.md\` says how each part is measured.`),
    ...accuracies(rows),
  ].join('\n\n');
}

/**
 * How near the draws of the classical family came to the published posterior, on either side, where it was measured.
 * @param {Row[]} rows
 */
function accuracies(rows) {
  const found = rows.filter(({ metric }) => metric === 'C2ST');
  if (found.length === 0) return [];
  const tasks = [...new Set(found.map(({ task }) => task))];
  const lines = tasks.map((task) => {
    const alike = found.filter((row) => row.task === task);
    const peers = alike.filter(({ method }) => method !== 'Scorebook').sort((a, b) => a.value - b.value);
    const ours = alike.find(({ method }) => method === 'Scorebook');
    const said = (/** @type {Row | undefined} */ row) => (row ? fixed(row.value, 3) : '');
    return [task.replace(/: accuracy$/, ''), said(ours), said(peers[0])];
  });
  return [
    paragraph(`C2ST of the draws of the classical family, given published observation 1 (.5 is best); of \`sbi\`'s
      trainings the better one.`),
    table(['what', 'Scorebook', '`sbi`'], lines),
  ];
}

/** The most important ratios in one sentence: for the README. */
export function speedSummary() {
  const summary = summaryOf('bench');
  const all = pairs(summary.rows);
  const closest = (/** @type {(pair: Pair) => boolean} */ isOne) =>
    all.filter(isOne).sort((a, b) => a.ratio.value - b.ratio.value)[0];
  const step = closest(({ second }) => second.method.startsWith('PyTorch'));
  const composed = closest(({ second }) => second.method.startsWith('sbi fnpe'));
  const defaults = all
    .filter(({ ratio }) => ratio.task.startsWith('Training on'))
    .map(({ ratio }) => Number(ratio.value.toPrecision(2)))
    .sort((a, b) => a - b);
  const range = defaults.length > 0 ? `${defaults[0]} to ${defaults[defaults.length - 1]}` : 'not measured';
  const times = (/** @type {Pair} */ { ratio }) => `${Number(ratio.value.toPrecision(2))} times as fast as \`sbi\`'s`;
  const fastest = step.second.method.replace(/, \d threads?$/, '').replace(', ', ' with ');
  return `Speed on ${summary.machine.cores} shared cores: a training step of the paper's network takes
    ${timed(step.first)} (${fastest}: ${timed(step.second)}, ${Number(step.ratio.value.toPrecision(2))} times as long); by default, training on 10,000 simulations is
    ${range} times as fast as \`sbi\`'s NPSE; a draw given eight observations is ${times(composed)} with as many network
    calls.`;
}

/**
 * The ratios that name both contestants, as in `compiled over eager tfjs`, with the rows of these.
 * @param {Row[]} rows
 * @returns {Pair[]}
 */
function pairs(rows) {
  return rows
    .filter(({ metric, method }) => metric === 'times faster' && method.includes(' over '))
    .flatMap((ratio) => {
      const alike = rows.filter(({ task, n, metric }) => task === ratio.task && n === ratio.n && units.has(metric));
      const [first, second] = ratio.method.split(' over ').map((name) => alike.find(({ method }) => method === name));
      return first && second ? [{ ratio, first, second }] : [];
    });
}

/**
 * The sentence for a run that is older than the default sampler of today; its rows name the sampler.
 * @param {Row[]} rows
 */
function formerDefaults(rows) {
  const found = pairs(rows).find(({ ratio }) => ratio.task.endsWith('defaults'));
  const [, sampler] = /^n = 1, (.+)$/.exec(found?.first.setting ?? '') ?? [];
  return sampler ? `Our default draw was another one then (${sampler}), before \`dpmSolver\` took its place.` : '';
}

/**
 * @param {Row[]} rows
 * @param {(row: Row) => boolean} isWanted
 */
function only(rows, isWanted) {
  const found = rows.filter(isWanted);
  if (found.length !== 1) throw new Error(`Expected one row of results/bench/summary.json, found ${found.length}.`);
  return found[0];
}

/** @param {Row} row */
function timed({ value, metric }) {
  return `${short(value)} ${units.get(metric)}`;
}
