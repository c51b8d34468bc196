import * as tf from '@tensorflow/tfjs';
import { errorWeights, nodes, weights } from '../maths/dormand-prince';
import { loop } from '../graph/loop';

/** Particles on their ways along an equation dx/du = F(x, u), each with a place and a step of its own. */
export interface EmbeddedState {
  readonly [name: string]: tf.Tensor2D;
  /** x [B, K]. */
  readonly theta: tf.Tensor2D;
  /** u [B, 1]. */
  readonly u: tf.Tensor2D;
  /** The next step's length [B, 1]. */
  readonly step: tf.Tensor2D;
  /** F at (x, u), [B, K]. */
  readonly slope: tf.Tensor2D;
}

/** An equation dx/du = F(x, u) from any u to `end`, with the error that a step may make. */
export interface EmbeddedProblem {
  /** The right side [B, K], with u a column. */
  readonly velocity: (x: tf.Tensor2D, u: tf.Tensor2D) => tf.Tensor2D;
  /** Where u ends. */
  readonly end: number;
  /** 1 where u grows, -1 where it falls. */
  readonly direction: 1 | -1;
  /** The error of each entry that counts as 1, [B or 1, K or 1], of a step from u. */
  readonly scale: (u: tf.Tensor2D) => tf.Tensor;
}

/** Evaluations of the right side in a step. */
export const stagesPerStep = 6;
/** The length of the first step, in u. */
const firstStep = 0.3;
/**
 * Longer steps than one unit of the log noise ratio, over which densities change, would pass features by that no stage
 * sees.
 */
const longestStep = 1;
/** Steps shorter than this lose themselves in float32's digits of u. */
const shortestStep = 1e-5;

/** The state at the start. */
export function embeddedStart(
  { velocity }: Pick<EmbeddedProblem, 'velocity'>,
  x: tf.Tensor2D,
  u: tf.Tensor2D,
): EmbeddedState {
  return { theta: x, u, step: tf.fill(u.shape, firstStep), slope: velocity(x, u) };
}

/**
 * One step of the Dormand-Prince 5(4) pair for all particles that have not arrived: taken where the error estimate is
 * below 1, else tried again with a shorter one. Six evaluations of the right side.
 *
 * A particle whose right side is not finite comes to no step; none takes a value that is not finite.
 * Source: Dormand and Prince (1980), "A family of embedded Runge-Kutta formulae", table 2.
 */
export function embeddedStep(
  { velocity, end, direction, scale }: EmbeddedProblem,
  state: EmbeddedState,
): EmbeddedState {
  const { theta: x, u, step, slope } = state;
  const left = tf.mul(direction, tf.sub(end, u)) as tf.Tensor2D;
  const isLast = tf.lessEqual(left, step);
  const h = tf.mul(direction, tf.maximum(0, tf.minimum(step, left))) as tf.Tensor2D;
  // the stages are a loop, so that a graph holds the right side once
  const stages = nodes.length;
  const planes = (index: tf.Tensor): tf.Tensor =>
    tf.reshape(tf.cast(tf.oneHot(index, stages), 'float32'), [stages, 1, 1]);
  const along = (row: tf.Tensor, slopes: tf.Tensor): tf.Tensor2D =>
    tf.mul(h, tf.sum(tf.mul(tf.reshape(row, [stages, 1, 1]), slopes), 0));
  const table = tf.tensor2d(weights.map((row) => [...row, ...new Array<number>(stages - row.length).fill(0)]));
  const slopes = loop(
    stages - 1,
    tf.mul(planes(tf.scalar(0, 'int32')), tf.expandDims(slope, 0)) as tf.Tensor3D,
    (i, before) => {
      const s = tf.add(i, tf.scalar(1, 'int32'));
      const at = tf.add(x, along(tf.gather(table, s), before)) as tf.Tensor2D;
      const next = velocity(at, tf.add(u, tf.mul(tf.gather(tf.tensor1d(nodes), s), h)) as tf.Tensor2D);
      return tf.add(before, tf.mul(planes(s), tf.expandDims(next, 0))) as tf.Tensor3D;
    },
  );
  const next = tf.add(x, along(tf.tensor1d(weights[stages - 1].concat(0)), slopes));
  const lastSlope = tf.squeeze(tf.slice(slopes, [stages - 1, 0, 0], [1, -1, -1]), [0]);
  const error = tf.max(tf.div(tf.abs(along(tf.tensor1d(errorWeights), slopes)), scale(u)), 1, true) as tf.Tensor2D;
  const isGood = tf.logicalAnd(tf.isFinite(error), tf.lessEqual(error, 1));
  const moves = tf.logicalAnd(isMoving({ end, direction }, state), isGood);
  const factor = tf.where(
    tf.isFinite(error),
    tf.clipByValue(tf.mul(0.9, tf.pow(tf.maximum(error, 1e-10), -1 / 5)), 0.2, 5),
    tf.fill(error.shape, 0.1),
  );
  return {
    theta: tf.where(moves, next, x) as tf.Tensor2D,
    u: tf.where(moves, tf.where(isLast, tf.fill(u.shape, end), tf.add(u, h)), u) as tf.Tensor2D,
    // the step to the end may be far shorter than the error allows
    step: tf.where(
      tf.logicalAnd(isLast, isGood),
      step,
      tf.minimum(longestStep, tf.mul(tf.abs(h), factor)),
    ) as tf.Tensor2D,
    slope: tf.where(moves, lastSlope, slope) as tf.Tensor2D,
  };
}

/** Which particles are under way [B, 1], bool. */
export function isMoving(
  { end, direction }: Pick<EmbeddedProblem, 'end' | 'direction'>,
  { u, step }: EmbeddedState,
): tf.Tensor2D {
  return tf.logicalAnd(tf.greater(tf.mul(direction, tf.sub(end, u)), 0), tf.greater(step, shortestStep));
}

/** The numbers of particles under way, and of those that no step is short enough for. */
export function unfinishedOf(
  problem: Pick<EmbeddedProblem, 'end' | 'direction'>,
  state: EmbeddedState,
): { moving: tf.Scalar; stuck: tf.Scalar } {
  const count = (mask: tf.Tensor): tf.Scalar => tf.sum(tf.cast(mask, 'int32'));
  const moving = isMoving(problem, state);
  const isOpen = tf.greater(tf.mul(problem.direction, tf.sub(problem.end, state.u)), 0);
  return { moving: count(moving), stuck: count(tf.logicalAnd(isOpen, tf.logicalNot(moving))) };
}
