import * as tf from '@tensorflow/tfjs';
import { symmetricEigen, transpose } from '../core/linalg';
import { leastSquares, rowViews } from '../core/moments';
import type { NoiseLevel } from '../diffusion/noise-level';
import type { Weights } from './network';

/*
 * The Gaussian nearest to the training pairs, theta | x ~ N(m(x), C) with m(x) = x W + b, in closed form.
 *
 * Diffused to a level it is N(meanCoeff m(x), meanCoeff^2 C + std^2 I), whose score is known; with C = U diag(lambda) U^T the noise it
 * implies is std U diag(1 / (meanCoeff^2 lambda + std^2)) U^T (theta - meanCoeff m(x)). A network that starts at zero and is added to it
 * learns only what is not Gaussian.
 */

/** Parameters that the data determine leave no residual; this keeps the precision finite (in units of standardised theta). */
const smallestVariance = 1e-6;

/**
 * Fits the Gaussian part by least squares.
 * @param theta parameters [N, D].
 * @param x data [N, L].
 * @returns tensors [W [L, D], b [D], U [D, D], lambda [D]]; the caller disposes them.
 */
export function fitGaussianPart(theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor[] {
  const rows = (tensor: tf.Tensor2D) => rowViews(tensor.dataSync() as Float32Array, tensor.shape[1]);
  const { weights, intercept, residualCovariance } = leastSquares(rows(x), rows(theta));
  const { values, vectors } = symmetricEigen(residualCovariance);
  return [
    tf.tensor2d(transpose(weights), [x.shape[1], theta.shape[1]]),
    tf.tensor1d(intercept),
    tf.tensor2d(transpose(vectors)),
    tf.tensor1d(values.map((value) => Math.max(value, smallestVariance))),
  ];
}

/** m(x) = x W + b, [n, D]. */
export function gaussianMean([w, b]: Weights, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(x, w as tf.Tensor2D), b);
}

/** The noise that the diffused Gaussian of mean m implies in theta; sums over observations, which it is linear in, need only sums of theta and m. */
export function gaussianNoise(
  [, , u, lambda]: Weights,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  mean: tf.Tensor2D,
): tf.Tensor2D {
  const variance = tf.add(tf.mul(tf.square(level.meanCoeff), lambda), tf.square(level.std));
  const rotated = tf.matMul(tf.sub(theta, tf.mul(level.meanCoeff, mean)) as tf.Tensor2D, u as tf.Tensor2D);
  return tf.mul(level.std, tf.matMul(tf.div(rotated, variance) as tf.Tensor2D, u as tf.Tensor2D, false, true));
}
