import type * as tf from '@tensorflow/tfjs';

/** A one-to-one map of single numbers that has P parameters; those of each number come from a network. */
export interface ElementwiseTransform {
  /** P. */
  readonly parameters: number;
  /**
   * z [B, D] of x [B, D], and log |det dz / dx| [B].
   * @param raw [B, P D]: column p D + i is parameter p of dimension i. Where all are zero, the map is the identity.
   */
  forward(x: tf.Tensor2D, raw: tf.Tensor2D): { z: tf.Tensor2D; logDet: tf.Tensor1D };
  /** x [B, D] of z [B, D]. */
  inverse(z: tf.Tensor2D, raw: tf.Tensor2D): tf.Tensor2D;
}
