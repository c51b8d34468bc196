import * as tf from '@tensorflow/tfjs';
import { objectOf, requireEach } from '../core/checks';
import { diffusedNormal } from '../diffusion/diffused-normal';
import { diagonalMatrix } from '../maths/linalg';
import { describedPrior } from './described-prior';
import type { ScoredPrior } from './prior';
import { perDimension, type PerDimension } from './per-dimension';

/**
 * The law of exp(z) for z from N(mean, std^2), independent over the dimensions; for scales and rates.
 * @param parameters `mean` and `std` of log theta, a number or one for each dimension. Default std 1.
 * @throws InvalidInputError for sizes that differ or a std that is not positive.
 * @example
 * logNormal({ mean: [0, Math.log(10)], std: 0.5 });
 */
export function logNormal(parameters: { readonly mean: PerDimension; readonly std?: PerDimension }): ScoredPrior {
  const { mean, std } = perDimension('logNormal', { std: 1, ...objectOf('logNormal', parameters, '{ mean, std }') });
  requireEach('logNormal: mean', mean, 'finite numbers', Number.isFinite);
  requireEach('logNormal: std', std, 'positive, finite numbers', (value) => value > 0 && Number.isFinite(value));
  const dim = mean.length;
  const logNorm = std.reduce((sum, value) => sum + Math.log(value), (dim / 2) * Math.log(2 * Math.PI));
  // outside of the support log 1 stands in, so that no NaN enters the gradient
  const guarded = (theta: tf.Tensor2D): { positive: tf.Tensor2D; safe: tf.Tensor2D } => {
    const positive = theta.greater<tf.Tensor2D>(0);
    return { positive, safe: tf.where(positive, theta, tf.onesLike(theta)) };
  };
  return describedPrior('log-normal', {
    dim,
    support: { lower: mean.map(() => 0), upper: mean.map(() => Infinity) },
    sample: (rng) => mean.map((value, i) => Math.exp(rng.normal(value, std[i]))),
    logProb: (theta) =>
      tf.tidy(() => {
        const { positive, safe } = guarded(theta);
        const log = safe.log();
        const z = log.sub(tf.tensor1d(mean)).div(tf.tensor1d(std));
        const inside = z.square().mul(-0.5).sub(log).sum<tf.Tensor1D>(1).sub<tf.Tensor1D>(logNorm);
        return tf.where(positive.all(1), inside, tf.fill(inside.shape, -Infinity)) as tf.Tensor1D;
      }),
    score: (theta) =>
      tf.tidy(() => {
        const { positive, safe } = guarded(theta);
        const z = safe
          .log()
          .sub(tf.tensor1d(mean))
          .div(tf.tensor1d(std.map((value) => value * value)));
        return tf.where(positive, z.add(1).neg().div<tf.Tensor2D>(safe), tf.zerosLike(theta));
      }),
    // of log theta only: theta itself has no closed form under noise
    diffusedUnconstrained: diffusedNormal(mean, diagonalMatrix(std.map((value) => value * value))),
  });
}
