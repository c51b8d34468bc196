import * as tf from '@tensorflow/tfjs';
import { describedPosterior } from '../contract/descriptions';
import type { Posterior, PosteriorDensity } from '../contract/posterior';
import { objectOf, requireColumns } from '../core/checks';
import { InterruptedError } from '../core/errors';
import type { ScoredPrior } from '../distributions/prior';
import { priorSamples } from '../distributions/prior-samples';
import { unconstrainedGradient } from '../distributions/unconstrained-gradient';

/** A posterior in closed form: a posterior as every method gives one, whose density is a formula. */
export interface ExactPosterior extends Posterior {
  /** The normalised log density. */
  readonly density: PosteriorDensity;
  /** The same at once, [B] at theta [B, D], of tfjs operations that can be recorded: for chains, plots and metrics. */
  logProb(theta: tf.Tensor2D): tf.Tensor1D;
  /** Its gradient [B, D]. */
  score(theta: tf.Tensor2D): tf.Tensor2D;
}

/**
 * A law as the posterior given n observations, beside what the law tells of itself.
 *
 * Draws are those of `priorSamples(law, count, seed)`.
 */
export function exactPosterior<L extends Omit<ScoredPrior, 'support'>>(
  n: number,
  law: L,
): Omit<L, 'sample'> & ExactPosterior {
  const logProb = (theta: tf.Tensor2D): tf.Tensor1D => law.logProb(theta) as tf.Tensor1D;
  const posterior: Omit<L, 'sample'> & ExactPosterior = {
    ...law,
    n,
    logProb,
    score: (theta) => law.score(theta),
    gradient: unconstrainedGradient({ ...law, logProb, score: (theta: tf.Tensor2D) => law.score(theta) }),
    sample: async (count, options) => {
      const { seed, signal } = objectOf('posterior.sample: options', options, '{ seed }');
      if (signal?.aborted) throw new InterruptedError('Sampling was interrupted before its first draw.');
      return priorSamples(law, count, seed);
    },
    density: {
      normalised: true,
      logProb: async (theta) => {
        requireColumns('logProb: theta', theta, law.dim, 'parameters');
        return tf.tidy((): tf.Tensor1D => tf.reshape(logProb(theta), [theta.shape[0]]));
      },
    },
    dispose: () => {},
  };
  return describedPosterior(posterior, 'the exact posterior');
}
