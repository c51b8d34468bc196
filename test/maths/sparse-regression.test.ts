import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { leastSquares } from '../../lib/maths/moments';
import { sparseRegression } from '../../lib/maths/sparse-regression';

/** Rows of N(0, I) [N, L] and what a function makes of each with noise from a second generator. */
function pairsOf(rows: number, width: number, make: (row: readonly number[], normal: () => number) => number[]) {
  const [source, noise] = [rng(1), rng(2)];
  const x = Array.from({ length: rows }, () => Array.from({ length: width }, () => source.normal()));
  return { x, y: x.map((row) => make(row, () => noise.normal())) };
}

describe('sparseRegression', () => {
  it('leaves out what is zero, and fits the rest by least squares on it alone', () => {
    const { x, y } = pairsOf(4_000, 6, (row, normal) => [2 * row[0] + normal(), row[1] - 0.5 * row[4] + normal()]);
    const { weights, intercept } = sparseRegression(x, y);
    expect(weights.map((row) => row.map((value) => value !== 0))).toEqual([
      [true, false, false, false, false, false],
      [false, true, false, false, true, false],
    ]);
    expect(intercept).toEqual([0, 0]);
    const slope = x.reduce((sum, row, i) => sum + row[0] * y[i][0], 0) / x.reduce((sum, row) => sum + row[0] ** 2, 0);
    expect(weights[0][0]).toBeCloseTo(slope, 8);
  });

  it('passes through the origin that it is given, and no other', () => {
    const { x, y } = pairsOf(4_000, 2, (row, normal) => [3 * (row[0] + 5) - 7 + normal()]);
    const { weights, intercept } = sparseRegression(x, y, { x: [-5, 4], y: [-7] });
    expect(-5 * weights[0][0] + 4 * weights[0][1] + intercept[0]).toBeCloseTo(-7, 9);
    const elsewhere = sparseRegression(x, y, { x: [-5, 4], y: [7] });
    expect(elsewhere.intercept[0]).toBeCloseTo(leastSquares(x, y).intercept[0], 1);
    expect(elsewhere.intercept[0]).toBeGreaterThan(7.8);
  });

  it('is least squares where all coefficients tell, to the bit', () => {
    const { x, y } = pairsOf(2_000, 3, (row, normal) => [1 + row[0] - row[1] + 0.5 * row[2] + normal()]);
    expect(sparseRegression(x, y)).toEqual(leastSquares(x, y));
  });

  it('has the residual covariance of its own residuals', () => {
    const { x, y } = pairsOf(5_000, 3, (row, normal) => {
      const common = normal();
      return [row[0] + common, row[1] + 0.5 * common + normal()];
    });
    const [[a, b], [c, d]] = sparseRegression(x, y).residualCovariance;
    expect([a / 1, b / 0.5, c / 0.5, d / 1.25].every((ratio) => Math.abs(ratio - 1) < 0.1)).toBe(true);
  });

  // y_0 - y_1 = x_0 but for a thousandth: errors that least squares has in common are not to be made different
  it('keeps all coefficients where those that are small matter, since residuals go together', () => {
    const { x, y } = pairsOf(1_000, 8, (row, normal) => {
      const common = normal();
      return [row[0] + common, common + 1e-3 * normal()];
    });
    expect(sparseRegression(x, y)).toEqual(leastSquares(x, y));
  });

  it('is finite with repeated and constant columns on either side', () => {
    const { x, y } = pairsOf(500, 2, (row, normal) => {
      const value = row[0] + normal();
      return [value, 2 * value, 3];
    });
    const { weights, intercept } = sparseRegression(
      x.map((row) => [...row, row[0], 4]),
      y,
    );
    expect([...weights.flat(), ...intercept].every(Number.isFinite)).toBe(true);
    expect(intercept[2] + 4 * weights[2][3]).toBeCloseTo(3, 6);
    expect(Math.abs(weights[0][0] + weights[0][2] - 1)).toBeLessThan(4 / Math.sqrt(500));
  });
});
