import * as tf from '@tensorflow/tfjs';
import { foldKey, randomUniform, type Key } from '../../graph/random';
import type { RatioNetwork } from '../../nn/ratio/ratio-network';
import type { Loss } from '../loss';
import type { RatioLoss } from './ratio-loss';

/**
 * A ratio's loss over rows [theta, x], or [theta, x, data at the reference]: each row's own pair, and as contrasts its
 * data with parameters of other rows of the batch.
 *
 * Each theta and each x is embedded once, whatever the number of contrasts.
 */
export function contrasted({ contrasts, value }: Pick<RatioLoss, 'contrasts' | 'value'>, network: RatioNetwork): Loss {
  return (weights, [theta, x, reference], key, inTraining) => {
    const count = theta.shape[0];
    const ofTheta = network.ofTheta(weights, theta);
    const ofX = network.ofX(weights, x);
    const ofContrasts = reference ? network.ofX(weights, reference) : ofX;
    const others = tf.gather(ofTheta, tf.reshape(otherRows(foldKey(key, 0), count, contrasts), [count * contrasts]));
    const pairs = tf.add(tf.reshape(others, [count, contrasts, -1]), tf.expandDims(ofContrasts, 1));
    const sums = tf.concat([tf.add(ofTheta, ofX), tf.reshape(pairs, [count * contrasts, -1])], 0);
    const logRatios = network.logRatio(weights, sums as tf.Tensor2D, inTraining ? foldKey(key, 1) : undefined);
    return value(
      tf.slice(logRatios, [0], [count]),
      tf.reshape(tf.slice(logRatios, [count], [count * contrasts]), [count, contrasts]),
    );
  };
}

/**
 * Numbers of `each` other rows for each of `count` rows, int32 [count, each]: never the row itself, and none twice for
 * one row. Every row is the other of as many.
 * @param each less than `count`.
 */
export function otherRows(key: Key, count: number, each: number): tf.Tensor2D {
  // the same distances for all rows: in random batches, no less random than distances of their own
  const { indices } = tf.topk(randomUniform<tf.Tensor1D>(key, [count - 1]), each);
  const distances = tf.add(indices, tf.scalar(1, 'int32'));
  const rows = tf.range(0, count, 1, 'int32');
  return tf.mod(tf.add(tf.expandDims(rows, 1), distances), tf.scalar(count, 'int32')) as tf.Tensor2D;
}
