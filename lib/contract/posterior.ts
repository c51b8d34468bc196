import type * as tf from '@tensorflow/tfjs';
import type { LongWorkOptions } from '../core/host';
import type { Bijector } from '../distributions/bijector';
import type { Support } from '../distributions/prior';

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

/** The gradient of a posterior's log density, for chains and fits that follow it. */
export interface PosteriorGradient {
  /** Between parameters and coordinates z without walls, in which it is taken. */
  readonly coordinates: Bijector;
  /** The walls of the parameters. Default: none. */
  readonly support?: Support;
  /**
   * grad log p(z) [B, D] at z [B, D], where p(z) = p(theta(z)) |d theta / d z|; of tfjs operations, so that it goes
   * into compiled graphs, where its tensors become constants. The caller owns the tensor.
   */
  at(z: tf.Tensor2D): tf.Tensor2D;
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
  /** The gradient of its log density, where there is one. */
  readonly gradient?: PosteriorGradient;
  /** Frees what it holds of the observations; draws stay. */
  dispose(): void;
}
