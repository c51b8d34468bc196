import * as tf from '@tensorflow/tfjs';
import { demand, refuse } from './checks';
import { entryText, refuseEntry } from './number-entries';

/** A table of numbers: a tensor [N, D], or an array of N rows of D numbers. */
export type Rows = tf.Tensor2D | readonly (readonly number[])[];

/**
 * `rows` as a new tensor [N, D] of finite numbers; the caller owns it.
 *
 * Nothing is taken for a number that is none: null (JSON's NaN), texts, holes, booleans, bigints and dates are refused.
 * @param what how the message names the table, such as `xObs`.
 * @param columns D, where it is known.
 * @throws InvalidInputError for no rows, ragged rows, another width, and the first entry that is not a finite number,
 * with its row and column.
 */
export function toTensor2D(rows: Rows, what: string, columns?: number): tf.Tensor2D {
  const given: unknown = rows;
  const values =
    given instanceof tf.Tensor ? valuesOfTensor(given, what, columns) : valuesOfArrays(given, what, columns);
  return tf.tensor2d(values.entries, [values.rows, values.columns], 'float32');
}

/**
 * Refuses what is not a tensor that still has its numbers.
 * @param expected such as `a tensor [B, D]`.
 * @throws InvalidInputError with what came.
 */
export function requireTensor(what: string, value: unknown, expected = 'a tensor'): asserts value is tf.Tensor {
  if (!(value instanceof tf.Tensor)) refuse(what, expected, entryText(value));
  demand(what, !value.isDisposed, `${expected} that still has its numbers`, 'one that was disposed');
}

interface Table {
  readonly entries: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

function valuesOfTensor(tensor: tf.Tensor, what: string, columns?: number): Table {
  requireTensor(what, tensor);
  const { shape, dtype } = tensor;
  requireShape(what, shape, columns);
  const isNumeric = dtype === 'float32' || dtype === 'int32';
  demand(
    what,
    isNumeric,
    'a tensor of numbers, float32 or int32',
    dtype,
    "tensor.cast('float32') makes numbers of it.",
  );
  const entries = Float32Array.from(tensor.dataSync<'float32'>());
  const [rowCount, width] = shape;
  const bad = entries.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) refuseEntry(what, entries[bad], placeOf(Math.floor(bad / width), bad % width));
  return { entries, rows: rowCount, columns: width };
}

function valuesOfArrays(given: unknown, what: string, columns?: number): Table {
  const table = Array.isArray(given) ? (given as readonly unknown[]) : undefined;
  // by index: the array's own methods pass over holes
  const strange = table ? Array.from(table).findIndex((row) => !isList(row)) : 0;
  if (!table || strange >= 0) {
    const where = strange === 0 ? 'as the first' : `in place of row ${strange}`;
    const received = table ? `${entryText(table[strange])} ${where} of ${table.length}` : entryText(given);
    const expected = `a table [rows, ${columns ?? 'columns'}]: a 2-D tensor or an array of arrays of numbers`;
    refuse(what, expected, received, 'One row alone is written [[...]].');
  }
  const lists = table as readonly ArrayLike<unknown>[];
  const width = lists[0]?.length ?? 0;
  requireShape(what, [lists.length, width], columns);
  const entries = new Float32Array(lists.length * width);
  lists.forEach((row, i) => {
    demand(what, row.length === width, `rows of ${width} numbers`, `${row.length} numbers in row ${i}`);
    for (let k = 0; k < width; k++) {
      const value = row[k];
      if (!Number.isFinite(value)) refuseEntry(what, value, placeOf(i, k));
      const entry = Math.fround(value as number);
      demand(
        what,
        Number.isFinite(entry),
        'numbers that float32 can hold',
        `${String(value)} ${placeOf(i, k)}`,
        rescale,
      );
      entries[i * width + k] = entry;
    }
  });
  return { entries, rows: lists.length, columns: width };
}

const rescale = 'Choose a unit in which the values are smaller.';

function requireShape(what: string, shape: readonly number[], columns?: number): void {
  demand(
    what,
    shape.length === 2 && shape[0] > 0 && shape[1] > 0 && (columns === undefined || shape[1] === columns),
    `at least one row of ${columns ?? 'equally many'} numbers`,
    `the shape [${shape.join(', ')}]`,
  );
}

function isList(row: unknown): row is ArrayLike<unknown> {
  return Array.isArray(row) || (ArrayBuffer.isView(row) && !(row instanceof DataView));
}

function placeOf(row: number, column: number): string {
  return `in row ${row}, column ${column}`;
}
