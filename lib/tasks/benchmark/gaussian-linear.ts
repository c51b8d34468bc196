import { describedTask } from '../described-task';
import { gaussianLinear as anyGaussianLinear, type GaussianTask } from '../gaussian-linear';

/**
 * The benchmark task `gaussian_linear`: theta ~ N(0, 0.1 I), x | theta ~ N(theta, 0.1 I), ten dimensions, with its
 * exact posterior.
 *
 * Source: Lueckmann et al. (2021), appendix T.1.
 * @example
 * tasks.benchmark.gaussianLinear().prior.dim; // 10
 */
export function gaussianLinear(): GaussianTask {
  const variance = new Array<number>(10).fill(0.1);
  return describedTask({ ...anyGaussianLinear(variance, variance), name: 'gaussian_linear' });
}
