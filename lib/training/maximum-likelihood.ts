import * as tf from '@tensorflow/tfjs';
import type { Loss } from './loss';

/** Share of the wide law beside which held-out rows are judged. */
const share = 1e-4;

/**
 * The loss of maximum likelihood: minus the mean over rows of log q.
 *
 * Its minimum over all densities, in expectation, is the true conditional density.
 *
 * Held-out rows are judged by the mixture (1 - e) q(y) + e prod_d 1 / (pi (1 + y_d^2)) with e = 1e-4. A row that q
 * misses then costs what it costs by Cauchy laws, and nine nats, where else it could cost thousands: one such row among
 * hundreds would decide when training stops.
 * @param logProb log q [B] of a batch of rows, normalised; the first rows are the targets y, in standard units.
 * @returns a loss over the same rows, without noise of its own.
 * Source: Geffner et al., appendix B.2; for the mixture, Banfield and Raftery (1993), section 4.
 */
export function maximumLikelihood(logProb: (weights: tf.Tensor[], rows: tf.Tensor2D[]) => tf.Tensor1D): Loss {
  const loss = (weights: tf.Tensor[], rows: tf.Tensor2D[], _: unknown, inTraining?: boolean): tf.Scalar => {
    const logQ = logProb(weights, rows);
    return tf.neg(tf.mean(inTraining ? logQ : besideCauchy(logQ, rows[0]))) as tf.Scalar;
  };
  return Object.assign(loss, { noiseless: true });
}

/** log((1 - e) q + e prod_d 1 / (pi (1 + y_d^2))), [B]. */
function besideCauchy(logQ: tf.Tensor1D, target: tf.Tensor2D): tf.Tensor {
  const wide = tf.neg(tf.sum(tf.log(tf.mul(Math.PI, tf.add(1, tf.square(target)))), 1));
  return tf.logSumExp(tf.stack([tf.add(logQ, Math.log(1 - share)), tf.add(wide, Math.log(share))], 1), 1);
}
