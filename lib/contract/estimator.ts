import type * as tf from '@tensorflow/tfjs';
import type { LongWorkOptions } from '../core/host';
import type { Rows } from '../core/rows';
import type { Prior } from '../distributions/prior';
import type { EstimatorRecord } from '../records/estimator-record';
import type { DrawOptions, Posterior } from './posterior';

/** Options of one draw for many observations. */
export interface DrawEachOptions extends DrawOptions {
  /** Draws for each observation, K. */
  draws: number;
}

/** A trained estimate of p(theta | x) for any x: what every method's `train` gives. */
export interface Estimator<P extends Posterior = Posterior> {
  /** The prior of training. */
  readonly prior: Prior;
  /** The method's kind and version, shapes, settings and the course of training; JSON. */
  readonly config: { readonly kind: string; readonly version: number };
  /**
   * The posterior given observations xObs [n, L], taken as independent given theta; the caller disposes it.
   * @throws InvalidInputError for no observations, another width than the simulations', NaN or infinity.
   */
  given(xObs: Rows): P;
  /**
   * Draws from the posterior of each row of x [N, L] by itself, [N, K, D], in few large calls: for calibration, say,
   * 1,000 observations with 100 draws each. The caller disposes the tensor.
   * @throws InvalidInputError as `given`, and for a number of draws that is not a positive whole number.
   */
  drawEach(x: Rows, options: DrawEachOptions): Promise<tf.Tensor3D>;
  /**
   * The log densities [N, K] of theta [N, K, D], each table of K under the posterior of the same row of x [N, L], in
   * few large calls: for ranks, since an error of some thousandths may be left. Missing where the density of one
   * posterior is as quick, or known up to a constant only. The caller disposes the tensor.
   * @throws InvalidInputError as `given`, and for theta of another shape.
   */
  logProbEach?(x: Rows, theta: tf.Tensor3D, options?: LongWorkOptions): Promise<tf.Tensor2D>;
  /** The estimator as plain data, for `saveEstimator`. */
  record(): EstimatorRecord;
  /** Frees the weights and the compiled graphs. */
  dispose(): void;
}
