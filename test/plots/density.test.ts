import { describe, expect, test } from 'vitest';
import { rng } from '../../lib/core/rng';
import { commonRange, kernelDensity } from '../../lib/plots/density';
import { quantileOfSorted } from '../../lib/maths/quantile';

const normal = (N: number): Float64Array =>
  Float64Array.from(
    { length: N },
    (
      (noise) => () =>
        noise.normal()
    )(rng(3)),
  );
const area = ({ x, density }: { x: Float64Array; density: Float64Array }): number =>
  density.reduce((sum, p) => sum + p, 0) * (x[1] - x[0]);

describe('kernelDensity', () => {
  test('integrates to one on a range that holds all samples', () => {
    expect(area(kernelDensity(normal(2000), [-6, 6]))).toBeCloseTo(1, 3);
  });

  test('equals the sum of kernels it abbreviates', () => {
    const values = Float64Array.from([-1, 0.2, 0.3, 1.7]);
    const { x, density } = kernelDensity(values, [-4, 4]);
    const sorted = Float64Array.from(values).sort();
    const center = values.reduce((sum, value) => sum + value, 0) / 4;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / 4);
    const h = 0.9 * Math.min(std, (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)) / 1.34) * 4 ** -0.2;
    const direct = x.map(
      (at) =>
        values.reduce((sum, value) => sum + Math.exp(-0.5 * ((at - value) / h) ** 2), 0) /
        (4 * h * Math.sqrt(2 * Math.PI)),
    );
    expect(Math.max(...density.map((p, k) => Math.abs(p - direct[k])))).toBeLessThan(0.005);
  });

  test('comes close to the density the samples are from', () => {
    const { x, density } = kernelDensity(normal(20_000), [-3, 3]);
    const error = Math.max(...density.map((p, k) => Math.abs(p - Math.exp(-0.5 * x[k] ** 2) / Math.sqrt(2 * Math.PI))));
    // Bias h^2/2 |p''| < .004 at h = .12, plus 4 standard errors sqrt(p / (2 sqrt(pi) N h)) = 4 * .007.
    expect(error).toBeLessThan(0.032);
  });

  test('keeps the mass within hard bounds', () => {
    const noise = rng(1);
    const uniform = Float64Array.from({ length: 20_000 }, () => noise.uniform());
    const { x, density } = kernelDensity(uniform, [-0.2, 1.2], [0, 1]);
    expect(density.every((p, k) => (x[k] < 0 || x[k] > 1 ? p === 0 : Math.abs(p - 1) < 0.15))).toBe(true);
  });

  test('stands for equal samples, one sample and far outliers', () => {
    for (const values of [new Float64Array(10).fill(2), Float64Array.from([5]), Float64Array.from([0, 0, 0, 1e12])]) {
      const { density } = kernelDensity(values, commonRange([values]));
      expect(density.every((p) => Number.isFinite(p) && p >= 0)).toBe(true);
      expect(density.some((p) => p > 0)).toBe(true);
    }
  });
});

test('the common range holds the truth and stays within the bounds', () => {
  const [low, high] = commonRange([normal(500), normal(900)], 7, [-1, 100]);
  expect(low).toBeLessThanOrEqual(-1);
  expect(high).toBeGreaterThan(7);
  expect(commonRange([Float64Array.from([0.01, 0.99])], undefined, [0, 1])).toEqual([0, 1]);
});
