import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { symmetricEigen, transpose, type Matrix } from '../maths/linalg';
import type { Score } from './noise-level';

/**
 * The exact diffused score of N(mean, covariance): -(meanCoeff^2 C + std^2 I)^{-1} (theta - meanCoeff mean).
 * @param mean D numbers.
 * @param covariance D x D, symmetric and positive definite.
 * @throws InvalidInputError for a covariance that is not, or of another size.
 * @example
 * const score = gaussianScore([0, 0], [[1, 0.5], [0.5, 1]]);
 * score(theta, vpLevels().at(tf.scalar(100, 'int32'))); // shape [1000, 2]
 */
export function gaussianScore(mean: readonly number[], covariance: Matrix): Score {
  const { values, vectors } = symmetricEigen(covariance);
  if (mean.length !== values.length)
    throw new InvalidInputError('gaussianScore covariance', {
      expected: `a [${mean.length}, ${mean.length}] matrix`,
      received: `[${values.length}, ${values.length}]`,
    });
  if (!(values[0] > 0))
    throw new InvalidInputError('gaussianScore covariance', {
      expected: 'a positive definite matrix',
      received: `one with the eigenvalue ${values[0]}`,
    });
  return (theta, level) => {
    const u = tf.tensor2d(transpose(vectors));
    const variance = tf.add(tf.mul(tf.square(level.meanCoeff), tf.tensor1d(values)), tf.square(level.std));
    const centred = tf.sub(theta, tf.mul(level.meanCoeff, tf.tensor2d([mean as number[]]))) as tf.Tensor2D;
    return tf.neg(tf.matMul(tf.div(tf.matMul(centred, u), variance) as tf.Tensor2D, u, false, true)) as tf.Tensor2D;
  };
}
