import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../core/rng';
import { kernelMatrix } from '../metrics/squared-mmd';

/** Rows of each set that are compared at most. */
const mostRows = 64;

/**
 * How often one of K + 1 sets would be at least as far from the others as the first is, by squared MMDs between sets of
 * rows; each column of variance one over the simulated sets.
 */
export function strangenessOfSet(set: readonly number[][], others: readonly number[][][], source: Rng): number {
  const some = (rows: readonly number[][]): readonly number[][] => {
    if (rows.length <= mostRows) return rows;
    const left = [...rows];
    for (let i = 0; i < mostRows; i++) {
      const j = source.integer(i, left.length);
      [left[i], left[j]] = [left[j], left[i]];
    }
    return left.slice(0, mostRows);
  };
  const sets = [set, ...others].map(some);
  const size = sets[0].length;
  return tf.tidy(() => {
    const table = tf.tensor2d(sets.flat());
    const { mean, variance } = tf.moments(tf.slice(table, [size, 0]), 0);
    const std = tf.where(tf.greater(variance, 0), tf.sqrt(variance), tf.onesLike(variance));
    const scaled = tf.div(tf.sub(table, mean), std) as tf.Tensor2D;
    const count = sets.length;
    // halves of each, so that the kernel's length does not depend on which set is which
    const half = Math.floor(size / 2);
    const cube = tf.reshape(scaled, [count, size, -1]);
    const rowsOf = (from: number, rows: number): tf.Tensor2D =>
      tf.reshape(tf.slice(cube, [0, from, 0], [-1, rows, -1]), [count * rows, -1]);
    const kernel = kernelMatrix(rowsOf(0, half), rowsOf(half, size - half));
    const members = (rows: number): number[] => Array.from({ length: count * rows }, (_, i) => Math.floor(i / rows));
    const belongs = tf.oneHot(
      tf.tensor1d([...members(half), ...members(size - half)], 'int32'),
      count,
      1,
      0,
      'float32',
    );
    const sums = tf.matMul(tf.matMul(belongs, kernel, true), belongs);
    // the means of the kernel between any two sets
    const means = tf.div(sums, size ** 2).arraySync() as number[][];
    const total = means.map((row) => row.reduce((sum, value) => sum + value, 0));
    // the squared MMD from each to the mean of the others, but for what all have in common
    const far = means.map((row, k) => row[k] - (2 * (total[k] - row[k])) / (count - 1));
    const sumOfAll = total.reduce((sum, value) => sum + value, 0);
    const distances = far.map((value, k) => value + (sumOfAll - 2 * total[k] + means[k][k]) / (count - 1) ** 2);
    return distances.filter((value) => value >= distances[0]).length / count;
  });
}
