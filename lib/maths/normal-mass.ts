import { millsRatio } from './mills-ratio';

/**
 * The probability that a standard normal number lies between `low` and `high`, to about 1e-13 of itself.
 * @param low -Infinity allowed.
 * @param high above `low`; Infinity allowed.
 */
export function normalMass(low: number, high: number): number {
  if (low >= 0) return upperTail(low) - upperTail(high);
  if (high <= 0) return upperTail(-high) - upperTail(-low);
  return 1 - upperTail(high) - upperTail(-low);
}

/** P(z > x) for x >= 0. */
function upperTail(x: number): number {
  if (x === Infinity) return 0;
  return (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) * millsRatio(x);
}
