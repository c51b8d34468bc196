/**
 * The probability that a standard normal number lies between `low` and `high`, to about 1e-13 of itself.
 * @param low -Infinity allowed.
 * @param high above `low`; Infinity allowed.
 * Source: the Taylor series of Marsaglia (2004) near zero, the continued fraction of the Mills ratio in the tails.
 */
export function normalMass(low: number, high: number): number {
  if (low >= 0) return upperTail(low) - upperTail(high);
  if (high <= 0) return upperTail(-high) - upperTail(-low);
  return 1 - upperTail(high) - upperTail(-low);
}

/** P(z > x) for x >= 0. */
function upperTail(x: number): number {
  if (x === Infinity) return 0;
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (x > 3) {
    let fraction = x;
    for (let k = 120; k > 0; k--) fraction = x + k / fraction;
    return density / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * sum; k += 2) sum += term *= (x * x) / k;
  return 0.5 - density * sum;
}
