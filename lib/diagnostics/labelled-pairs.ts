import * as tf from '@tensorflow/tfjs';
import type { DrawnPairs } from './drawn-pairs';

/** Which rows of {@link labelledPairs} a classifier learns: of each pair truth and draw, one of each class. */
export function learnedRows(count: number, isSwapped: () => boolean): Int32Array {
  const rows = new Int32Array(2 * count);
  for (let pair = 0; pair < count; pair++) {
    const swapped = Number(isSwapped());
    rows.set([4 * pair + swapped, 4 * pair + 3 - swapped], 2 * pair);
  }
  return rows;
}

/**
 * The rows of all pairs, scaled, four of each: its truth and its draw, each as class 1 and -1; and the rows
 * that are judged.
 */
export function labelledPairs(pairs: DrawnPairs, judged: Float32Array, observed: Float32Array) {
  const { count, draws, dims, theta, samples, x } = pairs;
  const dim = dims.theta;
  const width = dim + observed.length;
  const scaled = scaling(pairs);
  const rows = new Float32Array((4 * count + 1) * (width + 1));
  const write = (
    target: Float32Array,
    row: number,
    parameters: Float32Array,
    start: number,
    values: ArrayLike<number>,
    from: number,
  ): void => {
    const place = row * (width + 1);
    for (let d = 0; d < dim; d++) target[place + d] = scaled(parameters[start + d], d);
    for (let l = 0; l < observed.length; l++) target[place + dim + l] = scaled(values[from + l], dim + l);
    target[place + width] = 1;
  };
  for (let pair = 0; pair < count; pair++)
    for (let copy = 0; copy < 2; copy++) {
      write(rows, 4 * pair + copy, theta, pair * dim, x, pair * observed.length);
      write(rows, 4 * pair + 2 + copy, samples, pair * draws * dim, x, pair * observed.length);
    }
  const classes = Float32Array.from({ length: 4 * count + 1 }, (_, i) => (i === 4 * count ? 0 : i % 2 === 0 ? 1 : -1));
  const at = new Float32Array((judged.length / dim) * (width + 1));
  for (let m = 0; m < judged.length / dim; m++) write(at, m, judged, m * dim, observed, 0);
  return {
    rows: tf.tensor2d(rows, [4 * count + 1, width + 1]),
    classes: tf.tensor2d(classes, [4 * count + 1, 1]),
    judged: tf.tensor2d(at, [judged.length / dim, width + 1]),
  };
}

/** The value of a column, parameters first, less its mean and over its standard deviation in the pairs. */
function scaling({ count, dims, theta, x }: DrawnPairs): (value: number, column: number) => number {
  const columns = [
    ...Array.from({ length: dims.theta }, (_, d) => column(theta, count, dims.theta, d)),
    ...Array.from({ length: x.length / count }, (_, l) => column(x, count, x.length / count, l)),
  ].map((values) => {
    const mean = values.reduce((sum, each) => sum + each, 0) / count;
    const std = Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / count) || 1;
    return { mean, std };
  });
  return (value, k) => (value - columns[k].mean) / columns[k].std;
}

function column(values: Float32Array, rows: number, width: number, k: number): number[] {
  return Array.from({ length: rows }, (_, row) => values[row * width + k]);
}
