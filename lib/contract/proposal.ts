import type * as tf from '@tensorflow/tfjs';
import type { DrawOptions } from './posterior';

/**
 * A law to draw parameters from: a prior, a posterior, a truncated prior. `simulate` takes one in place of the prior,
 * and methods that go in rounds simulate where the round before found the posterior.
 */
export interface Proposal {
  /** D, the number of parameters. */
  readonly dim: number;
  /** `count` draws [count, D], the same for the same seed; the caller disposes them. */
  sample(count: number, options: DrawOptions): Promise<tf.Tensor2D>;
  /** The normalised log density [B] at theta [B, D], where it is known; the caller disposes it. */
  logProb?(theta: tf.Tensor2D): Promise<tf.Tensor1D>;
}
