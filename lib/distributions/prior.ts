import * as tf from '@tensorflow/tfjs';
import './flat-gradients';
import type { Rng } from '../core/rng';
import type { DiffusedDensity } from '../diffusion/diffused-density';
import type { Bijector } from './bijector';

/** The box outside of which a density is zero; -Infinity and Infinity where a side is open. */
export interface Support {
  /** The lower ends [D]. */
  readonly lower: readonly number[];
  /** The upper ends [D]. */
  readonly upper: readonly number[];
}

/**
 * A law of the parameters. Your own prior needs `dim`, `sample` and `logProb`; `checkPrior` tells whether they fit
 * together.
 * @example
 * const exponential: Prior = {
 *   dim: 1,
 *   sample: (rng) => [-Math.log(1 - rng.uniform())],
 *   logProb: (theta) => theta.sum(1).mul(-1),
 *   support: { lower: [0], upper: [Infinity] },
 * };
 */
export interface Prior {
  /** D, the number of parameters. */
  readonly dim: number;
  /** One draw: D numbers, all randomness from `rng`. */
  sample(rng: Rng): number[];
  /** log p(theta) [B] of the rows of theta [B, D]: tfjs operations only, since it is recorded into graphs. */
  logProb(theta: tf.Tensor2D): tf.Tensor;
  /** grad log p(theta) [B, D]; where it is missing, `priorScore` differentiates `logProb`. */
  score?(theta: tf.Tensor2D): tf.Tensor2D;
  /** Where the density can be positive. Default: everywhere. */
  readonly support?: Support;
  /** The unconstrained coordinates of theta. Default: those that `support` asks for, logits between two bounds. */
  readonly coordinates?: Bijector;
  /**
   * The law of theta after diffusion, where it is known in closed form, never an approximation. A copy of a prior with
   * another density must leave it out.
   */
  readonly diffused?: DiffusedDensity;
  /** The same for z = toUnconstrained(theta). Default: `diffused` for a prior without bounds, else unknown. */
  readonly diffusedUnconstrained?: DiffusedDensity;
}

/** A prior whose score is known in closed form. */
export interface ScoredPrior extends Prior {
  logProb(theta: tf.Tensor2D): tf.Tensor1D;
  score(theta: tf.Tensor2D): tf.Tensor2D;
}

/**
 * The score grad log p(theta) of a prior: its own, or else the automatic gradient of its `logProb`.
 * @returns a function from theta [B, D] to a tensor [B, D], which the caller owns.
 * @example
 * const score = priorScore(normal({ mean: [0, 0] }));
 * score(tf.tensor2d([[1, 2]])); // [[-1, -2]]
 */
export function priorScore(prior: Prior): (theta: tf.Tensor2D) => tf.Tensor2D {
  if (prior.score) return (theta) => prior.score!(theta);
  const gradient = tf.grad((theta: tf.Tensor) => prior.logProb(theta as tf.Tensor2D).sum());
  return (theta) => gradient(theta) as tf.Tensor2D;
}
