import * as tf from '@tensorflow/tfjs';
import type { Loss } from './loss';

/**
 * The loss of maximum likelihood: minus the mean over rows of log q.
 *
 * Its minimum over all densities, in expectation, is the true conditional density.
 * @param logProb log q [B] of a batch of rows, normalised.
 * @returns a loss over the same rows, without noise of its own.
 * Source: Geffner et al., appendix B.2.
 */
export function maximumLikelihood(logProb: (weights: tf.Tensor[], rows: tf.Tensor2D[]) => tf.Tensor1D): Loss {
  const loss = (weights: tf.Tensor[], rows: tf.Tensor2D[]): tf.Scalar =>
    tf.neg(tf.mean(logProb(weights, rows))) as tf.Scalar;
  return Object.assign(loss, { noiseless: true });
}
