import * as tf from '@tensorflow/tfjs';
import { listOf, requireEach } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import { normal, type NormalPrior } from '../distributions/normal';
import { describedTask } from './described-task';
import { linearGaussianLogLikelihood } from './linear-gaussian-likelihood';
import { defineSimulator } from '../simulation/simulator';
import { exactPosterior, type ExactPosterior } from './exact-posterior';
import type { Task } from './task';

/** A Gaussian posterior with its mean and covariance. */
export interface GaussianPosterior extends ExactPosterior {
  /** The mean [D]. */
  readonly mean: readonly number[];
  /** The covariance [D, D]. */
  readonly covariance: readonly (readonly number[])[];
}

/** A task whose prior and posterior are Gaussian. */
export interface GaussianTask extends Task {
  /** The prior N(0, diag(priorVariance)). */
  readonly prior: NormalPrior;
  /** The number of values of one observation, L = D. */
  readonly dataDim: number;
  /** The variances of the data around theta. */
  readonly noiseVariance: readonly number[];
  /** The Gaussian posterior given n observations [n, D]. */
  exactPosterior(xObs: Rows): GaussianPosterior;
}

/**
 * The task theta ~ N(0, diag(priorVariance)), x | theta ~ N(theta, diag(noiseVariance)), with its exact posterior.
 *
 * Given n observations of mean m: precision_i = 1 / priorVariance_i + n / noiseVariance_i and
 * mean_i = (n m_i / noiseVariance_i) / precision_i.
 * @param noiseVariance D positive numbers.
 * @param priorVariance D positive numbers. Default ones.
 * @throws InvalidInputError for variances that are not positive, or of different lengths.
 * @example
 * tasks.gaussianLinear([0.1, 0.1]).exactPosterior([[1, 2]]).mean; // [0.909, 1.818]
 */
export function gaussianLinear(
  noiseVariance: readonly number[],
  priorVariance: readonly number[] = unitVariances(noiseVariance),
): GaussianTask {
  for (const [name, values] of [
    ['noiseVariance', noiseVariance],
    ['priorVariance', priorVariance],
  ] as const) {
    requireEach(
      `gaussianLinear: ${name}`,
      listOf(`gaussianLinear: ${name}`, values, 'an array of variances'),
      'positive, finite numbers',
      (value) => value > 0 && Number.isFinite(value),
    );
  }
  const dim = noiseVariance.length;
  const prior = normal({ mean: new Array<number>(dim).fill(0), std: priorVariance.map(Math.sqrt) });
  const std = noiseVariance.map(Math.sqrt);
  return describedTask({
    name: `gaussian-linear-${dim}d`,
    prior,
    dataDim: dim,
    noiseVariance,
    simulator: defineSimulator((theta, rng, { std }) => theta.map((value, i) => value + std[i] * rng.normal()), {
      std,
    }),
    logLikelihood: (theta, x) =>
      linearGaussianLogLikelihood([{ weight: 1, scale: 1, variance: noiseVariance }], theta, x),
    exactPosterior: (xObs) => {
      const rows = toTensor2D(xObs, 'xObs', dim);
      const n = rows.shape[0];
      const total = tf.tidy(() => rows.sum(0).dataSync());
      rows.dispose();
      const variance = noiseVariance.map((noise, i) => 1 / (1 / priorVariance[i] + n / noise));
      const posterior = normal({
        mean: variance.map((value, i) => (value * total[i]) / noiseVariance[i]),
        std: variance.map(Math.sqrt),
      });
      return exactPosterior(n, posterior);
    },
  });
}

/**
 * The 10-D Gaussian task of Geffner et al. (2023), section 4: prior N(0, I), data N(theta, Sigma) with Sigma diagonal,
 * its elements rising linearly from .6 to 1.4.
 * @example
 * const task = tasks.gaussian10d();
 * const sims = await simulate(task, 1_000, { seed: 1 });
 */
export function gaussian10d(): GaussianTask {
  const task = gaussianLinear(Array.from({ length: 10 }, (_, i) => 0.6 + (0.8 * i) / 9));
  return describedTask({ ...task, name: 'gaussian-10d' });
}

function unitVariances(noiseVariance: readonly number[]): number[] {
  return Array.from(listOf('gaussianLinear: noiseVariance', noiseVariance, 'an array of variances'), () => 1);
}
