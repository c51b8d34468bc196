import * as tf from '@tensorflow/tfjs';
import { randomUniform, type Key } from '../graph/random';

/**
 * How the trace of a Jacobian is taken: `exact` by D vector-Jacobian products, `hutchinson` by the mean of v^T J v over
 * probes v of independent signs.
 */
export type TraceMethod = 'exact' | 'hutchinson';

/**
 * The weighted sum over probes of v_k^T J v_k at each point [B, 1], one reverse pass over a copy of the points for each
 * probe.
 *
 * First derivatives only, so that it works through `dense` and inside a loop's body.
 * @param velocity the function whose Jacobian J is meant, of K copies of the points one after the other, [K B, D] -> [K
 * B, D], row by row.
 * @param points [B, D].
 * @param probes v_k [K, B or 1, D].
 */
export function jacobianTrace(
  velocity: (copies: tf.Tensor2D) => tf.Tensor2D,
  points: tf.Tensor2D,
  probes: tf.Tensor3D,
  weight: number,
): tf.Tensor2D {
  const [count, dim] = points.shape;
  const copies = probes.shape[0];
  const directions = tf.reshape(tf.mul(probes, tf.ones([copies, count, dim])), [copies * count, dim]);
  const gradient = tf.grad((all: tf.Tensor) => tf.sum(tf.mul(velocity(all as tf.Tensor2D), directions)));
  const products = tf.sum(tf.mul(gradient(tf.tile(points, [copies, 1])), directions), 1);
  return tf.reshape(tf.mul(weight, tf.sum(tf.reshape(products, [copies, count]), 0)), [count, 1]);
}

/** The probes of the exact trace: the unit vectors [D, 1, D]. */
export function unitProbes(dim: number): tf.Tensor3D {
  return tf.expandDims(tf.eye(dim), 1);
}

/** Probes [K, B, D] of independent signs, the same at each call with the key. */
export function signProbes(key: Key, probes: number, count: number, dim: number): tf.Tensor3D {
  return tf.sub(tf.mul(2, tf.round(randomUniform(key, [probes, count, dim]))), 1);
}
