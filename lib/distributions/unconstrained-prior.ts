import * as tf from '@tensorflow/tfjs';
import { unconstrained } from './bijector';
import { priorScore, type Prior, type ScoredPrior } from './prior';

/**
 * The law of z = toUnconstrained(theta) for theta from `prior`: a density on all of R^D without walls.
 *
 * log p(z) = log p(theta(z)) + log |d theta / d z| and, in closed form,
 * score_i = (d theta_i / d z_i) grad_i log p(theta) + grad_i log |d theta / d z|.
 * For the box it is the logistic density. A prior without bounds comes back unchanged but for its score.
 * @returns a prior in z, without support.
 * @example
 * const smooth = unconstrainedPrior(uniform({ lower: [0], upper: [1] }));
 * smooth.score(tf.tensor2d([[0]])); // [[0]]
 */
export function unconstrainedPrior(prior: Prior): ScoredPrior {
  const score = priorScore(prior);
  const isBounded = prior.support && [...prior.support.lower, ...prior.support.upper].some(Number.isFinite);
  if (!isBounded)
    return {
      dim: prior.dim,
      sample: (rng) => prior.sample(rng),
      logProb: (theta) => prior.logProb(theta).as1D(),
      score,
    };
  const map = unconstrained(prior);
  return {
    dim: prior.dim,
    sample: (rng) => map.toUnconstrainedVector(prior.sample(rng)),
    logProb: (z) => tf.tidy(() => prior.logProb(map.toConstrained(z)).add(map.logAbsDetJacobian(z))),
    score: (z) =>
      tf.tidy(() => score(map.toConstrained(z)).mul(map.derivative(z)).add<tf.Tensor2D>(map.logAbsDetJacobianScore(z))),
  };
}
