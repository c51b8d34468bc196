import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { chiSquaredTail } from '../../lib/maths/chi-squared';

describe('chiSquaredTail', () => {
  it('is .05 at the tabulated values, for even and odd degrees of freedom', () => {
    const table = [
      [3.841458821, 1],
      [5.991464547, 2],
      [11.07049769, 5],
      [18.30703805, 10],
      [30.14352721, 19],
      [124.3421134, 100],
    ];
    for (const [value, degrees] of table) expect(chiSquaredTail(value, degrees)).toBeCloseTo(0.05, 9);
  });

  it('is the share of sums of squared normal numbers above a value', () => {
    const source = rng(1);
    const sums = Array.from(
      { length: 20_000 },
      () => source.normal() ** 2 + source.normal() ** 2 + source.normal() ** 2,
    );
    for (const value of [1, 3, 8]) {
      const share = sums.filter((sum) => sum >= value).length / sums.length;
      const tail = chiSquaredTail(value, 3);
      expect(Math.abs(share - tail)).toBeLessThan(4 * Math.sqrt((tail * (1 - tail)) / sums.length));
    }
  });

  it('is 1 at 0 and below, and goes to 0', () => {
    expect([chiSquaredTail(0, 4), chiSquaredTail(-1, 3)]).toEqual([1, 1]);
    expect(chiSquaredTail(2000, 7)).toBeLessThan(1e-300);
  });
});
