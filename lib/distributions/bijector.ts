import type * as tf from '@tensorflow/tfjs';

/** A smooth one-to-one map between a prior's support and all of R^D, dimension by dimension. */
export interface Bijector {
  readonly dim: number;
  /** z [B, D] of theta [B, D]; a theta on or beyond a wall is taken just inside it. */
  toUnconstrained(theta: tf.Tensor2D): tf.Tensor2D;
  /** theta [B, D] of z [B, D]; always inside the support, in float32 too. */
  toConstrained(z: tf.Tensor2D): tf.Tensor2D;
  /** log |det d theta / d z| [B]. */
  logAbsDetJacobian(z: tf.Tensor2D): tf.Tensor1D;
  /** d theta_i / d z_i [B, D], the diagonal of the Jacobian. */
  derivative(z: tf.Tensor2D): tf.Tensor2D;
  /** grad_z log |det d theta / d z| [B, D], in closed form. */
  logAbsDetJacobianScore(z: tf.Tensor2D): tf.Tensor2D;
  /** `toUnconstrained` of one vector, in float64. */
  toUnconstrainedVector(theta: readonly number[]): number[];
}
