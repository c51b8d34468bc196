import * as tf from '@tensorflow/tfjs';

/**
 * The cross-entropy of telling pairs from contrasts, mean softplus(-log r) over the pairs plus mean softplus(log r)
 * over the contrasts; 2 log 2 where nothing is told.
 */
export function binaryCrossEntropy(own: tf.Tensor1D, contrasts: tf.Tensor2D): tf.Scalar {
  return tf.add(tf.mean(tf.softplus(tf.neg(own))), tf.mean(tf.softplus(contrasts))) as tf.Scalar;
}
