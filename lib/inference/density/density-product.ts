import * as tf from '@tensorflow/tfjs';
import { sumInChunks } from '../../graph/sum-in-chunks';
import { chainPosteriors, type ChainPosteriors } from '../chain-posterior';
import type { Frame } from '../frame';
import type { DensityModel } from './density-model';
import { mostRows } from './in-passes';

/** What tells one posterior of several observations from another. */
type Observed = { readonly weights: tf.Tensor[]; readonly x: tf.Tensor2D };

/**
 * Posteriors given several observations of a density that was learned of one, p(theta)^(1 - n) prod_j q(theta | x_j).
 *
 * Errors of the density add up over the observations: a method that learns a score or a likelihood takes many better.
 * Observations are taken a few at a time, so that memory stays bounded for any number of them.
 */
export function densityProduct(model: DensityModel, frame: Frame): ChainPosteriors<Observed> {
  const { prior } = frame;
  /** sum_j log q(y_b | x_j) [B] over some observations. */
  const sumOf = (y: tf.Tensor2D, { weights, x }: Observed, index: tf.Tensor1D): tf.Tensor1D => {
    const [n, rows] = [index.shape[0], y.shape[0]];
    const contexts = model.contextOfEach(weights, tf.gather(x, index));
    // row b n + j is theta_b given x_j
    const each = model.density.logProb(
      model.densityWeights(weights),
      tf.reshape(tf.tile(tf.expandDims(y, 1), [1, n, 1]), [rows * n, -1]) as tf.Tensor2D,
      tf.tile(contexts, [rows, 1]),
    );
    return tf.sum(tf.reshape(each, [rows, n]), 1) as tf.Tensor1D;
  };
  const inChunks = <T extends tf.Tensor>({ x }: Observed, nothing: T, term: (index: tf.Tensor1D) => T): T => {
    const n = x.shape[0];
    return sumInChunks(n, Math.max(1, Math.min(n, Math.floor(mostRows / nothing.shape[0]!))), nothing, term);
  };
  /** What is known beside the densities of y: the volume of each, and the prior once too often in all but one. */
  const besides = (theta: tf.Tensor2D, n: number): tf.Tensor1D => {
    const rows = theta.shape[0];
    const volume = tf.neg(frame.logProb(theta, tf.zeros([rows])));
    return tf.mul(-n, tf.add(volume, tf.reshape(prior.logProb(theta), [rows]))) as tf.Tensor1D;
  };
  return chainPosteriors<Observed>({
    prior,
    origin: 'a learned density',
    logFactor: (theta, observed) => {
      const y = frame.toNetwork(theta);
      const sum = inChunks(observed, tf.zeros([theta.shape[0]]) as tf.Tensor1D, (index) => sumOf(y, observed, index));
      return tf.add(sum, besides(theta, observed.x.shape[0]));
    },
    factorScore: (theta, observed) => {
      const ofSum = inChunks(observed, tf.zerosLike(theta), (index) => {
        const sum = (at: tf.Tensor): tf.Tensor => tf.sum(sumOf(frame.toNetwork(at as tf.Tensor2D), observed, index));
        return tf.grad(sum)(theta) as tf.Tensor2D;
      });
      const known = tf.grad((at: tf.Tensor) => tf.sum(besides(at as tf.Tensor2D, observed.x.shape[0])))(theta);
      return tf.add(ofSum, known);
    },
  });
}
