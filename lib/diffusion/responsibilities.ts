import * as tf from '@tensorflow/tfjs';

/** The most negative float32: a row of -Infinity is shifted by no more, so that no NaN arises. */
const lowest = -3.4028235e38;
/** The smallest normal float32. */
const tiny = 1.1754944e-38;

/** log sum_k exp(logs_k) [B] of logs [B, K]; a row of -Infinity gives -Infinity. */
export function logSum(logs: tf.Tensor2D): tf.Tensor1D {
  const top = tf.maximum(tf.max(logs, 1, true), lowest);
  return tf.add(tf.log(tf.sum(tf.exp(tf.sub(logs, top)), 1)), tf.squeeze(top, [1]));
}

/** The shares exp(logs_k) / sum_j exp(logs_j) [B, K] of logs [B, K]; a row of -Infinity gives zeros. */
export function responsibilities(logs: tf.Tensor2D): tf.Tensor2D {
  const ratios = tf.exp(tf.sub(logs, tf.maximum(tf.max(logs, 1, true), lowest)));
  // the largest ratio is 1, in a row of -Infinity 0
  return tf.div(ratios, tf.maximum(tf.sum(ratios, 1, true), tiny));
}
