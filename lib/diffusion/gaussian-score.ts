import { demand, listOf } from '../core/checks';
import { symmetricEigen, type Matrix } from '../maths/linalg';
import { scoreInAxes } from './diffused-normal';
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
  listOf('gaussianScore mean', mean, 'an array of numbers');
  listOf('gaussianScore covariance', covariance, 'a [D, D] matrix');
  const axes = symmetricEigen(covariance);
  const [dim, size] = [mean.length, axes.values.length];
  demand('gaussianScore covariance', size === dim, `a [${dim}, ${dim}] matrix`, `[${size}, ${size}]`);
  demand(
    'gaussianScore covariance',
    axes.values[0] > 0,
    'a positive definite matrix',
    `one with the eigenvalue ${axes.values[0]}`,
  );
  return scoreInAxes(mean, axes);
}
