/**
 * Systematic resampling: the rows that `count` equal steps through the cumulated weights hit, all shifted by one
 * uniform number; row i comes up count w_i times, rounded up or down.
 * @param weights numbers of at least 0, not all 0; they need not add up to one.
 * @param shift uniform on [0, 1).
 * @returns row numbers [count], rising.
 * Source: Kitagawa (1996), "Monte Carlo filter and smoother for non-Gaussian nonlinear state space models".
 */
export function systematicResampling(weights: ArrayLike<number>, count: number, shift: number): Int32Array {
  let total = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    total += weights[i];
    if (weights[i] > 0) last = i;
  }
  let row = 0;
  let reached = weights[0];
  return Int32Array.from({ length: count }, (_, k) => {
    const place = (total * (k + shift)) / count;
    // rounding must not lead beyond the last row that has a weight
    while (row < last && reached <= place) reached += weights[++row];
    return row;
  });
}
