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
