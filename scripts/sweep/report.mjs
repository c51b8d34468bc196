import { createRequire } from 'node:module';
import { cellsOf } from './cells.mjs';
import { standing } from './plan.mjs';
import { isFinished, writeAtomically } from './run-lines.mjs';

/** @typedef {import('./cells.mjs').Cell} Cell */
/** @typedef {import('scorebook').ResultRow} Row */

const style = `body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
tr.failed td { color: #a40000 } tr.done td { color: #555 }
pre { white-space: pre-wrap; background: #f6f6f6; padding: .6rem; margin: .3rem 0 1rem }
svg { max-width: 100%; height: auto }`;

/**
 * Writes the page of a sweep, which needs no other file and no network: what is done, missing and failed, what it took,
 * and its figures so far.
 * @param {import('./plan.mjs').Wanted} wanted
 */
export async function writeReport(wanted) {
  writeAtomically(wanted.folder.report, await reportPage(wanted));
}

/** @param {import('./plan.mjs').Wanted} wanted */
async function reportPage(wanted) {
  const cells = cellsOf(wanted);
  const total = sum(cells, ({ wanted }) => wanted);
  const missing = sum(cells, ({ missing }) => missing);
  const failed = sum(cells, ({ failed }) => failed.length);
  const text = `${total - missing} of ${total} runs done, ${missing - failed} missing, ${failed} failed`;
  const parts = [
    `<h1>Sweep</h1><p>${text}; ${new Date().toISOString()}</p>`,
    table(cells),
    ...(failed > 0 ? ['<h2>Failed runs</h2>', ...cells.flatMap(({ failed }) => failed.map(failure))] : []),
    '<h2>Figures so far</h2>',
    ...(await figures(wanted)),
  ];
  const title = '<meta charset="utf-8"><title>Sweep</title>';
  return `<!doctype html><html lang="en"><head>${title}<style>${style}</style></head><body>${parts.join('\n')}</body></html>\n`;
}

/** @param {readonly Cell[]} cells */
function table(cells) {
  const heads = [
    'task',
    'setting',
    'calls',
    'done',
    'missing',
    'failed',
    'seconds, median (most)',
    'MB, most',
    'hosts',
  ];
  const rows = cells.map((cell) => {
    const { wanted, missing, failed, seconds, memoryMB, hosts } = cell;
    const took = seconds.length === 0 ? '' : `${shown(median(seconds))} (${shown(Math.max(...seconds))})`;
    const numbers = [cell.budget, wanted - missing, missing - failed.length, failed.length, took, memoryMB ?? ''];
    const state = failed.length > 0 ? 'failed' : missing === 0 ? 'done' : 'open';
    return `<tr class="${state}">${[cell.task, cell.setting].map((text) => `<td>${escaped(text)}</td>`).join('')}${numbers
      .map((value) => `<td class="number">${value}</td>`)
      .join('')}<td>${escaped(hosts.join(', '))}</td></tr>`;
  });
  const head = heads.map((text, i) => `<th${i > 1 && i < 8 ? ' class="number"' : ''}>${text}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

/** @param {import('./run-lines.mjs').SweptLine} line */
function failure({ run, at = '', error, host, ended = '' }) {
  const where = [at, host && `on ${host}`, ended].filter(Boolean).join(', ');
  return `<p>${escaped(run)}: ${escaped(where)}</p><pre>${escaped(`${error?.name}: ${error?.message}`)}</pre>`;
}

/**
 * One figure of each notebook and measure, of the rows that count as done.
 * @param {import('./plan.mjs').Wanted} wanted
 */
async function figures(wanted) {
  const { renderSvg } = createRequire(import.meta.url)('scorebook/dist/io/render');
  const drawn = wanted.parts.flatMap((part) => {
    const { lines } = standing(wanted, part);
    const rows = lines.filter(isFinished).flatMap((line) => line.rows);
    const metrics = [...new Set(rows.map(({ metric }) => metric))];
    return metrics.map((metric) => ({
      task: part.experiment.task.name,
      rows: rows.filter((row) => row.metric === metric),
    }));
  });
  if (drawn.length === 0) return ['<p>None: no run has finished.</p>'];
  const svgs = drawn.map(({ task, rows }) => renderSvg(wanted.library.plots.curvePlot(rows, optionsOf(task, rows))));
  return Promise.all(svgs);
}

/**
 * @param {string} task
 * @param {readonly Row[]} rows of one task and measure
 * @returns {import('scorebook').plots.CurvePlotOptions}
 */
function optionsOf(task, rows) {
  const over = rows.some(({ observation }) => observation !== undefined) ? 'observation' : 'seed';
  const title = `${rows[0].metric}, ${task}`;
  return new Set(rows.map(({ n }) => n)).size > 1
    ? { x: 'n', facet: 'budget', over, title }
    : { x: 'budget', facet: 'n', over, title };
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** @param {number} seconds */
function shown(seconds) {
  return seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
}

/**
 * @param {readonly Cell[]} cells
 * @param {(cell: Cell) => number} count
 */
function sum(cells, count) {
  return cells.reduce((total, cell) => total + count(cell), 0);
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
}
