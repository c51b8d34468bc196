import * as tf from '@tensorflow/tfjs';
import { objectOf, requireNumber } from '../../core/checks';
import { binaryCrossEntropy } from './binary-cross-entropy';
import type { RatioLoss } from './ratio-loss';

/** Settings of {@link bnre}. */
export interface BnreOptions {
  /** lambda, the weight of the balance. Default 100. */
  lambda?: number;
}

/**
 * BNRE: the loss of `nreA` plus lambda (E_pairs[d] + E_contrasts[d] - 1)^2 with d = r / (1 + r).
 *
 * The exact ratio is balanced, and a classifier that is balanced is on average less certain than the exact one:
 * posteriors are wide rather than overconfident where simulations are few.
 * @param options see {@link BnreOptions}.
 * @throws InvalidInputError for a negative weight.
 * Source: Delaunoy et al. (2022), "Towards reliable simulation-based inference with balanced neural ratio estimation",
 * section 3.
 * @example
 * ratioLosses.bnre({ lambda: 10 }).denominator; // 'evidence'
 */
export function bnre(options: BnreOptions = {}): RatioLoss {
  const { lambda = 100 } = objectOf('bnre: options', options);
  requireNumber('bnre: lambda', lambda, 'a number of at least 0', (value) => value >= 0);
  return {
    spec: { name: 'bnre', lambda },
    denominator: 'evidence',
    contrasts: 1,
    value: (own, contrasts) => {
      const balance = tf.add(tf.mean(tf.sigmoid(own)), tf.mean(tf.sigmoid(contrasts)));
      return tf.add(binaryCrossEntropy(own, contrasts), tf.mul(lambda, tf.square(tf.sub(balance, 1)))) as tf.Scalar;
    },
  };
}
