import * as tf from '@tensorflow/tfjs';
import { requireColumns } from '../core/checks';

/** One part of the likelihood sum_k w_k N(x; scale_k theta, diag(variance_k)). */
export interface LikelihoodComponent {
  /** w_k, positive; the weights of all parts add up to one. */
  readonly weight: number;
  /** The factor of theta in the part's mean. */
  readonly scale: number;
  /** The variances [D] around it, positive. */
  readonly variance: readonly number[];
}

/**
 * log p(x_1, ..., x_n | theta) = sum_j log sum_k w_k N(x_j; scale_k theta, diag(variance_k)).
 * @param theta [B, D].
 * @param x n observations [n, D].
 * @returns [B]; the caller disposes it.
 * @throws InvalidInputError for observations of another width.
 */
export function linearGaussianLogLikelihood(
  components: readonly LikelihoodComponent[],
  theta: tf.Tensor2D,
  x: tf.Tensor2D,
): tf.Tensor1D {
  requireColumns('logLikelihood: x', x, components[0].variance.length);
  return tf.tidy(() => {
    const logs = components.map(({ weight, scale, variance }) => {
      const logNorm = variance.reduce((sum, value) => sum + 0.5 * Math.log(2 * Math.PI * value), 0);
      const centred = tf.sub(tf.expandDims(x, 0), tf.mul(scale, tf.expandDims(theta, 1)));
      const squares = tf.sum(tf.div(tf.square(centred), tf.tensor1d(variance as number[])), 2);
      return tf.add(tf.mul(-0.5, squares), Math.log(weight) - logNorm);
    });
    const each = logs.length === 1 ? logs[0] : tf.logSumExp(tf.stack(logs, 0), 0);
    return tf.sum(each, 1) as tf.Tensor1D;
  });
}
