import * as tf from '@tensorflow/tfjs';
import { randomUniform, type Key } from '../graph/random';
import { select, type Move, type Point } from './kernel';

/**
 * Metropolis' choice: `proposed` with probability min(1, exp(logRatio)), else `current`; rows whose ratio is NaN stay.
 * @param diverged rows [B] to keep and to count as divergent.
 */
export function metropolis<P extends Point>(
  current: P,
  proposed: P,
  { logRatio, diverged }: { logRatio: tf.Tensor1D; diverged: tf.Tensor1D },
  key: Key,
): Move<P> {
  const uniform = randomUniform<tf.Tensor1D>(key, logRatio.shape);
  const isAccepted = tf.logicalAnd(tf.less(tf.log(uniform), logRatio), tf.logicalNot(diverged)) as tf.Tensor1D;
  const acceptance = tf.where(diverged, tf.zerosLike(logRatio), tf.exp(tf.minimum(logRatio, 0))) as tf.Tensor1D;
  return {
    point: select(isAccepted, proposed, current),
    acceptance,
    statistic: acceptance,
    diverged: tf.cast(diverged, 'float32'),
    exchanged: tf.zeros([1]),
  };
}
