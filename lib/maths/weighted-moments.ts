import type { Matrix } from './linalg';

/** Weights in proportion to exp(logWeights), which sum to one; NaN counts as no weight. */
export function normalisedWeights(logWeights: ArrayLike<number>): Float64Array {
  const given = Float64Array.from(logWeights, (value) => (Number.isNaN(value) ? -Infinity : value));
  const top = given.reduce((most, value) => Math.max(most, value), -Infinity);
  const weights = given.map((value) => (top === -Infinity ? 1 : Math.exp(value - top)));
  const sum = weights.reduce((total, value) => total + value, 0);
  return weights.map((value) => value / sum);
}

/** The effective sample size 1 / sum_i w_i^2 of weights that sum to one. */
export function effectiveSize(weights: Float64Array): number {
  return 1 / weights.reduce((sum, value) => sum + value ** 2, 0);
}

/** The smallest value at or below which lies at least the share `share` of the weights, which sum to one. */
export function weightedQuantile(values: Float64Array, weights: Float64Array, share: number): number {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  let sum = 0;
  for (const i of order) if ((sum += weights[i]) >= share) return values[i];
  return values[order[order.length - 1]];
}

/** The mean of each column of an [N, D] table with weights that sum to one. */
export function weightedMean(rows: Matrix, weights: Float64Array): Float64Array {
  const centre = new Float64Array(rows[0].length);
  rows.forEach((row, i) => {
    for (let j = 0; j < centre.length; j++) centre[j] += weights[i] * row[j];
  });
  return centre;
}

/** The covariance [D, D] of the columns of an [N, D] table with weights that sum to one: sum_i w_i c_i c_i'. */
export function weightedCovariance(rows: Matrix, weights: Float64Array): number[][] {
  const centre = weightedMean(rows, weights);
  const width = centre.length;
  const sums = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  const centred = new Float64Array(width);
  rows.forEach((row, n) => {
    if (weights[n] === 0) return;
    for (let j = 0; j < width; j++) centred[j] = row[j] - centre[j];
    for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) sums[i][j] += weights[n] * centred[i] * centred[j];
  });
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) sums[j][i] = sums[i][j];
  return sums;
}
