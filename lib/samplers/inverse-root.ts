import * as tf from '@tensorflow/tfjs';

/**
 * Newton-Schulz rounds: the smallest eigenvalue's root grows 1.5-fold a round, so 24 reach condition numbers of about
 * 1e6.
 */
const rounds = 24;
/**
 * Added to the diagonal of the correlation matrix; what is narrower than that by directions is left to the predictor.
 */
const ridge = 1e-4;

/**
 * A matrix R [D, D] with R F R^T = I, for a symmetric positive definite F: R = C^{-1/2} diag(F)^{-1/2} with the
 * correlation matrix C of F.
 *
 * C^{-1/2} comes from the coupled Newton-Schulz iteration Y <- Y (3 I - Z Y) / 2, Z <- (3 I - Z Y) Z / 2, which is
 * matrix products only and so runs in a recording on any backend.
 * Source: Higham, "Functions of matrices", equation (6.35).
 */
export function inverseRoot(matrix: tf.Tensor2D): tf.Tensor2D {
  const dim = matrix.shape[0];
  const unit = tf.eye(dim);
  const scale = tf.rsqrt(tf.add(tf.sum(tf.mul(matrix, unit), 1, true), 1e-12)) as tf.Tensor2D;
  const correlation = tf.add(tf.mul(tf.mul(matrix, scale), tf.transpose(scale)), tf.mul(ridge, unit)) as tf.Tensor2D;
  const norm = tf.sqrt(tf.sum(tf.square(correlation)));
  let y = tf.div(correlation, norm) as tf.Tensor2D;
  let z: tf.Tensor2D = unit;
  for (let k = 0; k < rounds; k++) {
    const half = tf.sub(tf.mul(1.5, unit), tf.mul(0.5, tf.matMul(z, y))) as tf.Tensor2D;
    [y, z] = [tf.matMul(y, half), tf.matMul(half, z)];
  }
  return tf.mul(tf.div(z, tf.sqrt(norm)), tf.transpose(scale)) as tf.Tensor2D;
}
