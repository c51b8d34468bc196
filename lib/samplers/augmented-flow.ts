import * as tf from '@tensorflow/tfjs';
import { totalScore, type ComposedScore } from '../compose/composed-score';
import { vpTwin, type Diffusion } from '../diffusion/diffusion';
import { logRatioGrid } from '../diffusion/noise-grid';
import type { NoiseLevel } from '../diffusion/noise-level';
import type { Key } from '../graph/random';
import { flowErrorScale } from './adaptive-flow';
import { embeddedStart, embeddedStep, unfinishedOf, type EmbeddedState } from './embedded-step';
import { jacobianTrace, signProbes, unitProbes, type TraceMethod } from './jacobian-trace';
import { flowVelocity, referenceMean } from './reverse-grid';

/** How the flow is integrated. */
export interface AugmentedFlowOptions {
  readonly trace: TraceMethod;
  readonly probes: number;
  readonly tolerance: number;
  readonly smallestNoise?: number;
}

/**
 * The probability flow from theta up to the noise with the log density that it gathers on its way: points are
 * [theta, log |det|], [B, D + 1], and the divergence of the flow is the velocity of their last entry.
 */
export interface AugmentedFlow {
  /** From theta to the first level leads one step of the flow, as samples' last one. */
  start(target: ComposedScore, theta: tf.Tensor2D, key: Key): EmbeddedState;
  /** One step for all points that have not arrived. */
  step(target: ComposedScore, state: EmbeddedState, key: Key): EmbeddedState;
  /** How many points still move, and how many will never arrive. */
  unfinished(state: EmbeddedState): { moving: number; stuck: number };
  /** log N(theta(1)) + what was gathered, [B]. */
  end(target: ComposedScore, state: EmbeddedState): tf.Tensor1D;
}

/** The flow of a diffusion. All of it is pure tfjs, but for `unfinished`. */
export function augmentedFlow(diffusion: Diffusion, options: AugmentedFlowOptions): AugmentedFlow {
  const { trace, probes, tolerance, smallestNoise } = options;
  const [last, first] = logRatioGrid(diffusion, 1, { smallestNoise });
  const range = { end: last, direction: 1 as const };
  const tracer = (target: ComposedScore, key: Key, count: number) => {
    const { dim } = target;
    const directions = trace === 'exact' ? unitProbes(dim) : signProbes(key, probes, count, dim);
    const copies = directions.shape[0];
    const weight = trace === 'exact' ? 1 : 1 / probes;
    /** A function of points and their levels, with the trace of its Jacobian, [B, D + 1]. */
    return (of: (v: tf.Tensor2D, level: NoiseLevel) => tf.Tensor2D, v: tf.Tensor2D, u: tf.Tensor2D) => {
      const levels = diffusion.atLogRatio(tf.tile(u, [copies, 1]));
      return {
        value: of(v, diffusion.atLogRatio(u)),
        trace: jacobianTrace((all) => of(all, levels), v, directions, weight),
      };
    };
  };
  const velocityOf = (target: ComposedScore, key: Key) => (x: tf.Tensor2D, u: tf.Tensor2D) => {
    const [count] = x.shape;
    const v = tf.slice(x, [0, 0], [count, target.dim]);
    const traced = tracer(target, key, count)((points, level) => flowVelocity(target, points, level), v, u);
    return tf.concat([traced.value, traced.trace], 1);
  };
  return {
    start: (target, theta, key) => {
      const [count, dim] = theta.shape;
      const u = tf.fill<tf.Rank.R2>([count, 1], first);
      const { level: twin } = vpTwin(diffusion.atLogRatio(tf.scalar(first)));
      const score = (v: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D => {
        const { scale: unit } = vpTwin(level);
        return tf.div(totalScore(target, tf.div(v, unit) as tf.Tensor2D, level), unit);
      };
      const v = tf.mul(twin.meanCoeff, theta) as tf.Tensor2D;
      const ofScore = tracer(target, key, count)(score, v, u);
      const half = tf.mul(-0.5, tf.square(twin.std));
      const logDet = tf.add(tf.mul(half, ofScore.trace), tf.mul(dim, tf.log(twin.meanCoeff)));
      const x = tf.concat([tf.add(v, tf.mul(half, ofScore.value)), logDet], 1) as tf.Tensor2D;
      // a point whose score is not finite stays where it is, so that it counts as one that does not arrive
      const kept = tf.where(tf.isFinite(x), x, tf.concat([v, tf.zerosLike(logDet)], 1)) as tf.Tensor2D;
      return embeddedStart({ velocity: velocityOf(target, key) }, kept, u);
    },
    step: (target, state, key) => {
      const velocity = velocityOf(target, key);
      const scale = (u: tf.Tensor2D): tf.Tensor =>
        errorScales(flowErrorScale(tolerance)(u), tolerance, state.theta.shape[1] - 1);
      return embeddedStep({ ...range, velocity, scale }, state);
    },
    unfinished: (state) =>
      tf.tidy(() => {
        const { moving, stuck } = unfinishedOf(range, state);
        return { moving: moving.dataSync()[0], stuck: stuck.dataSync()[0] };
      }),
    end: (target, { theta: x }) => {
      const [count, width] = x.shape;
      const dim = width - 1;
      const level = diffusion.atLogRatio(tf.scalar(last));
      const { level: twin, scale: unit } = vpTwin(level);
      const centred = tf.div(
        tf.sub(tf.slice(x, [0, 0], [count, dim]), tf.mul(unit, referenceMean(target, level))),
        twin.std,
      );
      const logNorm = tf.mul(dim, tf.add(tf.log(twin.std), Math.log(2 * Math.PI) / 2));
      const logReference = tf.sub(tf.mul(-0.5, tf.sum(tf.square(centred), 1)), tf.reshape(logNorm, [1]));
      return tf.add(logReference, tf.reshape(tf.slice(x, [0, dim], [count, 1]), [count])) as tf.Tensor1D;
    },
  };
}

/** The errors that count as 1 of the path's D entries and of the log density, [B, D + 1]. */
function errorScales(ofPath: tf.Tensor, ofDensity: number, dim: number): tf.Tensor {
  const count = ofPath.shape[0];
  return tf.concat([tf.tile(ofPath, [1, dim]), tf.fill([count, 1], ofDensity)], 1);
}
