import { objectOf, refuse } from '../core/checks';
import type { VegaLiteSpec } from '../records/figure-spec';
import { checkSpec } from '../io/check-spec';
import { renderSvg } from '../io/render';
import { currentCell, type OutputBundle } from './kernel';
import { isDataFrame, renderTable, tableRows, type DataFrameLike, type TableOptions } from './table';

/** What `show` takes: a figure, a table (DataFrame or records), or HTML. */
export type Showable = VegaLiteSpec | DataFrameLike | readonly object[] | string | object;

/** Options of `show`. */
export interface ShowOptions {
  /** What a viewer without pictures shows. Default: the figure's title, or the table as text. */
  alt?: string;
}

/**
 * Shows a figure, a table or HTML in the notebook cell; outside a notebook it prints one line instead.
 *
 * A figure goes out once as an interactive Vega-Lite chart for JupyterLab and once as SVG for HTML exports and plain
 * viewers. The figures of `plots` follow JupyterLab's theme and answer the pointer: dragging pans, Ctrl and the wheel
 * zooms, a double click goes back, a click on an entry of the legend brings it to the fore (with Shift, several), and
 * points tell their values. Write `await show(...)` so that the cell does not end before the picture is drawn.
 *
 * @param what a Vega-Lite specification, a danfojs DataFrame, an array of records, or a string of HTML.
 * @throws InvalidInputError for anything else, and for a specification that Vega-Lite does not understand.
 * @example
 * await show(plots.lossPlot(estimator.fit.history));
 */
export async function show(what: Showable, options: ShowOptions = {}): Promise<void> {
  const cell = currentCell();
  const { alt } = objectOf('show: options', options);
  const { bundle, line } = await bundleOf(what, alt, cell !== undefined);
  if (cell) cell.write(bundle);
  else console.log(line);
}

/**
 * Shows records as a table in the notebook cell; outside a notebook it prints the table as text.
 *
 * Rows of a DataFrame that have labels, such as those of `df.describe()`, are shown with them.
 * @param rows an array of records, or a danfojs DataFrame.
 * @throws InvalidInputError for anything else, and for options that do not fit.
 * @example
 * showTable(rows, { columns: ['method', 'n', 'value'], digits: 3 });
 */
export function showTable(rows: readonly object[] | DataFrameLike, options: TableOptions = {}): void {
  const { html, text } = renderTable(tableRows(rows), options);
  const cell = currentCell();
  if (cell) cell.write({ 'text/html': html, 'text/plain': text });
  else console.log(text);
}

async function bundleOf(
  what: Showable,
  alt: string | undefined,
  draw: boolean,
): Promise<{ bundle: OutputBundle; line: string }> {
  if (typeof what === 'string') {
    const text =
      alt ??
      what
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
    return { bundle: { 'text/html': what, 'text/plain': text }, line: `[html] ${text.slice(0, 200)}` };
  }
  if (isDataFrame(what) || Array.isArray(what)) {
    const rows = tableRows(what as DataFrameLike | readonly object[]);
    const { records } = rows;
    const { html, text } = renderTable(rows);
    const columns = Object.keys(records[0] ?? {}).join(', ');
    return {
      bundle: { 'text/html': html, 'text/plain': alt ?? text },
      line: `[table] ${alt ?? `${records.length} rows: ${columns}`}`,
    };
  }
  if (!isFigure(what)) {
    const expected = 'a Vega-Lite specification, a DataFrame, an array of records, or HTML';
    refuse('show', expected, what === null ? 'null' : `a value of type ${typeof what}`);
  }
  checkSpec('show', what);
  const text = alt ?? titleOf(what);
  const svg = draw ? await renderSvg(what) : '';
  return {
    bundle: { 'application/vnd.vegalite.v5+json': what, 'image/svg+xml': svg, 'text/plain': text },
    line: `[figure] ${text}`,
  };
}

function isFigure(what: unknown): what is VegaLiteSpec {
  const marks = ['$schema', 'mark', 'layer', 'facet', 'repeat', 'concat', 'hconcat', 'vconcat'];
  return typeof what === 'object' && what !== null && marks.some((key) => key in what);
}

function titleOf(spec: VegaLiteSpec): string {
  const { title } = spec as { title?: string | string[] | { text?: string | string[] } };
  const text = typeof title === 'object' && !Array.isArray(title) ? title.text : title;
  return (Array.isArray(text) ? text.join(' ') : text) ?? 'figure';
}
