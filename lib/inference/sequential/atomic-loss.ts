import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../../training/loss';
import type { DensityModel } from '../density/density-model';

/**
 * The atomic loss of SNPE-C: minus the mean over rows i of log [ r_ii / sum_j r_ij ] with r_ij = q(y_j | x_i) / p(y_j),
 * over `atoms` parameters y_j: the row's own and those of the rows after it, the first ones after the last.
 *
 * Rows come in random order, so that the others are drawn without replacement; whatever law proposed the parameters,
 * the loss is least for a q in proportion to the posterior under the prior p.
 * @returns a loss over rows y [B, D], x [B, L] and log p(y) [B, 1].
 * Source: Greenberg et al. (2019), equations (7) and (8).
 */
export function atomicLoss(model: DensityModel, atoms: number): Loss {
  const loss = (weights: tf.Tensor[], [y, x, logPrior]: tf.Tensor2D[]): tf.Scalar => {
    const rows = y.shape[0];
    const count = Math.min(atoms, rows);
    const turned = Int32Array.from({ length: count * rows }, (_, at) => (Math.floor(at / rows) + (at % rows)) % rows);
    const index = tf.tensor1d(turned, 'int32');
    const contexts = tf.tile(model.contextOfEach(weights, x), [count, 1]);
    const logQ = model.density.logProb(model.densityWeights(weights), tf.gather(y, index), contexts);
    const logRatio = tf.reshape(tf.sub(logQ, tf.squeeze(tf.gather(logPrior, index), [1])), [count, rows]);
    const own = tf.squeeze(tf.slice(logRatio, [0, 0], [1, -1]), [0]);
    return tf.neg(tf.mean(tf.sub(own, tf.logSumExp(logRatio, 0)))) as tf.Scalar;
  };
  return Object.assign(loss, { noiseless: true });
}
