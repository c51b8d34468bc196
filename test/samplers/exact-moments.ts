import { expect } from 'vitest';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { gaussian10d } from '../../lib/tasks/gaussian-linear';
import { gaussianCase, matrix, type GaussianCase } from './exact-target';

const task = gaussian10d();
export const { xObs } = drawObservations(task, 32, 1);
export const paperCase = (n: number): GaussianCase =>
  gaussianCase(
    xObs.slice(0, n),
    matrix(10, (i, j) => (i === j ? task.noiseVariance[i] : 0)),
  );
export const samples = 2000;

/**
 * Means within 4 standard errors sqrt(C_ii / N), covariances within 4 of sqrt((C_ii C_jj + C_ij^2) / N); the
 * discretisation may add `allowance`, in posterior standard deviations and in shares of the variance.
 */
export function expectExact(
  received: { mean: number[]; covariance: number[][] },
  { mean, covariance }: GaussianCase,
  allowance: { mean: number; variance: number },
): void {
  mean.forEach((value, i) => {
    const std = Math.sqrt(covariance[i][i]);
    expect(Math.abs(received.mean[i] - value) / std, `mean ${i}`).toBeLessThan(4 / Math.sqrt(samples) + allowance.mean);
    covariance.forEach((row, j) => {
      const scale = std * Math.sqrt(covariance[j][j]);
      const standardError = Math.sqrt((scale ** 2 + row[i] ** 2) / samples);
      expect(Math.abs(received.covariance[i][j] - row[i]), `covariance ${i}, ${j}`).toBeLessThan(
        4 * standardError + allowance.variance * scale,
      );
    });
  });
}
