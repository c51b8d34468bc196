import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../../training/loss';
import type { DensityModel } from '../density/density-model';

/**
 * The loss of SNPE-C: minus the mean over rows i of log [ r_ii / sum_j r_ij ], with r_ij = q(y_j | x_i) / p(y_j) over
 * `atoms` parameters y_j: the row's own and those of the rows after it, the first ones after the last; and for rows
 * that the prior drew, minus their log q(y_i | x_i) besides.
 *
 * Rows come in random order, so that the others are drawn without replacement. Whatever law proposed the parameters,
 * both parts are least for the posterior under the prior p. The first part alone does not see mass of q where no
 * parameters were proposed, and may leave any there.
 * @returns a loss over rows y [B, D], x [B, L], log p(y) [B, 1] and 1 for rows that the prior drew, else 0, [B, 1].
 * Source: Greenberg et al. (2019), equations (7) and (8); the likelihood besides is the combined loss of the package
 * sbi.
 */
export function atomicLoss(model: DensityModel, atoms: number): Loss {
  const loss = (weights: tf.Tensor[], [y, x, logPrior, isOfPrior]: tf.Tensor2D[]): tf.Scalar => {
    const rows = y.shape[0];
    const count = Math.min(atoms, rows);
    const turned = Int32Array.from({ length: count * rows }, (_, at) => (Math.floor(at / rows) + (at % rows)) % rows);
    const index = tf.tensor1d(turned, 'int32');
    const contexts = tf.tile(model.contextOfEach(weights, x), [count, 1]);
    const logQ = model.density.logProb(model.densityWeights(weights), tf.gather(y, index), contexts);
    const logRatio = tf.reshape(tf.sub(logQ, tf.squeeze(tf.gather(logPrior, index), [1])), [count, rows]);
    const ownRatio = tf.squeeze(tf.slice(logRatio, [0, 0], [1, -1]), [0]);
    const ownLogQ = tf.mul(tf.slice(logQ, [0], [rows]), tf.squeeze(isOfPrior, [1]));
    return tf.neg(tf.mean(tf.add(tf.sub(ownRatio, tf.logSumExp(logRatio, 0)), ownLogQ))) as tf.Scalar;
  };
  return Object.assign(loss, { noiseless: true });
}
