import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import type { Bijector } from '../distributions/bijector';
import { priorScore, type Prior, type ScoredPrior } from '../distributions/prior';
import { unconstrained } from '../distributions/unconstrained';
import { openedBoxes } from './opened-boxes';

/** Coordinates in which a prior keeps its walls. */
export interface KeptWalls {
  /** The identity, but for points beyond a wall, which become parameters just inside of it. */
  readonly map: Bijector;
  /** The prior in these coordinates: within the walls itself, and diffused as it is, walls included. */
  readonly smooth: ScoredPrior;
}

/**
 * The coordinates of parameters whose boxes keep their walls.
 *
 * Mapped to all of R^D, a posterior at a wall has a tail along which the score of a likelihood fades, while the error
 * of a learned one does not, so that errors of n observations add up to n times one. Between walls the score of a
 * likelihood has one size, and errors count as little as elsewhere; the walls are those of the prior's diffused score.
 * @throws InvalidInputError for a prior whose law after diffusion is not known, or one bounded on one side.
 */
export function keptWalls(prior: Prior): KeptWalls {
  const { dim, diffused, support } = prior;
  const isOneSided = support?.lower.some((low, i) => Number.isFinite(low) !== Number.isFinite(support.upper[i]));
  demand(
    'walls: prior',
    diffused !== undefined && !isOneSided,
    'one of boxes and open dimensions whose law after diffusion is known, to keep its walls',
    'another',
    "uniform(), normal(), truncatedNormal() and products of these have it; walls: 'mapped' takes any prior.",
  );
  const open = unconstrained(openedBoxes(prior));
  const { toConstrained, toUnconstrained } = unconstrained(prior);
  return {
    // there and back again leaves inner points where they are, up to float32
    map: { ...open, toConstrained: (y) => withinWalls(prior, y, { toConstrained, toUnconstrained }) },
    smooth: {
      dim,
      sample: (rng) => prior.sample(rng),
      logProb: (theta) => tf.reshape(prior.logProb(theta), [theta.shape[0]]),
      score: priorScore(prior),
      diffused,
    },
  };
}

/** Points beyond a wall at the float32 number just inside of it; others as they are. */
function withinWalls(
  { support }: Prior,
  y: tf.Tensor2D,
  { toConstrained, toUnconstrained }: Pick<Bijector, 'toConstrained' | 'toUnconstrained'>,
): tf.Tensor2D {
  if (!support) return y.clone();
  return tf.tidy(() => {
    const row = (values: readonly number[]): tf.Tensor => tf.tensor1d([...values]);
    const isInside = tf.logicalAnd(tf.greater(y, row(support.lower)), tf.less(y, row(support.upper)));
    return tf.where(isInside, y, toConstrained(toUnconstrained(y))) as tf.Tensor2D;
  });
}
