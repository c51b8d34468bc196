import * as tf from '@tensorflow/tfjs';
import { chainPosteriors, type ChainPosteriors } from '../chain-posterior';
import type { Frame } from '../frame';
import type { DensityModel } from './density-model';

/** What tells one posterior of several observations from another. */
type Observed = { readonly weights: tf.Tensor[]; readonly x: tf.Tensor2D };

/**
 * Posteriors given several observations of a density that was learned of one, p(theta)^(1 - n) prod_j q(theta | x_j).
 *
 * Errors of the density add up over the observations: a method that learns a score or a likelihood takes many better.
 */
export function densityProduct(model: DensityModel, frame: Frame): ChainPosteriors<Observed> {
  const { prior } = frame;
  return chainPosteriors<Observed>({
    prior,
    origin: 'a learned density',
    logFactor: (theta, { weights, x }) => {
      const [n, rows] = [x.shape[0], theta.shape[0]];
      const y = frame.toNetwork(theta);
      const own = model.densityWeights(weights);
      const contexts = model.contextOfEach(weights, x);
      // of n B rows at once: row b n + j is theta_b given x_j
      const each = model.density.logProb(
        own,
        tf.reshape(tf.tile(tf.expandDims(y, 1), [1, n, 1]), [rows * n, -1]) as tf.Tensor2D,
        tf.tile(contexts, [rows, 1]),
      );
      const sum = tf.sum(tf.reshape(each, [rows, n]), 1) as tf.Tensor1D;
      // the volume of each of the n densities, and the prior once too often in all but one
      const volume = tf.mul(n, tf.neg(frame.logProb(theta, tf.zerosLike(sum)))) as tf.Tensor1D;
      return tf.sub(tf.sub(sum, volume), tf.mul(n, tf.reshape(prior.logProb(theta), [rows]))) as tf.Tensor1D;
    },
  });
}
