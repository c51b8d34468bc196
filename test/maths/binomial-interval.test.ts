import { describe, expect, it } from 'vitest';
import { binomialInterval } from '../../lib/maths/binomial-interval';

/** The probabilities of all counts, by Pascal's rule. */
function probabilities(n: number, p: number): number[] {
  let row = [1];
  for (let i = 0; i < n; i++) row = [...row, 0].map((value, k) => value * (1 - p) + (k > 0 ? row[k - 1] * p : 0));
  return row;
}

describe('binomialInterval', () => {
  it.each([
    [1, 0.3],
    [10, 0.5],
    [60, 0.02],
    [200, 0.97],
  ])('of %d trials of probability %d is the least with so little outside on either side', (n, p) => {
    const each = probabilities(n, p);
    const sum = (from: number, to: number): number => each.slice(from, to).reduce((total, value) => total + value, 0);
    for (const tail of [0.2, 0.025, 0.001]) {
      const [low, high] = binomialInterval(n, p, tail);
      expect(sum(0, low)).toBeLessThanOrEqual(tail + 1e-12);
      expect(sum(0, low + 1)).toBeGreaterThan(tail - 1e-12);
      expect(sum(high + 1, n + 1)).toBeLessThanOrEqual(tail + 1e-12);
      expect(sum(high, n + 1)).toBeGreaterThan(tail - 1e-12);
    }
  });

  it('is near the normal law for many trials, and one count for certain ones', () => {
    const [low, high] = binomialInterval(100_000, 0.5, 0.025);
    const width = 1.959964 * Math.sqrt(25_000);
    expect(Math.abs(low - (50_000 - width))).toBeLessThan(2);
    expect(Math.abs(high - (50_000 + width))).toBeLessThan(2);
    expect([binomialInterval(7, 0, 0.1), binomialInterval(7, 1, 0.1)]).toEqual([
      [0, 0],
      [7, 7],
    ]);
  });
});
