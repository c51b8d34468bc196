import * as tf from '@tensorflow/tfjs';
import { symmetricEigen, transpose } from '../../maths/linalg';
import { leastSquares, rowViews } from '../../maths/moments';
import type { Rng } from '../../core/rng';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { fitJointMixture, type RegressionPart } from './joint-mixture';
import type { Weights } from '../network';

/*
 * The Gaussians nearest to the training pairs in closed form: theta | x ~ sum_k r_k(x) N(m_k(x), C_k) with m_k(x) = x W_k + b_k, one Gaussian where
 * more are no better.
 *
 * Diffused to a level, a part is N(meanCoeff m_k(x), meanCoeff^2 C_k + std^2 I), and the mixture's score is known. With C = U diag(lambda) U^T a
 * part implies the noise std U diag(1 / v) U^T (theta - meanCoeff m(x)), v = meanCoeff^2 lambda + std^2, and the mixture their mean under the
 * shares r_k N(theta; ...) of the parts. A network that starts at zero and is added to it learns only what is left.
 */

/** Parameters that the data determine leave no residual; this keeps the precision finite (in units of standardised theta). */
const smallestVariance = 1e-6;

/** The tensors of a part: W [L, D], b [D], U [D, D], lambda [D], and for a mixture also m [L], S^{-1/2} [L, L] and the log of its share over |S|^{1/2}. */
const ofOne = 4;
const ofMixture = 7;

/**
 * Fits the Gaussian part: by expectation-maximisation where several Gaussians tell held-out parameters better than one, else by least squares.
 * @param theta parameters [N, D].
 * @param x data [N, L].
 * @param most Gaussians at most.
 * @returns its tensors, part by part; the caller disposes them.
 */
export async function fitGaussianPart(
  theta: tf.Tensor2D,
  x: tf.Tensor2D,
  most: number,
  source: Rng,
): Promise<tf.Tensor[]> {
  const parts = most > 1 ? await fitJointMixture(rowsOf(theta), rowsOf(x), most, source) : undefined;
  return parts
    ? parts.flatMap((part) => [...regressionTensors(part), ...shareTensors(part)])
    : leastSquaresPart(theta, x);
}

