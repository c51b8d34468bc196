import { normalMass } from './normal-mass';

/**
 * The probability that a chi-squared number of whole `degrees` of freedom is at least `value`, to about 1e-13:
 * Q(k / 2, y) with y = value / 2, from Q(1, y) = e^-y or Q(1 / 2, y) = P(|z| > sqrt(2 y)) by
 * Q(a + 1, y) = Q(a, y) + y^a e^-y / Gamma(a + 1).
 */
export function chiSquaredTail(value: number, degrees: number): number {
  if (value <= 0) return 1;
  const y = value / 2;
  const isEven = degrees % 2 === 0;
  let a = isEven ? 1 : 0.5;
  let tail = isEven ? Math.exp(-y) : 2 * normalMass(Math.sqrt(value), Infinity);
  let logTerm = isEven ? Math.log(y) - y : 0.5 * Math.log(y) - y - Math.log(Math.sqrt(Math.PI) / 2);
  for (; a < degrees / 2; a++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(y / (a + 1));
  }
  return Math.min(1, tail);
}
