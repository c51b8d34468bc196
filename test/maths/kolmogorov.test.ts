import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { kolmogorovDistance, kolmogorovTail } from '../../lib/maths/kolmogorov';

describe('kolmogorovDistance', () => {
  it('is the largest gap on either side of a step', () => {
    expect(kolmogorovDistance([0.5])).toBeCloseTo(0.5, 12);
    expect(kolmogorovDistance([0.9, 0.1])).toBeCloseTo(0.4, 12);
    expect(kolmogorovDistance([0.1, 0.2, 0.3, 0.4])).toBeCloseTo(0.6, 12);
  });
});

describe('kolmogorovTail', () => {
  it('is .05 and .01 at the tabulated distances, for few numbers and for many', () => {
    expect(kolmogorovTail(0.40925, 10)).toBeCloseTo(0.05, 2);
    expect(kolmogorovTail(0.48893, 10)).toBeCloseTo(0.01, 2);
    expect(kolmogorovTail(1.3581 / Math.sqrt(10_000), 10_000)).toBeCloseTo(0.05, 3);
  });

  it('is uniform for uniform numbers', () => {
    const source = rng(1);
    const sets = 2000;
    const tails = Array.from({ length: sets }, () => {
      const numbers = Array.from({ length: 50 }, () => source.uniform());
      return kolmogorovTail(kolmogorovDistance(numbers), 50);
    });
    for (const level of [0.05, 0.5]) {
      const share = tails.filter((tail) => tail <= level).length / sets;
      expect(Math.abs(share - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / sets));
    }
    expect([kolmogorovTail(0, 100), kolmogorovTail(1, 100)]).toEqual([1, expect.closeTo(0, 10)]);
  });
});