/** One Gaussian by least squares: tensors [W [L, D], b [D], U [D, D], lambda [D]]; the caller disposes them. */
export function leastSquaresPart(theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor[] {
  return regressionTensors(leastSquares(rowsOf(x), rowsOf(theta)));
}

function rowsOf(tensor: tf.Tensor2D): ReturnType<typeof rowViews> {
  return rowViews(tensor.dataSync() as Float32Array, tensor.shape[1]);
}

function regressionTensors({
  weights,
  intercept,
  residualCovariance,
}: Pick<RegressionPart, 'weights' | 'intercept' | 'residualCovariance'>): tf.Tensor[] {
  const { values, vectors } = symmetricEigen(residualCovariance);
  return [
    tf.tensor2d(transpose(weights), [weights[0].length, weights.length]),
    tf.tensor1d(Array.from(intercept)),
    tf.tensor2d(transpose(vectors)),
    tf.tensor1d(values.map((value) => Math.max(value, smallestVariance))),
  ];
}

function shareTensors({ share, xMean, xCovariance }: RegressionPart): tf.Tensor[] {
  const { values, vectors } = symmetricEigen(xCovariance);
  const scale = values.map((value) => 1 / Math.sqrt(Math.max(value, 1e-9)));
  return [
    tf.tensor1d(Array.from(xMean)),
    tf.tensor2d(transpose(vectors.map((vector, i) => Array.from(vector, (value) => value * scale[i])))),
    tf.scalar(Math.log(share) + scale.reduce((sum, value) => sum + Math.log(value), 0)),
  ];
}

/** What observations are to the Gaussian part: the means of its parts side by side, and the logs of their shares. */
export interface GaussianOfX {
  /** m_k(x) [n, K D]. */
  readonly means: tf.Tensor2D;
  /** log r_k(x) up to a constant [n, K]; [n, 0] for one part. */
  readonly logShares: tf.Tensor2D;
}

/** The number of parts, K. */
export function partCount(tensors: Weights): number {
  return tensors.length <= ofOne ? tensors.length / ofOne : tensors.length / ofMixture;
}

/** m_k(x) and log r_k(x) of observations [n, L]. */
export function gaussianOfX(tensors: Weights, x: tf.Tensor2D): GaussianOfX {
  const parts = split(tensors);
  const means = parts.map(([w, b]) => tf.add(tf.matMul(x, w as tf.Tensor2D), b) as tf.Tensor2D);
  if (parts.length === 1) return { means: means[0], logShares: tf.zeros([x.shape[0], 0]) };
  const logs = parts.map(([, , , , mean, whitening, log]) =>
    tf.add(
      tf.mul(-0.5, tf.sum(tf.square(tf.matMul(tf.sub(x, mean) as tf.Tensor2D, whitening as tf.Tensor2D)), 1, true)),
      log,
    ),
  );
  return { means: tf.concat(means, 1), logShares: tf.concat(logs, 1) as tf.Tensor2D };
}

/** What adds up over observations: for one Gaussian, which is linear in them, only the sum of its means counts. */
export function sumOfX({ means, logShares }: GaussianOfX): GaussianOfX {
  return logShares.shape[1] === 0
    ? { means: tf.sum(means, 0, true), logShares: tf.zeros([1, 0]) }
    : { means, logShares };
}

/** The noise that the diffused Gaussian of mean m implies in theta; sums over observations, which it is linear in, need only sums of theta and m. */
export function gaussianNoise(tensors: Weights, theta: tf.Tensor2D, level: NoiseLevel, mean: tf.Tensor2D): tf.Tensor2D {
  const [, , u, lambda] = tensors;
  const variance = diffusedVariance(lambda, level);
  const rotated = tf.matMul(tf.sub(theta, tf.mul(level.meanCoeff, mean)) as tf.Tensor2D, u as tf.Tensor2D);
  return tf.mul(level.std, tf.matMul(tf.div(rotated, variance) as tf.Tensor2D, u as tf.Tensor2D, false, true));
}

/** meanCoeff^2 lambda + std^2: variances at a level, [1 or B, D]. */
export function diffusedVariance(lambda: tf.Tensor, level: NoiseLevel): tf.Tensor {
  return tf.add(tf.mul(tf.square(level.meanCoeff), lambda), tf.square(level.std));
}

/** theta [B, D] along the axes of one Gaussian, in units of its standard deviations at the level: U^T theta / sqrt(meanCoeff^2 lambda + std^2). */
export function inStandardDeviations(tensors: Weights, theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D {
  const [, , u, lambda] = tensors;
  return tf.div(tf.matMul(theta, u as tf.Tensor2D), tf.sqrt(diffusedVariance(lambda, level))) as tf.Tensor2D;
}

/** The noise that the diffused mixture implies in each row of theta [B, D], with the observation of the same row. */
export function mixtureNoise(
  tensors: Weights,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  { means, logShares }: GaussianOfX,
): tf.Tensor2D {
  const logs: tf.Tensor[] = [];
  const noises = diffusedParts(tensors, level, means, theta.shape[1]).map(({ u, variance, mean }) => {
    const rotated = tf.matMul(tf.sub(theta, mean) as tf.Tensor2D, u);
    const precise = tf.div(rotated, variance) as tf.Tensor2D;
    logs.push(tf.mul(-0.5, tf.sum(tf.add(tf.mul(rotated, precise), tf.log(variance)), 1, true)));
    return tf.matMul(precise, u, false, true);
  });
  const shares = tf.softmax(tf.add(logShares, tf.concat(logs, 1)));
  const mixed = noises.map((noise, k) => tf.mul(tf.slice(shares, [0, k], [-1, 1]), noise));
  return tf.mul(level.std, tf.addN(mixed));
}

/**
 * The sum over observations of the noise that the diffused mixture implies in theta [B, D], at one level.
 *
 * With a = U^T theta / sqrt(v) and b = meanCoeff U^T m / sqrt(v), the squared distances |a|^2 + |b|^2 - 2 a b^T of all particles from all observations are one
 * product, so that nothing of size [B, n, D] arises.
 */
export function mixtureNoiseSum(
  tensors: Weights,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  { means, logShares }: GaussianOfX,
): tf.Tensor2D {
  const parts = diffusedParts(tensors, level, means, theta.shape[1]).map(({ u, variance, mean }, k) => {
    const scale = tf.sqrt(variance);
    const a = tf.div(tf.matMul(theta, u), scale) as tf.Tensor2D;
    const b = tf.div(tf.matMul(mean, u), scale) as tf.Tensor2D;
    // distances from the middle of the observations lose no digits where all are far from 0
    const middle = tf.mean(b, 0, true);
    const [near, others] = [tf.sub(a, middle) as tf.Tensor2D, tf.sub(b, middle) as tf.Tensor2D];
    const squares = tf.add(
      tf.sub(tf.sum(tf.square(near), 1, true), tf.mul(2, tf.matMul(near, others, false, true))),
      tf.sum(tf.square(others), 1),
    );
    const log = tf.sub(
      tf.mul(-0.5, tf.add(squares, tf.sum(tf.log(variance)))),
      tf.neg(tf.squeeze(tf.slice(logShares, [0, k], [-1, 1]), [1])),
    );
    return { a, b, scale, u, log };
  });
  const shares = tf.softmax(
    tf.stack(
      parts.map(({ log }) => log),
      2,
    ),
  ) as tf.Tensor3D;
  const noises = parts.map(({ a, b, scale, u }, k) => {
    const share = tf.squeeze(tf.slice(shares, [0, 0, k], [-1, -1, 1]), [2]) as tf.Tensor2D;
    const drawn = tf.sub(tf.mul(tf.sum(share, 1, true), a), tf.matMul(share, b));
    return tf.matMul(tf.div(drawn, scale) as tf.Tensor2D, u, false, true);
  });
  return tf.mul(level.std, tf.addN(noises));
}

/** Axes, variances along them and means of the parts of the mixture, diffused to a level. */
function diffusedParts(
  tensors: Weights,
  level: NoiseLevel,
  means: tf.Tensor2D,
  dim: number,
): { u: tf.Tensor2D; variance: tf.Tensor; mean: tf.Tensor2D }[] {
  return split(tensors).map(([, , u, lambda], k) => ({
    u: u as tf.Tensor2D,
    variance: diffusedVariance(lambda, level),
    mean: tf.mul(level.meanCoeff, tf.slice(means, [0, k * dim], [-1, dim])),
  }));
}

function split(tensors: Weights): Weights[] {
  const each = tensors.length === ofOne ? ofOne : ofMixture;
  return Array.from({ length: tensors.length / each }, (_, k) => tensors.slice(k * each, (k + 1) * each));
}
