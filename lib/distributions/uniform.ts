import * as tf from '@tensorflow/tfjs';
import { objectOf, requireEach } from '../core/checks';
import { diffusedBox } from '../diffusion/diffused-box';
import { diffusedLogistic } from '../diffusion/diffused-logistic';
import { describedPrior } from './described-prior';
import type { ScoredPrior, Support } from './prior';
import { perDimension, type PerDimension } from './per-dimension';

/** A uniform law on a box; its support is always given. */
export interface UniformPrior extends ScoredPrior {
  readonly support: Support;
}

/**
 * The uniform law on the box lower <= theta <= upper: log p = -sum log(upper - lower) inside, -Infinity outside.
 * Its score is zero; samplers work with `unconstrainedPrior`, whose score feels the walls.
 * @param parameters `lower` and `upper` ends, a number or one for each dimension.
 * @throws InvalidInputError for sizes that differ, an open side, or lower >= upper.
 * @example
 * uniform({ lower: [-1, 0], upper: [1, 10] });
 */
export function uniform(parameters: { readonly lower: PerDimension; readonly upper: PerDimension }): UniformPrior {
  objectOf('uniform', parameters, '{ lower, upper }');
  const { lower, upper } = perDimension('uniform', { lower: parameters.lower, upper: parameters.upper });
  requireEach('uniform: lower', lower, 'finite numbers', Number.isFinite);
  requireEach(
    'uniform: upper',
    upper,
    'finite numbers above lower',
    (value, i) => Number.isFinite(value) && value > lower[i],
  );
  const logDensity = -upper.reduce((sum, value, i) => sum + Math.log(value - lower[i]), 0);
  return describedPrior('uniform', {
    dim: lower.length,
    support: { lower, upper },
    sample: (rng) => lower.map((low, i) => rng.uniform(low, upper[i])),
    logProb: (theta) =>
      tf.tidy(() => {
        const inside = tf
          .logicalAnd(theta.greaterEqual(tf.tensor1d(lower)), theta.lessEqual(tf.tensor1d(upper)))
          .all(1);
        // theta * 0 keeps the gradient defined: it is zero
        const level = theta.mul(0).sum<tf.Tensor1D>(1).add<tf.Tensor1D>(logDensity);
        return tf.where(inside, level, tf.fill(level.shape, -Infinity)) as tf.Tensor1D;
      }),
    score: (theta) => tf.zerosLike(theta),
    diffused: diffusedBox(lower, upper),
    diffusedUnconstrained: diffusedLogistic(
      lower.map(() => 0),
      lower.map(() => 1),
    ),
  });
}
