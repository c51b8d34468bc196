import { describe, expect, it } from 'vitest';
import { millsRatio } from '../../lib/maths/mills-ratio';

describe('millsRatio', () => {
  it('has its known values', () => {
    expect(millsRatio(0)).toBeCloseTo(Math.sqrt(Math.PI / 2), 14);
    expect(millsRatio(1)).toBeCloseTo(0.6556795424187985, 13);
    // 1/x - 1/x^3 + 3/x^5 - 15/x^7 far out
    expect(millsRatio(1000) / (1e-3 - 1e-9 + 3e-15)).toBeCloseTo(1, 14);
  });

  it("obeys m' = x m - 1, where the series meets the fraction too", () => {
    for (const x of [0.5, 2, 2.9999, 3, 3.0001, 10]) {
      const h = 1e-4;
      const slope = (millsRatio(x + h) - millsRatio(x - h)) / (2 * h);
      expect(slope).toBeCloseTo(x * millsRatio(x) - 1, 8);
    }
  });
});
