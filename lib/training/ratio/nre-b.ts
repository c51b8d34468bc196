import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount } from '../../core/checks';
import type { RatioLoss } from './ratio-loss';

/** Settings of {@link nreB}. */
export interface NreBOptions {
  /** K, the parameters among which each row's own is to be found, at least 2. Default 10. */
  classes?: number;
}

/**
 * NRE-B: finds each row's own theta among K of the batch, -log (r_own / sum_k r_k).
 *
 * Its minimum is r = p(x | theta) c(x) with any c: log ratios are known up to a function of x. Posteriors, where that
 * cancels, are as from the other losses; `estimator.logRatio` compares parameters for one x only.
 * @param options see {@link NreBOptions}.
 * @throws InvalidInputError for a number of classes that is not a whole number of at least 2.
 * Source: Durkan, Murray and Papamakarios (2020), "On contrastive learning for likelihood-free inference", section 3.
 * @example
 * ratioLosses.nreB({ classes: 20 }).contrasts; // 19
 */
export function nreB(options: NreBOptions = {}): RatioLoss {
  const { classes = 10 } = objectOf('nreB: options', options);
  requireCount('nreB: classes', classes, 2);
  return {
    spec: { name: 'nreB', classes },
    denominator: 'unknown function of x',
    contrasts: classes - 1,
    value: (own, contrasts) => {
      const all = tf.concat([tf.expandDims(own, 1), contrasts], 1);
      return tf.mean(tf.sub(tf.logSumExp(all, 1), own)) as tf.Scalar;
    },
  };
}
