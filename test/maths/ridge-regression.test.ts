import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { leastSquares } from '../../lib/maths/moments';
import { ridgeRegression } from '../../lib/maths/ridge-regression';

/** y = slope . x + noise. */
function pairs(rows: number, slope: readonly number[], noise: number, seed: number): { x: number[][]; y: number[][] } {
  const source = rng(seed);
  const x = Array.from({ length: rows }, () => slope.map(() => source.normal()));
  const y = x.map((row) => [row.reduce((sum, value, j) => sum + slope[j] * value, 0) + source.normal(0, noise)]);
  return { x, y };
}

const predict = ({ weights, intercept }: ReturnType<typeof leastSquares>, row: readonly number[]): number =>
  weights[0].reduce((sum, w, j) => sum + w * row[j], intercept[0]);

describe('ridgeRegression', () => {
  it('is least squares where there are ten rows a coefficient', () => {
    const { x, y } = pairs(40, [1, -2, 3], 1, 1);
    expect(ridgeRegression(x, y)).toEqual(leastSquares(x, y));
  });

  it('tells the error of what it has not seen, with as many coefficients as rows', () => {
    const slope = Array.from({ length: 60 }, (_, j) => (j < 4 ? 0.5 : 0));
    const { x, y } = pairs(60, slope, 1, 2);
    const fit = ridgeRegression(x, y);
    const fresh = pairs(4000, slope, 1, 3);
    const squares = fresh.x.map((row, i) => (fresh.y[i][0] - predict(fit, row)) ** 2);
    const error = squares.reduce((sum, value) => sum + value, 0) / squares.length;
    // the estimate is the mean of 60 squares, whose standard error is about sqrt(2 / 60) of it
    expect(Math.abs(Math.log(fit.residualCovariance[0][0] / error))).toBeLessThan(3 * Math.sqrt(2 / 60));
    // without x the error would be 2
    expect(error).toBeLessThan(2);
    const plain = leastSquares(x, y);
    expect(plain.residualCovariance[0][0]).toBeLessThan(1e-3);
  });

  it('leaves one row out as fitting without it does', () => {
    const { x, y } = pairs(12, [1, 0.5, -1], 0.1, 4);
    const fit = ridgeRegression(x, y);
    // little noise: the smallest ridge is the best, and nearly least squares
    const errors = x.map((row, i) => {
      const others = (_: unknown, j: number): boolean => j !== i;
      return y[i][0] - predict(leastSquares(x.filter(others), y.filter(others)), row);
    });
    const square = errors.reduce((sum, e) => sum + e * e, 0) / 12;
    expect(fit.residualCovariance[0][0] / square).toBeCloseTo(1, 1);
  });

  it('gives constant columns the weight zero', () => {
    const { x, y } = pairs(12, [1, 2], 0.5, 5);
    const { weights } = ridgeRegression(
      x.map((row) => [...row, 7]),
      y,
    );
    expect(weights[0][2]).toBe(0);
    expect(weights[0].every(Number.isFinite)).toBe(true);
  });
});
