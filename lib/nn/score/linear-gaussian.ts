import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { symmetricEigen, transpose } from '../../maths/linalg';
import { rowViews } from '../../maths/moments';
import { ridgeRegression } from '../../maths/ridge-regression';
import type { RegressionPart } from './joint-mixture';

/** A Gaussian of theta whose mean is linear in x: theta | x ~ N(x W + b, U diag(lambda) U^T). */
export type LinearGaussian = {
  /** W [L, D]. */
  readonly weights: tf.Tensor2D;
  /** b [D]. */
  readonly intercept: tf.Tensor1D;
  /** U [D, D], the axes of the covariance, a column each. */
  readonly axes: tf.Tensor2D;
  /** lambda [D], the variances along the axes. */
  readonly variances: tf.Tensor1D;
};

/**
 * Parameters that the data determine leave no residual; this keeps the precision finite (in units of standardised
 * theta).
 */
const smallestVariance = 1e-6;

/** The Gaussian nearest to pairs theta [N, D] and x [N, L], by ridge regression; the caller disposes its tensors. */
export function leastSquaresGaussian(theta: tf.Tensor2D, x: tf.Tensor2D): LinearGaussian {
  return linearGaussian(ridgeRegression(rowsOf(x), rowsOf(theta)));
}

/** The tensors of a regression; the caller disposes them. */
export function linearGaussian({
  weights,
  intercept,
  residualCovariance,
}: Pick<RegressionPart, 'weights' | 'intercept' | 'residualCovariance'>): LinearGaussian {
  const { values, vectors } = symmetricEigen(residualCovariance);
  return {
    weights: tf.tensor2d(transpose(weights), [weights[0].length, weights.length]),
    intercept: tf.tensor1d(Array.from(intercept)),
    axes: tf.tensor2d(transpose(vectors)),
    variances: tf.tensor1d(values.map((value) => Math.max(value, smallestVariance))),
  };
}

/** The rows of a table on the host. */
export function rowsOf(table: tf.Tensor2D): ReturnType<typeof rowViews> {
  return rowViews(table.dataSync() as Float32Array, table.shape[1]);
}

/** m(x) = x W + b of observations [n, L], [n, D]. */
export function meanOfX({ weights, intercept }: LinearGaussian, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(x, weights), intercept) as tf.Tensor2D;
}

/** meanCoeff^2 lambda + std^2: variances along the axes at a level, [1 or B, D]. */
export function diffusedVariance(variances: tf.Tensor, level: NoiseLevel): tf.Tensor {
  return tf.add(tf.mul(tf.square(level.meanCoeff), variances), tf.square(level.std));
}

/**
 * The noise that the diffused Gaussian of mean m implies in theta: std U diag(1 / v) U^T (theta - meanCoeff m) with
 * v = meanCoeff^2 lambda + std^2. It is linear: sums over observations need only sums of theta and m.
 */
export function gaussianNoise(
  { axes, variances }: LinearGaussian,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  mean: tf.Tensor2D,
): tf.Tensor2D {
  const variance = diffusedVariance(variances, level);
  const rotated = tf.matMul(tf.sub(theta, tf.mul(level.meanCoeff, mean)) as tf.Tensor2D, axes);
  return tf.mul(level.std, tf.matMul(tf.div(rotated, variance) as tf.Tensor2D, axes, false, true));
}

/**
 * theta [B, D] along the axes, in units of the standard deviations at the level: U^T theta / sqrt(meanCoeff^2 lambda +
 * std^2).
 */
export function inStandardDeviations(
  { axes, variances }: LinearGaussian,
  theta: tf.Tensor2D,
  level: NoiseLevel,
): tf.Tensor2D {
  return tf.div(tf.matMul(theta, axes), tf.sqrt(diffusedVariance(variances, level))) as tf.Tensor2D;
}
