/**
 * The Mills ratio of the standard normal law, P(z > x) over its density at x, to about 1e-13 of itself.
 * @param x at least 0, and finite.
 * Source: the Taylor series of Marsaglia (2004) near zero, the continued fraction in the tail.
 */
export function millsRatio(x: number): number {
  if (x > 3) {
    let fraction = x;
    for (let k = 120; k > 0; k--) fraction = x + k / fraction;
    return 1 / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * sum; k += 2) sum += term *= (x * x) / k;
  return 0.5 * Math.sqrt(2 * Math.PI) * Math.exp(0.5 * x * x) - sum;
}
