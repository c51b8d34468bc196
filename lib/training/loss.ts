import type * as tf from '@tensorflow/tfjs';
import type { Key } from '../graph/random';

/** The mean loss over a batch of rows, a scalar; all randomness from `key`, and dropout in training only. */
export interface Loss {
  (weights: tf.Tensor[], rows: tf.Tensor2D[], key: Key, inTraining?: boolean): tf.Scalar;
  /** The loss ignores the key, so that rows need to be looked at only once. Default false. */
  readonly noiseless?: boolean;
}
