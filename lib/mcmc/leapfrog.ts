import * as tf from '@tensorflow/tfjs';
import { loop } from '../graph/loop';

/** Position, momentum and grad log p of rows [B, D]. */
export type Phase = { readonly theta: tf.Tensor2D; readonly momentum: tf.Tensor2D; readonly score: tf.Tensor2D };

/**
 * `count` leapfrog steps of the Hamiltonian -log p(theta) + |momentum|^2 / 2 in coordinates theta / spread:
 * momentum += step/2 spread score, theta += step spread momentum, momentum += step/2 spread score.
 *
 * It is reversible (negate the momentum), keeps volumes, and errs in energy by O(step^2).
 * @param score grad log p.
 * @param scale `step` [B, 1] or a number, and `spread`, which broadcasts with [B, D].
 * @param count an int32 scalar or a whole number.
 * @returns the phase afterwards; the caller owns it.
 */
export function leapfrog(
  score: (theta: tf.Tensor2D) => tf.Tensor2D,
  phase: Phase,
  { step, spread }: { step: tf.Tensor | number; spread: tf.Tensor },
  count: tf.Scalar | number,
): Phase {
  const stride = tf.mul(step, spread);
  const halfStride = tf.div(stride, 2);
  return loop(count, phase, (_, { theta, momentum, score: force }) => {
    const half = tf.add(momentum, tf.mul(halfStride, force));
    const next = tf.add(theta, tf.mul(stride, half)) as tf.Tensor2D;
    const nextForce = score(next);
    return {
      theta: next,
      momentum: tf.add(half, tf.mul(halfStride, nextForce)) as tf.Tensor2D,
      score: nextForce,
    };
  });
}
