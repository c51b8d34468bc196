import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { symmetricEigen, transpose } from '../../maths/linalg';
import type { RegressionPart } from './joint-mixture';
import { diffusedVariance, linearGaussian, meanOfX, type LinearGaussian } from './linear-gaussian';

/**
 * A part of theta | x ~ sum_k r_k(x) N(m_k(x), C_k), with r_k(x) proportional to exp(logShare) N(x; xMean, S)
 * |S|^{1/2}.
 */
export type MixturePart = LinearGaussian & {
  /** [L]. */
  readonly xMean: tf.Tensor1D;
  /** S^{-1/2} [L, L]. */
  readonly xWhitening: tf.Tensor2D;
  /** The log of the part's weight over |S|^{1/2}. */
  readonly logShare: tf.Scalar;
};

/** What observations are to a mixture: the means of its parts side by side, and the logs of their shares. */
export type MixtureOfX = {
  /** m_k(x) [n, K D]. */
  readonly means: tf.Tensor2D;
  /** log r_k(x) up to a constant [n, K]. */
  readonly logShares: tf.Tensor2D;
};

/** The tensors of a part; the caller disposes them. */
export function mixturePart(part: RegressionPart): MixturePart {
  const { values, vectors } = symmetricEigen(part.xCovariance);
  const scale = values.map((value) => 1 / Math.sqrt(Math.max(value, 1e-9)));
  return {
    ...linearGaussian(part),
    xMean: tf.tensor1d(Array.from(part.xMean)),
    xWhitening: tf.tensor2d(transpose(vectors.map((vector, i) => Array.from(vector, (value) => value * scale[i])))),
    logShare: tf.scalar(Math.log(part.share) + scale.reduce((sum, value) => sum + Math.log(value), 0)),
  };
}

/** m_k(x) and log r_k(x) of observations [n, L]. */
export function mixtureOfX(parts: readonly MixturePart[], x: tf.Tensor2D): MixtureOfX {
  const logs = parts.map(({ xMean, xWhitening, logShare }) =>
    tf.add(tf.mul(-0.5, tf.sum(tf.square(tf.matMul(tf.sub(x, xMean) as tf.Tensor2D, xWhitening)), 1, true)), logShare),
  );
  return {
    means: tf.concat(
      parts.map((part) => meanOfX(part, x)),
      1,
    ),
    logShares: tf.concat(logs, 1) as tf.Tensor2D,
  };
}

/** The noise that the diffused mixture implies in each row of theta [B, D], with the observation of the same row. */
export function mixtureNoise(
  mixture: readonly MixturePart[],
  theta: tf.Tensor2D,
  level: NoiseLevel,
  { means, logShares }: MixtureOfX,
): tf.Tensor2D {
  const logs: tf.Tensor[] = [];
  const noises = diffusedParts(mixture, level, means, theta.shape[1]).map(({ axes, variance, mean }) => {
    const rotated = tf.matMul(tf.sub(theta, mean) as tf.Tensor2D, axes);
    const precise = tf.div(rotated, variance) as tf.Tensor2D;
    logs.push(tf.mul(-0.5, tf.sum(tf.add(tf.mul(rotated, precise), tf.log(variance)), 1, true)));
    return tf.matMul(precise, axes, false, true);
  });
  const shares = tf.softmax(tf.add(logShares, tf.concat(logs, 1)));
  const mixed = noises.map((noise, k) => tf.mul(tf.slice(shares, [0, k], [-1, 1]), noise));
  return tf.mul(level.std, tf.addN(mixed));
}

/**
 * The sum over observations of the noise that the diffused mixture implies in theta [B, D], at one level.
 *
 * With a = U^T theta / sqrt(v) and b = meanCoeff U^T m / sqrt(v), the squared distances |a|^2 + |b|^2 - 2 a b^T of all
 * particles from all observations are one product, so that nothing of size [B, n, D] arises.
 */
export function mixtureNoiseSum(
  mixture: readonly MixturePart[],
  theta: tf.Tensor2D,
  level: NoiseLevel,
  { means, logShares }: MixtureOfX,
): tf.Tensor2D {
  const parts = diffusedParts(mixture, level, means, theta.shape[1]).map(({ axes, variance, mean }, k) => {
    const scale = tf.sqrt(variance);
    const a = tf.div(tf.matMul(theta, axes), scale) as tf.Tensor2D;
    const b = tf.div(tf.matMul(mean, axes), scale) as tf.Tensor2D;
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
    return { a, b, scale, axes, log };
  });
  const logs = parts.map(({ log }) => log);
  const shares = tf.softmax(tf.stack(logs, 2)) as tf.Tensor3D;
  const noises = parts.map(({ a, b, scale, axes }, k) => {
    const share = tf.squeeze(tf.slice(shares, [0, 0, k], [-1, -1, 1]), [2]) as tf.Tensor2D;
    const drawn = tf.sub(tf.mul(tf.sum(share, 1, true), a), tf.matMul(share, b));
    return tf.matMul(tf.div(drawn, scale) as tf.Tensor2D, axes, false, true);
  });
  return tf.mul(level.std, tf.addN(noises));
}

/** Axes, variances along them and means of the parts of the mixture, diffused to a level. */
function diffusedParts(
  mixture: readonly MixturePart[],
  level: NoiseLevel,
  means: tf.Tensor2D,
  dim: number,
): { axes: tf.Tensor2D; variance: tf.Tensor; mean: tf.Tensor2D }[] {
  return mixture.map(({ axes, variances }, k) => ({
    axes,
    variance: diffusedVariance(variances, level),
    mean: tf.mul(level.meanCoeff, tf.slice(means, [0, k * dim], [-1, dim])),
  }));
}
