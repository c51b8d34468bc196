import * as tf from '@tensorflow/tfjs';
import { rng } from '../../../lib/core/rng';
import type { RatioNetwork } from '../../../lib/nn/ratio/ratio-network';

/** The variance of x around theta. */
export const noise = 0.5;

/** theta ~ N(0, 1) [N, 1], x ~ N(theta, noise) [N, 1] and data at theta_ref = 0 [N, 1], as numbers. */
export function gaussianPairs(count: number, seed = 1): { theta: number[]; x: number[]; reference: number[] } {
  const source = rng(seed);
  const theta = Array.from({ length: count }, () => source.normal());
  const x = theta.map((value) => source.normal(value, Math.sqrt(noise)));
  return { theta, x, reference: theta.map(() => source.normal(0, Math.sqrt(noise))) };
}

/** log p(x | theta) / p(x). */
export function exactLogRatio(theta: number, x: number): number {
  const marginal = 1 + noise;
  return (x * x) / (2 * marginal) - (x - theta) ** 2 / (2 * noise) + Math.log(marginal / noise) / 2;
}

/** log p(x | theta) / p(x | 0). */
export function exactAgainstZero(theta: number, x: number): number {
  return (x * theta - theta ** 2 / 2) / noise;
}

/** What is added to the exact log ratio, by name, each in proportion to a weight. */
export const directions = ['1', 'x', 'theta', 'theta x', 'log r'] as const;

/** A network of five weights that is exact where all are zero. */
export function aroundExact(against: 'evidence' | 'reference'): RatioNetwork {
  const zeros = (rows: tf.Tensor2D): tf.Tensor2D => tf.zerosLike(rows);
  return {
    weights: directions.map((name) => ({ name, shape: [], initialStd: 0 })),
    ofTheta: (_, theta) => tf.concat([theta, zeros(theta)], 1),
    ofX: (_, x) => tf.concat([zeros(x), x], 1),
    logRatio: (weights, sums) => {
      const [theta, x] = tf.unstack(sums, 1) as tf.Tensor1D[];
      const marginal = 1 + noise;
      const square = (value: tf.Tensor, by: number): tf.Tensor => tf.div(tf.square(value), 2 * by);
      const exact =
        against === 'reference'
          ? tf.sub(square(x, noise), square(tf.sub(x, theta), noise))
          : tf.add(tf.sub(square(x, marginal), square(tf.sub(x, theta), noise)), Math.log(marginal / noise) / 2);
      const functions = [tf.onesLike(x), x, theta, tf.mul(theta, x), exact];
      return tf.addN([exact, ...functions.map((each, k) => tf.mul(each, weights[k]))]) as tf.Tensor1D;
    },
  };
}
