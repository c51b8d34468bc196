import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';

/** A checked table of numbers, row after row. */
export interface SampleValues {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Two samples of vectors of one width, as float32 numbers.
 * @param what the metric's name, for messages.
 * @throws InvalidInputError for anything but a table, fewer than `minimum` rows, different widths, or NaN and infinity,
 * which it counts.
 */
export function twoSamples(a: Rows, b: Rows, what: string, minimum: number): [SampleValues, SampleValues] {
  const first = valuesOf(a, `${what}, first sample`);
  const second = valuesOf(b, `${what}, second sample`, first.columns);
  const fewest = Math.min(first.rows, second.rows);
  demand(what, fewest >= minimum, `at least ${minimum} rows in each sample`, `${first.rows} and ${second.rows}`);
  return [first, second];
}

function valuesOf(rows: Rows, what: string, columns?: number): SampleValues {
  refuseNonFinite(rows, what);
  const tensor = toTensor2D(rows, what, columns);
  const values = tensor.dataSync() as Float32Array;
  const [count, width] = tensor.shape;
  tensor.dispose();
  return { values, rows: count, columns: width };
}

/** Anything but a table of numbers is left to toTensor2D, whose messages say what is wrong with it. */
function refuseNonFinite(rows: Rows, what: string): void {
  const values: ArrayLike<unknown>[] =
    rows instanceof tf.Tensor
      ? [rows.dataSync()]
      : Array.isArray(rows)
        ? (rows as unknown[][]).filter(Array.isArray)
        : [];
  let [count, total] = [0, 0];
  for (const part of values) {
    total += part.length;
    for (let i = 0; i < part.length; i++) if (typeof part[i] === 'number' && !Number.isFinite(part[i])) count++;
  }
  demand(what, count === 0, 'finite numbers', `NaN or infinity in ${count} of ${total} places`);
}
