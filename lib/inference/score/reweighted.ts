import * as tf from '@tensorflow/tfjs';
import type { Composition } from '../../compose/composed-score';
import type { ParameterLaw } from './parameter-law';

/**
 * The factorised composition under another law than that of training: sum_j s(theta, t, x_j) +
 * (T - t) / T (grad log p(theta) - n grad log p~(theta)), where s is the score of posteriors under the law p~ that drew
 * the parameters of training, and p is the prior that is wanted.
 *
 * At t = 0 it is the score of p(theta) prod_j p~(theta | x_j) / p~(theta), the posterior under p. It is the score of a
 * diffused density nowhere else, so that it is followed by Langevin steps. With p~ = p it is `factorized`.
 * Source: Geffner et al., equation (5), for p~ = p.
 */
export function reweighted(wanted: ParameterLaw, trained: ParameterLaw): Composition {
  const id = `reweighted(${wanted.id}/${trained.id})`;
  return {
    name: 'reweighted',
    id,
    needs: { observations: 'sum', prior: 'score' },
    isDiffused: () => false,
    compose: ({ n, dim, sum }) => ({
      n,
      dim,
      observations: sum,
      priorCorrection: (theta, level) =>
        tf.mul(tf.sub(1, level.t), tf.sub(wanted.score(theta), tf.mul(n, trained.score(theta)))) as tf.Tensor2D,
      referencePrecision: n,
      isDiffused: false,
    }),
  };
}
