import * as tf from '@tensorflow/tfjs';
import { unconstrained } from './unconstrained';
import { diffusedUnconstrained } from './combined-diffusion';
import { priorScore, type Prior, type ScoredPrior } from './prior';
import { unconstrainedDensity } from './unconstrained-density';

/**
 * The law of z = toUnconstrained(theta) for theta from `prior`: a density on all of R^D without walls, as
 * {@link unconstrainedDensity} has it, and its law after diffusion, where that is known.
 *
 * For the box it is the logistic density. A prior without bounds comes back unchanged, with a score.
 * @returns a prior in z, without support.
 * @example
 * const smooth = unconstrainedPrior(uniform({ lower: [0], upper: [1] }));
 * smooth.score(tf.tensor2d([[0]])); // [[0]]
 */
export function unconstrainedPrior(prior: Prior): ScoredPrior {
  const { dim, support, coordinates } = prior;
  const diffused = diffusedUnconstrained(prior);
  const map = unconstrained(prior);
  const inZ = unconstrainedDensity({
    dim,
    support,
    coordinates,
    logProb: (theta) => prior.logProb(theta),
    score: priorScore(prior),
  });
  return {
    dim,
    sample: (rng) => map.toUnconstrainedVector(prior.sample(rng)),
    logProb: (z) => tf.tidy(() => inZ.logProb(z).as1D()),
    score: (z) => inZ.score(z),
    ...(diffused && { diffused }),
  };
}
