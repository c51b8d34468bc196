import { describe, expect, it } from 'vitest';
import { expectationMaximisation, gaussianLogDensity, responsibilities } from '../../lib/maths/gaussian-mixture';
import { inverse, logDeterminant, matrixProduct } from '../../lib/maths/linalg';
import { covariance, mean } from '../../lib/maths/moments';
import { rng } from '../../lib/core/rng';

describe('expectationMaximisation', () => {
  it('with one part gives the mean and the covariance', () => {
    const source = rng(1);
    const rows = Array.from({ length: 500 }, () => [source.normal(2, 1), source.normal(-1, 3)]);
    const [{ weight, mean: centre, covariance: spread }] = expectationMaximisation(rows, new Int32Array(500), 1)!;
    expect(weight).toBeCloseTo(1, 12);
    mean(rows).forEach((value, i) => expect(centre[i]).toBeCloseTo(value, 9));
    covariance(rows).forEach((row, i) =>
      row.forEach((value, j) => expect(Math.abs(spread[i][j] - value)).toBeLessThan(0.01 * (1 + Math.abs(value)))),
    );
  });

  it('tells a wide from a narrow Gaussian around the same mean, within four standard errors', () => {
    const source = rng(2);
    const count = 8000;
    const dim = 8;
    const wide = Array.from({ length: count }, () => source.uniform() < 0.4);
    const rows = wide.map((is) => Array.from({ length: dim }, () => source.normal(0, is ? 2 : 0.5)));
    // a first guess by the length alone
    const groups = Int32Array.from(rows, (row) => (row.reduce((sum, value) => sum + value ** 2, 0) > 10 ? 0 : 1));
    const [first, second] = expectationMaximisation(rows, groups, 2)!;
    expect(Math.abs(first.weight - 0.4)).toBeLessThan(4 * Math.sqrt(0.24 / count));
    for (let a = 0; a < dim; a++) {
      expect(Math.abs(first.covariance[a][a] - 4)).toBeLessThan(4 * 4 * Math.sqrt(2 / (0.4 * count)));
      expect(Math.abs(second.covariance[a][a] - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / (0.6 * count)) + 0.002);
    }
  });

  it('never lowers the posterior density from one turn to the next', () => {
    const source = rng(3);
    const rows = Array.from({ length: 300 }, (_, i) => [source.normal(2 * (i % 3), 0.4), source.normal(-(i % 2), 0.7)]);
    const groups = Int32Array.from(rows, (_, i) => (i % 2 ? i % 3 : source.integer(0, 3)));
    const shares = new Float64Array(900);
    const pooled = covariance(rows);
    // one row's worth of the pooled covariance S in each part is the prior factor |C|^(-1/2) exp(-tr(C^-1 S) / 2)
    const objective = (turns: number): number => {
      const parts = expectationMaximisation(rows, groups, 3, turns)!;
      const penalty = parts.reduce((sum, { covariance: c }) => {
        const trace = matrixProduct(inverse(c), pooled).reduce((total, row, a) => total + row[a], 0);
        return sum + (logDeterminant(c) + trace) / 2;
      }, 0);
      return responsibilities(parts, rows, shares) - penalty;
    };
    const values = [0, 1, 2, 4, 8, 16].map(objective);
    for (let k = 1; k < values.length; k++) expect(values[k]).toBeGreaterThan(values[k - 1] - 1e-6);
    expect(values[5]).toBeGreaterThan(values[0] + 1);
  });

  it('has no part that too few rows hold', () => {
    const rows = Array.from({ length: 20 }, (_, i) => [i, i * i]);
    expect(
      expectationMaximisation(
        rows,
        Int32Array.from(rows, (_, i) => (i === 0 ? 1 : 0)),
        2,
      ),
    ).toBeUndefined();
  });

  it('keeps a constant column from making it singular', () => {
    const source = rng(4);
    const rows = Array.from({ length: 100 }, (_, i) => [3, source.normal(i % 2, 1)]);
    const parts = expectationMaximisation(
      rows,
      Int32Array.from(rows, (_, i) => i % 2),
      2,
    )!;
    expect(parts.every(({ covariance: c }) => Number.isFinite(gaussianLogDensity([3, 0], c)([3, 0])))).toBe(true);
  });
});
