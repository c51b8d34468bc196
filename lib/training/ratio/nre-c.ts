import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requirePositive } from '../../core/checks';
import type { RatioLoss } from './ratio-loss';

/** Settings of {@link nreC}. */
export interface NreCOptions {
  /** K, the parameters among which each row's own is to be found, if it is there. Default 5. */
  classes?: number;
  /** gamma, the odds that it is there. Default 1. */
  gamma?: number;
}

/**
 * NRE-C: finds each row's own theta among K, or tells that it is not among them, with
 * q(k) = gamma r_k / (K + gamma sum_j r_j) and q(none) = K / (K + gamma sum_j r_j):
 * -(gamma / (1 + gamma)) log q(own) where it is there, -(1 / (1 + gamma)) log q(none) where it is not.
 *
 * Its minimum is r = p(x | theta) / p(x), without the unknown function of x that `nreB` leaves. With K = 1 and
 * gamma = 1 it is half of the loss of `nreA`.
 * @param options see {@link NreCOptions}.
 * @throws InvalidInputError for a number of classes that is not a positive whole number, or odds that are not positive.
 * Source: Miller, Weniger and Forré (2022), "Contrastive neural ratio estimation", equations (7) to (9).
 * @example
 * ratioLosses.nreC({ classes: 10, gamma: 2 }).denominator; // 'evidence'
 */
export function nreC(options: NreCOptions = {}): RatioLoss {
  const { classes, gamma } = { classes: 5, gamma: 1, ...objectOf('nreC: options', options) };
  requireCount('nreC: classes', classes);
  requirePositive('nreC: gamma', gamma);
  const logOdds = Math.log(gamma / classes);
  // log (1 + (gamma / K) sum_j r_j) = -log q(none)
  const logSum = (logRatios: tf.Tensor): tf.Tensor => tf.softplus(tf.add(tf.logSumExp(logRatios, 1), logOdds));
  return {
    spec: { name: 'nreC', classes, gamma },
    denominator: 'evidence',
    contrasts: classes,
    value: (own, contrasts) => {
      const rows = own.shape[0];
      const among = tf.concat([tf.expandDims(own, 1), tf.slice(contrasts, [0, 0], [rows, classes - 1])], 1);
      const found = tf.mean(tf.sub(logSum(among), tf.add(own, logOdds)));
      return tf.div(tf.add(tf.mul(gamma, found), tf.mean(logSum(contrasts))), 1 + gamma) as tf.Scalar;
    },
  };
}
