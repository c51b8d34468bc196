/** Algebra of many small matrices at once, by products only, so that it is recorded on any backend. */
import * as tf from '@tensorflow/tfjs';

/** Rounds of the iteration for the absolute value: eigenvalues below 1.5^-12 of the norm count as about zero. */
const absoluteRounds = 12;

/** Symmetric matrices [B, D, D] with their eigenvalues limited to [least, 1]. */
export function limitedEigenvalues(matrices: tf.Tensor3D, least: number): tf.Tensor3D {
  const unit = tf.eye(matrices.shape[1]);
  const low = tf.mul(least, unit);
  const above = tf.sub(matrices, low) as tf.Tensor3D;
  const raised = tf.add(low, tf.mul(0.5, tf.add(above, absolute(above)))) as tf.Tensor3D;
  const below = tf.sub<tf.Tensor>(unit, raised) as tf.Tensor3D;
  return tf.sub(unit, tf.mul(0.5, tf.add(below, absolute(below)))) as tf.Tensor3D;
}

/**
 * |A| = (A^2)^(1/2) of symmetric matrices [B, D, D], by the coupled Newton-Schulz iteration.
 * Source: Higham, "Functions of matrices", equation (6.35).
 */
function absolute(matrices: tf.Tensor3D): tf.Tensor3D {
  const unit = tf.eye(matrices.shape[1]);
  const square = tf.matMul(matrices, matrices) as tf.Tensor3D;
  const norm = tf.add(normsOf(square), 1e-30);
  let y = tf.div(square, norm) as tf.Tensor3D;
  let z = tf.add(tf.zerosLike(y), unit) as tf.Tensor3D;
  for (let k = 0; k < absoluteRounds; k++) {
    const half = tf.sub(tf.mul(1.5, unit), tf.mul(0.5, tf.matMul(z, y))) as tf.Tensor3D;
    [y, z] = [tf.matMul(y, half), tf.matMul(half, z)];
  }
  return tf.mul(y, tf.sqrt(norm)) as tf.Tensor3D;
}

/**
 * The inverses of symmetric positive definite matrices [B, D, D], by Newton's iteration.
 * @param condition their largest condition number, about.
 */
export function inverses(matrices: tf.Tensor3D, condition: number): tf.Tensor3D {
  const rounds = Math.ceil(Math.log2(condition * matrices.shape[1])) + 4;
  const unit = tf.eye(matrices.shape[1]);
  let x = tf.div(unit, normsOf(matrices)) as tf.Tensor3D;
  for (let k = 0; k < rounds; k++) x = tf.matMul(x, tf.sub(tf.mul(2, unit), tf.matMul(matrices, x)) as tf.Tensor3D);
  return x;
}

/** Frobenius norms [B, 1, 1]. */
function normsOf(matrices: tf.Tensor3D): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(matrices), [1, 2], true));
}
