import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { covariance, isPositiveDefinite, leastSquares, mean, rowViews } from '../../lib/maths/moments';
import { rng } from '../../lib/core/rng';

describe('moments', () => {
  it('gives the mean and the unbiased covariance of a small table', () => {
    const rows = [
      [1, 2],
      [3, 6],
      [5, 4],
    ];
    expect(mean(rows)).toEqual([3, 4]);
    expect(covariance(rows)).toEqual([
      [4, 2],
      [2, 4],
    ]);
  });

  it('reads flat tables through views', () => {
    expect(mean(rowViews(Float32Array.of(1, 2, 3, 4), 2))).toEqual([2, 3]);
  });

  it('tells positive definite matrices', () => {
    expect(
      isPositiveDefinite([
        [2, 1],
        [1, 2],
      ]),
    ).toBe(true);
    expect(
      isPositiveDefinite([
        [1, 2],
        [2, 1],
      ]),
    ).toBe(false);
  });
});

describe('leastSquares', () => {
  it('recovers an exact linear map, whatever the scale and offset of the columns', () => {
    const source = rng(1);
    const x = Array.from({ length: 50 }, () => [source.normal(1e4, 1e-2), source.normal(0, 1e5)]);
    const y = x.map(([a, b]) => [3 * a - 2e-5 * b + 7, b]);
    const fit = leastSquares(x, y);
    expect(fit.weights[0][0]).toBeCloseTo(3, 5);
    expect(fit.weights[0][1]).toBeCloseTo(-2e-5, 10);
    expect(fit.weights[1][1]).toBeCloseTo(1, 6);
    const predicted = fit.weights[0][0] * x[0][0] + fit.weights[0][1] * x[0][1] + fit.intercept[0];
    expect(Math.abs(predicted - y[0][0])).toBeLessThan(1e-6);
  });

  it('estimates weights and residual covariance within four standard errors', () => {
    const source = rng(2);
    const count = 20_000;
    const x = Array.from({ length: count }, () => [source.normal(), source.normal()]);
    const y = x.map(([a, b]) => [2 * a - b + 0.5 + source.normal(0, 0.3)]);
    const fit = leastSquares(x, y);
    const standardError = 0.3 / Math.sqrt(count); // of a weight, for unit-variance inputs
    expect(Math.abs(fit.weights[0][0] - 2)).toBeLessThan(4 * standardError);
    expect(Math.abs(fit.weights[0][1] + 1)).toBeLessThan(4 * standardError);
    expect(Math.abs(fit.intercept[0] - 0.5)).toBeLessThan(4 * standardError);
    expect(Math.abs(fit.residualCovariance[0][0] - 0.09)).toBeLessThan(4 * 0.09 * Math.sqrt(2 / count));
  });

  it('gives constant columns no weight and shares it between repeated ones', () => {
    const x = Array.from({ length: 20 }, (_, i) => [5, i, i]);
    const { weights, intercept } = leastSquares(
      x,
      x.map((row) => [row[1]]),
    );
    expect(weights[0][0]).toBe(0);
    expect(weights[0][1] + weights[0][2]).toBeCloseTo(1, 6);
    expect(intercept[0]).toBeCloseTo(0, 6);
  });

  it('refuses ragged, empty and unequal tables', () => {
    expect(() => leastSquares([[1], [2]], [[1]])).toThrow(/equally many rows/);
    expect(() => leastSquares([], [])).toThrow(InvalidInputError);
    expect(() => mean([[1, 2], [3]])).toThrow(/row 1/);
    expect(() => covariance([[1, 2]])).toThrow(/two rows/);
  });
});
