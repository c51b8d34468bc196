import type * as tf from '@tensorflow/tfjs';
import type { Support } from './prior';

/** What Markov chains sample from: a density on R^D, or on a box within it, up to a constant, with its gradient. */
export interface LogDensity {
  /** D, the number of parameters. */
  readonly dim: number;
  /** The log density [B], up to a constant, at theta [B, D]: tfjs operations only, since it is recorded into graphs. */
  logProb(theta: tf.Tensor2D): tf.Tensor;
  /** Its gradient [B, D]. */
  score(theta: tf.Tensor2D): tf.Tensor2D;
  /** Where the density can be positive. Default: everywhere. */
  readonly support?: Support;
}
