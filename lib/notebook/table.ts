import { demand, objectOf, refuse, requireCount, requireNumber } from '../core/checks';
import { escapeHtml } from './html';

/** Options of a shown table. */
export interface TableOptions {
  /** Significant digits of numbers. Default 4. */
  digits?: number;
  /** Which columns, in this order. Default: all of the first row, then those that later rows add. */
  columns?: readonly string[];
  /** A line above the table. */
  caption?: string;
  /** Rows shown; the rest is counted below. Default 100. */
  maxRows?: number;
}

/** Records, and the labels of the rows where these are not just their numbers. */
export interface TableRows {
  readonly records: readonly object[];
  readonly labels?: readonly (string | number)[];
}

/** A table ready to be written: header, cells as text, and which columns hold numbers. */
interface TextTable {
  /** The labels of the rows, as a first column without a name. */
  readonly labels?: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly (readonly string[])[];
  readonly numeric: readonly boolean[];
  readonly left: number;
}

/** Anything that keeps a table the way danfojs does. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
  /** The labels of the rows. Default: their numbers from 0. */
  readonly index?: readonly (string | number)[];
}

/** Whether a value looks like a DataFrame (danfojs is not loaded for that). */
export function isDataFrame(value: unknown): value is DataFrameLike {
  const frame = value as Partial<DataFrameLike> | null;
  return typeof frame === 'object' && frame !== null && Array.isArray(frame.columns) && Array.isArray(frame.values);
}

/** A DataFrame, or an array of records, as the rows of a table. */
export function tableRows(table: DataFrameLike | readonly object[]): TableRows {
  if (!isDataFrame(table)) return { records: table };
  const { columns, values, index } = table;
  const records = values.map((row) => {
    const cells = Array.isArray(row) ? row : [row];
    return Object.fromEntries(columns.map((column, j) => [column, cells[j]]));
  });
  const isNumbered = !index || index.every((label, i) => label === i);
  return isNumbered ? { records } : { records, labels: index };
}

/**
 * Records as an HTML table, and as aligned text for viewers that know no HTML.
 * @throws InvalidInputError for anything but an array of objects, a column that no row has, and invalid numbers of
 * digits or rows.
 */
export function renderTable(rows: TableRows, options: TableOptions = {}): { html: string; text: string } {
  const table = textTable(rows, options);
  const note = table.left > 0 ? `and ${table.left.toLocaleString('en-US')} more rows` : '';
  return { html: tableHtml(table, options.caption, note), text: tableText(table, options.caption, note) };
}

function textTable({ records: rows, labels }: TableRows, options: TableOptions): TextTable {
  const { digits = 4, maxRows = 100 } = objectOf('table: options', options);
  requireNumber(
    'digits',
    digits,
    'a whole number from 1 to 100',
    (value) => Number.isInteger(value) && value >= 1 && value <= 100,
  );
  if (maxRows !== Infinity) requireCount('maxRows', maxRows, 0);
  const areRecords = Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null);
  demand('rows', areRecords, 'an array of objects, one per row', Array.isArray(rows) ? 'other values' : typeof rows);
  const records = rows as readonly Record<string, unknown>[];
  const present = [...new Set(records.flatMap((row) => Object.keys(row)))];
  const missing = options.columns?.find((column) => !present.includes(column));
  if (missing !== undefined && records.length > 0) refuse('columns', `names among ${present.join(', ')}`, missing);
  const columns = options.columns ?? present;
  const shown = records.slice(0, maxRows);
  return {
    ...(labels && { labels: labels.slice(0, maxRows).map(String) }),
    columns,
    cells: shown.map((row) => columns.map((column) => cellText(row[column], digits))),
    numeric: columns.map((column) => shown.some((row) => typeof row[column] === 'number')),
    left: records.length - shown.length,
  };
}

/** Whole numbers in full, others to `digits` significant digits, nothing for null and undefined. */
function cellText(value: unknown, digits: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'number') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (Number.isInteger(value)) return Math.abs(value) >= 10_000 ? value.toLocaleString('en-US') : String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e7)
    ? value.toExponential(digits - 1)
    : Number(value.toPrecision(digits)).toString();
}

function tableHtml(table: TextTable, caption: string | undefined, note: string): string {
  const style = (j: number): string => ` style="text-align:${table.numeric[j] ? 'right' : 'left'};padding:2px 10px"`;
  const labelled = (i: number): string =>
    table.labels ? `<th style="text-align:left;padding:2px 10px">${escapeHtml(table.labels[i] ?? '')}</th>` : '';
  const head = table.columns.map((column, j) => `<th${style(j)}>${escapeHtml(column)}</th>`).join('');
  const body = table.cells.map(
    (row, i) => `<tr>${labelled(i)}${row.map((cell, j) => `<td${style(j)}>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  const title = caption ? `<caption style="text-align:left;font-weight:bold">${escapeHtml(caption)}</caption>` : '';
  const below = note ? `<p>${note}</p>` : '';
  const rows = `<tbody>${body.join('\n')}</tbody>`;
  return `<table>${title}<thead><tr>${labelled(-1)}${head}</tr></thead>${rows}</table>${below}`;
}

function tableText(table: TextTable, caption: string | undefined, note: string): string {
  const widths = table.columns.map((column, j) => Math.max(column.length, ...table.cells.map((row) => row[j].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, j) => (table.numeric[j] ? cell.padStart(widths[j]) : cell.padEnd(widths[j])))
      .join('  ')
      .trimEnd();
  const width = Math.max(0, ...(table.labels ?? []).map((label) => label.length));
  const labelled = (i: number): string => (table.labels ? `${(table.labels[i] ?? '').padEnd(width)}  ` : '');
  const lines = [table.columns, ...table.cells].map((cells, i) => labelled(i - 1) + line(cells));
  return [caption, ...lines, note].filter(Boolean).join('\n');
}
