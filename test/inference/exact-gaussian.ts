import type { GaussianTask } from '../../lib/tasks/gaussian-linear';

/** Mean and standard deviations of a Gaussian task's exact posterior, whose parameters are independent. */
export function exactMoments(task: GaussianTask, xObs: number[][]): { mean: readonly number[]; std: number[] } {
  const { mean, covariance } = task.exactPosterior(xObs);
  return { mean, std: covariance.map((row, k) => Math.sqrt(row[k])) };
}

/** The exact log density of its posterior at theta [B, D]. */
export function exactLogProb(task: GaussianTask, xObs: number[][], theta: readonly number[][]): number[] {
  const { mean, std } = exactMoments(task, xObs);
  return theta.map((row) =>
    row.reduce(
      (sum, value, k) => sum - ((value - mean[k]) / std[k]) ** 2 / 2 - Math.log(Math.sqrt(2 * Math.PI) * std[k]),
      0,
    ),
  );
}
