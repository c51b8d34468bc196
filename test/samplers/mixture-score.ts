import * as tf from '@tensorflow/tfjs';
import type { Score } from '../../lib/diffusion/noise-level';

/** One round Gaussian of a mixture. */
export interface RoundPart {
  readonly weight: number;
  readonly mean: readonly number[];
  readonly std: number;
}

/** The exact diffused score of a mixture of round Gaussians; levels may differ from row to row. */
export function mixtureScore(parts: readonly RoundPart[]): Score {
  const dim = parts[0].mean.length;
  return (theta, { meanCoeff, std }) => {
    const each = parts.map((part) => {
      const variance = tf.add(tf.mul(tf.square(meanCoeff), part.std ** 2), tf.square(std));
      const centred = tf.sub(theta, tf.mul(meanCoeff, tf.tensor2d([[...part.mean]])));
      const log = tf.sub(
        tf.div(tf.sum(tf.square(centred), 1, true), tf.mul(-2, variance)),
        tf.mul(dim / 2, tf.log(variance)),
      );
      return { log: tf.add(log, Math.log(part.weight)), score: tf.neg(tf.div(centred, variance)) };
    });
    const logs = tf.concat(
      each.map(({ log }) => tf.mul(log, tf.ones([theta.shape[0], 1]))),
      1,
    );
    const shares = tf.softmax(logs);
    return tf.addN(each.map(({ score }, k) => tf.mul(tf.slice(shares, [0, k], [-1, 1]), score))) as tf.Tensor2D;
  };
}

/** The log density of the mixture at a point, in float64. */
export function mixtureLogDensity(parts: readonly RoundPart[], point: readonly number[]): number {
  const density = parts.reduce((sum, { weight, mean, std }) => {
    const squares = point.reduce((total, value, i) => total + ((value - mean[i]) / std) ** 2, 0);
    return sum + (weight * Math.exp(-squares / 2)) / (std * Math.sqrt(2 * Math.PI)) ** mean.length;
  }, 0);
  return Math.log(density);
}
