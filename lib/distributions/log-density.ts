import type * as tf from '@tensorflow/tfjs';
import type { Bijector } from './bijector';
import type { Support } from './prior';

/**
 * A density on R^D, or on a box within it, that need not be normalised, with its gradient: what Markov chains sample
 * from. Functions use tfjs operations only, since they are recorded into graphs.
 *
 * A family of densities, such as the posteriors of a model given any observations, takes the tensors that tell its
 * members apart as a context, so that one graph serves them all; without one (`C` is void) it is a single density.
 */
export interface LogDensity<C = void> {
  /** D, the number of parameters. */
  readonly dim: number;
  /** The log density [B], up to a constant, at theta [B, D]. */
  logProb(theta: tf.Tensor2D, context: C): tf.Tensor;
  /** Its gradient [B, D]. */
  score(theta: tf.Tensor2D, context: C): tf.Tensor2D;
  /** Where the density can be positive. Default: everywhere. */
  readonly support?: Support;
  /** The unconstrained coordinates of theta. Default: those that `support` asks for. */
  readonly coordinates?: Bijector;
}
