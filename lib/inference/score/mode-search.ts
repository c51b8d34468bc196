import * as tf from '@tensorflow/tfjs';
import { cholesky, type Matrix } from '../../maths/linalg';
import { covariance, rowViews } from '../../maths/moments';
import { compile } from '../../graph/compile';
import { loop } from '../../graph/loop';
import type { Tensors } from '../../graph/tensors';

/** Steps of the ascent; the last ones are a hundredth as long as the first. */
const rounds = 300;
/** Length of the first steps, in standard deviations of the draws. */
const firstStep = 0.2;
/** Adam's memory of gradients and of their squares. */
const memory = { gradient: 0.8, square: 0.95 };

/** Ascents from draws towards the modes of a density whose gradient is known. */
export interface ModeSearch<C extends Tensors> {
  /**
   * Where ascents from `draws` [B, D] end, [B, D]; the caller disposes it.
   * @param u log(std / meanCoeff) of the noise at which the gradient is taken.
   */
  climb(context: C, draws: tf.Tensor2D, u: number): tf.Tensor2D;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/**
 * Adam in the coordinates in which the draws are round, with steps that fall to a hundredth: lengths are those of the
 * density, in whatever units.
 * @param gradient the gradient of the log density at rows, of the log noise ratio u, a scalar.
 */
export function modeSearch<C extends Tensors>(
  gradient: (context: C, rows: tf.Tensor2D, u: tf.Scalar) => tf.Tensor2D,
): ModeSearch<C> {
  const ascend = compile((context: C, draws: tf.Tensor2D, factor: tf.Tensor2D, u: tf.Scalar): tf.Tensor2D => {
    const start = { rows: draws, first: tf.zerosLike(draws), second: tf.zerosLike(draws) };
    return loop(rounds, start, (i, { rows, first, second }) => {
      const slope = tf.matMul(gradient(context, rows, u), factor);
      const mean = tf.add(tf.mul(memory.gradient, first), tf.mul(1 - memory.gradient, slope)) as tf.Tensor2D;
      const square = tf.add(tf.mul(memory.square, second), tf.mul(1 - memory.square, tf.square(slope))) as tf.Tensor2D;
      const length = tf.mul(firstStep, tf.pow(0.01, tf.div(tf.cast(i, 'float32'), rounds)));
      const step = tf.mul(length, tf.div(mean, tf.add(tf.sqrt(square), 1e-8))) as tf.Tensor2D;
      return { rows: tf.add(rows, tf.matMul(step, factor, false, true)) as tf.Tensor2D, first: mean, second: square };
    }).rows;
  });
  return {
    climb: (context, draws, u) =>
      tf.tidy(() => ascend(context, draws, tf.tensor2d(axesOf(draws).map((row) => Array.from(row))), tf.scalar(u))),
    dispose: () => ascend.dispose(),
  };
}

/** Axes [D, D], a column each, along which draws [B, D] are round: the Cholesky factor of their covariance. */
export function axesOf(draws: tf.Tensor2D): Matrix {
  const spread = covariance(rowViews(draws.dataSync() as Float32Array, draws.shape[1]));
  return cholesky(spread.map((row, i) => Array.from(row, (value, j) => value + (i === j ? 1e-6 * value + 1e-12 : 0))));
}

/** Ends of ascents closer than this, in standard deviations of the draws, are the same mode. */
const sameMode = 0.05;
/** Modes that are told apart at most. */
const mostModes = 16;

/**
 * The rows of `ends` [B, D] without those that are another's neighbour on the scale of `draws` [B, D]; the caller
 * disposes the tensor.
 */
export function distinctRows(ends: tf.Tensor2D, draws: tf.Tensor2D): tf.Tensor2D {
  const dim = draws.shape[1];
  const widths = covariance(rowViews(draws.dataSync() as Float32Array, dim)).map((row, i) => Math.sqrt(row[i]));
  const kept: number[][] = [];
  for (const row of ends.arraySync()) {
    const isKnown = kept.some((other) => other.every((value, i) => Math.abs(value - row[i]) <= sameMode * widths[i]));
    if (!isKnown && kept.length < mostModes) kept.push(row);
  }
  return tf.tensor2d(kept);
}
