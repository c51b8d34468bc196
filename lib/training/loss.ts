import type * as tf from '@tensorflow/tfjs';
import type { Key } from '../graph/random';

/** The mean loss over a batch of rows, a scalar; all randomness from `key`. */
export type Loss = (weights: tf.Tensor[], rows: tf.Tensor2D[], key: Key) => tf.Scalar;
