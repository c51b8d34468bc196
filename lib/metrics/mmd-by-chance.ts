import * as tf from '@tensorflow/tfjs';
import { rng } from '../core/rng';
import { kernelMatrix } from './squared-mmd';

/** A squared MMD and what it would be by chance. */
export interface MmdByChance {
  /** The unbiased estimate of the squared MMD. */
  readonly squaredMmd: number;
  /** The 95 % quantile of its estimates for two samples of one law. */
  readonly byChance: number;
}

/** Random divisions of the pooled rows. */
const divisions = 200;

/**
 * The squared MMD of two samples [N, D], with the median distance as the kernel's length, and its 95 % quantile over
 * random divisions of all rows into two halves: what two samples of one law stay below in 19 of 20 cases.
 * @param seed of the divisions.
 * Source: Gretton et al. (2012), "A kernel two-sample test", section 4.
 */
export function mmdByChance(a: tf.Tensor2D, b: tf.Tensor2D, seed: number): MmdByChance {
  const n = a.shape[0];
  const source = rng(seed);
  const values = tf.tidy(() => {
    const kernel = kernelMatrix(a, b);
    // one column a division: 1 for the rows of the first half, which in the first column are those of a
    const isFirst = new Float32Array(2 * n * (divisions + 1));
    for (let k = 0; k <= divisions; k++) {
      const order = Int32Array.from({ length: 2 * n }, (_, i) => i);
      for (let i = 0; i < n; i++) {
        if (k > 0) {
          const j = source.integer(i, 2 * n);
          [order[i], order[j]] = [order[j], order[i]];
        }
        isFirst[order[i] * (divisions + 1) + k] = 1;
      }
    }
    const first = tf.tensor2d(isFirst, [2 * n, divisions + 1]);
    const byFirst = tf.matMul(kernel, first);
    const within = tf.sum(tf.mul(first, byFirst), 0);
    const across = tf.sub(tf.sum(byFirst, 0), within);
    const others = tf.sub(tf.sum(kernel), tf.add(within, tf.mul(2, across)));
    const pairs = tf.div(tf.sub(tf.add(within, others), 2 * n), n * (n - 1));
    return Array.from(tf.sub(pairs, tf.mul(2 / n ** 2, across)).dataSync());
  });
  const [squaredMmd, ...chance] = values;
  chance.sort((p, q) => p - q);
  return { squaredMmd, byChance: chance[Math.floor(0.95 * divisions)] };
}
