import { demand, refuse } from '../core/checks';
import type { NumberTable } from './number-table';

/**
 * The rows of a table in which every value is a finite number.
 * @throws InvalidInputError for other rows where they are refused, with how many and the first, and where none is left.
 */
export function finiteRows(
  path: string,
  { names, values, rows }: NumberTable,
  invalid: 'refuse' | 'drop',
): { values: Float32Array; rows: number } {
  demand(path, rows > 0, 'at least one row', 'none');
  const width = names.length;
  let [kept, first, firstAt] = [0, -1, 0];
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * width, (i + 1) * width);
    const bad = row.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) {
      if (kept !== i) values.copyWithin(kept * width, i * width, (i + 1) * width);
      kept++;
    } else if (first < 0) [first, firstAt] = [i, bad];
  }
  const received = `${rows - kept} of ${rows} rows in which a value is missing, NaN or infinite`;
  const where = `the first row ${first}, column ${names[firstAt]}`;
  if (kept === 0) refuse(path, 'finite numbers', `${received}, ${where}`);
  const remedy = "Pass invalid: 'drop' to leave them out.";
  demand(path, kept === rows || invalid === 'drop', 'finite numbers', `${received}, ${where}`, remedy);
  return { values: values.subarray(0, kept * width), rows: kept };
}
