import * as tf from '@tensorflow/tfjs';
import { symmetricEigen, transpose, type Matrix } from '../core/linalg';
import type { Score } from './noise-level';

/**
 * The exact diffused score of N(mean, covariance): -(meanCoeff^2 C + std^2 I)^{-1} (theta - meanCoeff mean).
 * @param mean D numbers.
 * @param covariance D x D, symmetric and positive definite.
 */
export function gaussianScore(mean: readonly number[], covariance: Matrix): Score {
  const { values, vectors } = symmetricEigen(covariance);
  return (theta, level) => {
    const u = tf.tensor2d(transpose(vectors));
    const variance = tf.add(tf.mul(tf.square(level.meanCoeff), tf.tensor1d(values)), tf.square(level.std));
    const centred = tf.sub(theta, tf.mul(level.meanCoeff, tf.tensor2d([mean as number[]]))) as tf.Tensor2D;
    return tf.neg(tf.matMul(tf.div(tf.matMul(centred, u), variance) as tf.Tensor2D, u, false, true)) as tf.Tensor2D;
  };
}
