import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../../training/loss';
import type { DensityModel } from '../density/density-model';

/**
 * The loss of importance-weighted maximum likelihood: minus sum_i w_i log q(y_i | x_i) / sum_i w_i over a batch.
 * @returns a loss over rows y [B, D], x [B, L] and weights w [B, 1].
 * Source: Lueckmann et al. (2017), equation (3).
 */
export function weightedLikelihood(model: DensityModel): Loss {
  const loss = (weights: tf.Tensor[], [y, x, w]: tf.Tensor2D[]): tf.Scalar => {
    const logQ = model.density.logProb(model.densityWeights(weights), y, model.contextOfEach(weights, x));
    // a batch may hold no weight at all
    const total = tf.maximum(tf.sum(w), 1e-30);
    return tf.neg(tf.div(tf.sum(tf.mul(tf.squeeze(w, [1]), logQ)), total)) as tf.Scalar;
  };
  return Object.assign(loss, { noiseless: true });
}
