import * as tf from '@tensorflow/tfjs';
import type { Composition } from './composed-score';

/**
 * The factorised composition: (1 - n) (T - t) / T grad log p(theta) + sum_j s(theta, t, x_j).
 *
 * It is the score of p_t(theta | x_1, ..., x_n) proportional to (p(theta)^{1-n})^{(T-t)/T} prod_j p_t(theta | x_j): the
 * posterior at t = 0 and N(0, I / n) at t = T. For n = 1 it is the score of the one observation, unchanged, and only
 * then that of a diffused density.
 *
 * Source: Geffner et al., equations (3) to (5).
 * @example
 * estimator.given(xObs, { compose: factorized() }).n; // 3
 */
export function factorized(): Composition {
  const isDiffused = (n: number): boolean => n === 1;
  return {
    name: 'F-NPSE',
    id: 'F-NPSE',
    needs: { observations: 'sum', prior: 'score' },
    isDiffused,
    compose: ({ n, dim, sum }, prior) => ({
      n,
      dim,
      observations: sum,
      priorCorrection: (theta, level) =>
        n === 1 ? tf.zerosLike(theta) : (tf.mul(tf.mul(1 - n, tf.sub(1, level.t)), prior.score(theta)) as tf.Tensor2D),
      referencePrecision: n,
      isDiffused: isDiffused(n),
    }),
  };
}
