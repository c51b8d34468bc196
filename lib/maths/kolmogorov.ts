/**
 * The largest distance between the distribution function of numbers and that of the uniform law on [0, 1].
 * @param values at least one number in [0, 1], in any order.
 */
export function kolmogorovDistance(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  return sorted.reduce((most, value, i) => Math.max(most, (i + 1) / count - value, value - i / count), 0);
}

/**
 * The probability that the Kolmogorov distance of `count` uniform numbers is at least `distance`: Kolmogorov's limit
 * at (sqrt n + .12 + .11 / sqrt n) times the distance, right to about .01 from five numbers on.
 * Source: Stephens (1970), "Use of the Kolmogorov-Smirnov, Cramer-Von Mises and related statistics without extensive
 * tables".
 */
export function kolmogorovTail(distance: number, count: number): number {
  const root = Math.sqrt(count);
  const at = (root + 0.12 + 0.11 / root) * distance;
  // below, the sum converges slowly, and the probability is 1 to ten digits
  if (at < 0.3) return 1;
  let tail = 0;
  for (let k = 1; k <= 100; k++) tail += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * at) ** 2);
  return Math.min(1, Math.max(0, tail));
}
