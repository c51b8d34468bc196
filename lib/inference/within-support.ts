import * as tf from '@tensorflow/tfjs';
import type { Prior } from '../distributions/prior';

/** `logProb` [B] where theta [B, D] is in the prior's support, -Infinity elsewhere. */
export function withinSupport(prior: Prior, theta: tf.Tensor2D, logProb: tf.Tensor1D): tf.Tensor1D {
  const isInside = insideSupport(prior, theta);
  return isInside ? tf.where(isInside, logProb, tf.fill(logProb.shape, -Infinity)) : logProb;
}

/** Which rows of theta [B, D] are in the prior's support [B], bool; undefined where that is all of R^D. */
export function insideSupport({ support }: Pick<Prior, 'support'>, theta: tf.Tensor2D): tf.Tensor1D | undefined {
  if (!support || ![...support.lower, ...support.upper].some(Number.isFinite)) return undefined;
  const row = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values]);
  const inside = tf.logicalAnd(tf.greaterEqual(theta, row(support.lower)), tf.lessEqual(theta, row(support.upper)));
  return tf.all(inside, 1) as tf.Tensor1D;
}
