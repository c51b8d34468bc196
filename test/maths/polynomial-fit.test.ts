import { describe, expect, it } from 'vitest';
import { polynomialFit } from '../../lib/maths/polynomial-fit';

const value = (coefficients: number[], y: number): number => coefficients.reduceRight((sum, c) => sum * y + c, 0);

describe('polynomialFit', () => {
  it('gives a polynomial back', () => {
    polynomialFit((y) => 1 - 3 * y + 2 * y ** 3, 4).forEach((coefficient, power) =>
      expect(coefficient).toBeCloseTo([1, -3, 0, 2, 0][power], 12),
    );
    expect(polynomialFit(() => 7, 0)).toEqual([7]);
  });

  it('falls in its error with each degree as the nearest pole tells', () => {
    // the pole at -1 / .6 lies on the ellipse of radius 3
    const f = (y: number): number => 1 / (1 + 0.6 * y);
    for (const degree of [5, 10, 20]) {
      const coefficients = polynomialFit(f, degree);
      const worst = Math.max(...[-1, -0.71, -0.3, 0.2, 0.9].map((y) => Math.abs(value(coefficients, y) - f(y))));
      expect(worst).toBeLessThan(10 * 3 ** -degree);
    }
  });
});
