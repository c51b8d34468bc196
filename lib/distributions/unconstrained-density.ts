import * as tf from '@tensorflow/tfjs';
import { unconstrained } from './unconstrained';
import type { LogDensity } from './log-density';

/**
 * The density of z = toUnconstrained(theta) for theta from `density`: a density on all of R^D, without walls.
 *
 * log p(z) = log p(theta(z)) + log |d theta / d z| and
 * score_i = (d theta_i / d z_i) grad_i log p(theta) + grad_i log |d theta / d z|, in closed form.
 * @param density a density with a support; without bounds it comes back unchanged.
 * @returns a density in z, without support; `unconstrained(density).toConstrained` maps its samples into the support.
 * @throws InvalidInputError where the bounds do not fit `dim`, or lower >= upper.
 * @example
 * const smooth = unconstrainedDensity(uniform({ lower: [0], upper: [1] }));
 * smooth.logProb(tf.tensor2d([[0]])); // [-1.386]
 */
export function unconstrainedDensity(density: LogDensity): LogDensity {
  const { dim, support } = density;
  const logProb = (theta: tf.Tensor2D): tf.Tensor => density.logProb(theta);
  const score = (theta: tf.Tensor2D): tf.Tensor2D => density.score(theta);
  if (!support || ![...support.lower, ...support.upper].some(Number.isFinite)) return { dim, logProb, score };
  const map = unconstrained(density);
  return {
    dim,
    logProb: (z) => tf.tidy(() => logProb(map.toConstrained(z)).reshape([z.shape[0]]).add(map.logAbsDetJacobian(z))),
    score: (z) =>
      tf.tidy(() => score(map.toConstrained(z)).mul(map.derivative(z)).add<tf.Tensor2D>(map.logAbsDetJacobianScore(z))),
  };
}
