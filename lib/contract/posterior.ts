import type * as tf from '@tensorflow/tfjs';
import type { LongWorkOptions } from '../core/host';

/** Options of a draw, whatever the method. */
export interface DrawOptions extends LongWorkOptions {
  /** Seed of the draw: the same seed gives the same samples. */
  seed: number;
}

/** The log density of a posterior. */
export interface PosteriorDensity<O extends LongWorkOptions = LongWorkOptions> {
  /** Whether it integrates to one; without, it is known up to a constant. */
  readonly normalised: boolean;
  /**
   * The log density [B] at theta [B, D], -Infinity outside of the prior's support; the caller disposes the tensor.
   * @throws InvalidInputError for another width.
   */
  logProb(theta: tf.Tensor2D, options?: O): Promise<tf.Tensor1D>;
}

/** The posterior given n observations: what every method's estimator and every exact posterior gives. */
export interface Posterior<O extends DrawOptions = DrawOptions, Q extends LongWorkOptions = LongWorkOptions> {
  /** Number of observations. */
  readonly n: number;
  /** Number of parameters, D. */
  readonly dim: number;
  /**
   * Draws [count, D] that lie in the prior's support; the caller disposes the tensor.
   * @throws InvalidInputError where the count is not a positive whole number.
   */
  sample(count: number, options: O): Promise<tf.Tensor2D>;
  /** Its density, where there is one. */
  readonly density?: PosteriorDensity<Q>;
  /** Frees what it holds of the observations; draws stay. */
  dispose(): void;
}
