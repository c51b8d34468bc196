import * as tf from '@tensorflow/tfjs';
import { loop } from '../graph/loop';

/** Position, momentum and grad log p of rows [B, D]. */
export type Phase = { readonly theta: tf.Tensor2D; readonly momentum: tf.Tensor2D; readonly score: tf.Tensor2D };

/** How long the steps are: `step` [B, 1] or a number, and `spread`, which broadcasts with [B, D]. */
export interface LeapfrogScale {
  readonly step: tf.Tensor | number;
  readonly spread: tf.Tensor;
}

/**
 * `count` leapfrog steps of the Hamiltonian -log p(theta) + |momentum|^2 / 2 in coordinates theta / spread:
 * momentum += step/2 spread score, theta += step spread momentum, momentum += step/2 spread score.
 *
 * It is reversible (negate the momentum), keeps volumes, and errs in energy by O(step^2).
 * @param score grad log p.
 * @param count an int32 scalar or a whole number.
 * @returns the phase afterwards; the caller owns it.
 */
export function leapfrog(
  score: (theta: tf.Tensor2D) => tf.Tensor2D,
  phase: Phase,
  scale: LeapfrogScale,
  count: tf.Scalar | number,
): Phase {
  return loop(count, phase, (_, before) => leapfrogStep(score, before, scale));
}

/**
 * {@link leapfrog} with the change of log p along the trajectory [B], as the line integral of the score: Simpson's rule
 * on each step, which is exact for Gaussians and errs by O(step^4) elsewhere. It changes sign with the direction, and
 * costs two scores a step.
 */
export function integratedLeapfrog(
  score: (theta: tf.Tensor2D) => tf.Tensor2D,
  phase: Phase,
  scale: LeapfrogScale,
  count: tf.Scalar | number,
): { end: Phase; change: tf.Tensor1D } {
  const change = tf.zeros([phase.theta.shape[0]]) as tf.Tensor1D;
  return loop(count, { end: phase, change }, (_, { end: before, change: sum }) => {
    const end = leapfrogStep(score, before, scale);
    const between = score(tf.div(tf.add(before.theta, end.theta), 2));
    const weighted = tf.div(tf.addN([before.score, tf.mul(4, between), end.score]), 6);
    const along = tf.sum(tf.mul(weighted, tf.sub(end.theta, before.theta)), 1);
    return { end, change: tf.add(sum, along) as tf.Tensor1D };
  });
}

function leapfrogStep(
  score: (theta: tf.Tensor2D) => tf.Tensor2D,
  { theta, momentum, score: force }: Phase,
  { step, spread }: LeapfrogScale,
): Phase {
  const stride = tf.mul(step, spread);
  const half = tf.add(momentum, tf.mul(tf.div(stride, 2), force));
  const next = tf.add(theta, tf.mul(stride, half)) as tf.Tensor2D;
  const nextForce = score(next);
  return {
    theta: next,
    momentum: tf.add(half, tf.mul(tf.div(stride, 2), nextForce)) as tf.Tensor2D,
    score: nextForce,
  };
}
