import type * as tf from '@tensorflow/tfjs';
import type { Rows } from '../core/rows';
import type { Model } from '../simulation/model';
import type { ExactPosterior } from './exact-posterior';

/**
 * A model with a name, and its exact posterior where that is known; a task is a value, made by a function such as
 * `gaussian10d()`.
 */
export interface Task extends Model {
  /** The name in records, such as `gaussian-10d`. */
  readonly name: string;
  /** L, the number of values of one observation, where it is fixed. */
  readonly dataDim?: number;
  /**
   * log p(x_1, ..., x_n | theta) [B] of n observations x [n, L] at theta [B, D], where it is known; the caller disposes
   * it. tfjs operations only, since it is recorded into graphs.
   */
  logLikelihood?(theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor;
  /** The posterior given n observations [n, L]. */
  exactPosterior?(xObs: Rows): ExactPosterior;
}
