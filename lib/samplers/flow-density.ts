import * as tf from '@tensorflow/tfjs';
import { requireCount, requireNumber, requireOneOf } from '../core/checks';
import { NonFiniteError } from '../core/errors';
import { longWork, type LongWorkOptions } from '../core/host';
import { totalScore, type ComposedScore } from '../compose/composed-score';
import { vpTwin, type Diffusion } from '../diffusion/diffusion';
import { logRatioGrid } from '../diffusion/noise-grid';
import type { NoiseLevel } from '../diffusion/noise-level';
import { compile, type Compiled } from '../graph/compile';
import { loop } from '../graph/loop';
import { randomKey, foldKey, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
import { flowErrorScale } from './adaptive-flow';
import { requireDiffused } from './descent';
import { embeddedStart, embeddedStep, unfinishedOf, type EmbeddedState } from './embedded-step';
import { jacobianTrace, signProbes, unitProbes, type TraceMethod } from './jacobian-trace';
import { flowVelocity, referenceMean } from './reverse-grid';
import { runRounds } from './rounds';

/** How a log density is integrated. */
export interface FlowDensityOptions {
  /** `exact`, D reverse passes a step, or `hutchinson`, as many as there are probes. Default `exact`. */
  trace?: TraceMethod;
  /** Probes of `hutchinson` for each point. Default 1. */
  probes?: number;
  /**
   * The error that a step may make: of the log density, and of the path in units of the level's noise. Default 1e-4.
   */
  tolerance?: number;
  /** Steps at most, refused ones included. Default 500. */
  maxSteps?: number;
  /** sigma of the level nearest to the data, in units of theta. Default 0.002. */
  smallestNoise?: number;
}

/** Options of an evaluation. */
export interface LogProbOptions extends LongWorkOptions {
  /** Seed of the probes of `hutchinson`. Default 0. */
  seed?: number;
}

/** The log density behind a kind of score, ready for any tensors that the score is made of. */
export interface FlowDensity<C extends Tensors> {
  /** log p(theta) [B] for the target of `context` at theta [B, D]; the caller disposes it. */
  logProb(context: C, theta: tf.Tensor2D, options?: LogProbOptions): Promise<tf.Tensor1D>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** Rows of one reverse pass; more points are taken in several passes. */
const mostRows = 16_384;

/**
 * Compiles the log density of the probability flow: log p(theta) = log N(theta(1)) + the integral over the path from
 * theta of the flow's divergence.
 *
 * The density is that of the samples of `adaptiveFlow`, normalised whatever the score. From theta to the first level
 * leads one step of the flow, as samples' last one, which leaves errors of order (smallestNoise / width)^4. Each point
 * goes by steps of its own.
 *
 * @param bind makes the target of `logProb`'s tensors, which must be able to take a level for each row; it is recorded
 * into the graph.
 * @throws InvalidInputError for options outside of their ranges and, from `logProb`, for the composed score of several
 * observations.
 * @throws FlowOdeError, from `logProb`, with the number of points whose path did not end, NonFiniteError for points
 * that are not finite, and InterruptedError on interrupt.
 * Source: Song et al. (2021), equation (39); Grathwohl et al. (2019) for Hutchinson's estimate.
 * @example
 * const density = flowDensity(vpLinear(), ({ mean }: { mean: tf.Tensor1D }) =>
 *   diffusedTarget(2, (theta, { meanCoeff }) => tf.sub(tf.mul(meanCoeff, mean), theta)),
 * );
 * await density.logProb({ mean: tf.tensor1d([1, 2]) }, tf.tensor2d([[1, 2]])); // [-1.838]
 */
export function flowDensity<C extends Tensors>(
  diffusion: Diffusion,
  bind: (context: C) => ComposedScore,
  options: FlowDensityOptions = {},
): FlowDensity<C> {
  const { trace = 'exact', probes = 1, tolerance = 1e-4, maxSteps = 500, smallestNoise } = options;
  requireOneOf('flowDensity trace', trace, ['exact', 'hutchinson']);
  requireCount('flowDensity probes', probes);
  requireCount('flowDensity maxSteps', maxSteps);
  requireNumber('flowDensity tolerance', tolerance, 'a number in (0, 1)', (value) => value > 0 && value < 1);
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

  const begin: Compiled<[C, tf.Tensor2D, Key], EmbeddedState> = compile((context, theta, key) => {
    const target = bind(context);
    requireDiffused(target, 'flowDensity');
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
  });
  const advance: Compiled<[EmbeddedState, C, Key, tf.Scalar], EmbeddedState> = compile((state, context, key, count) => {
    const velocity = velocityOf(bind(context), key);
    const each = (u: tf.Tensor2D): tf.Tensor =>
      errorScales(flowErrorScale(tolerance)(u), tolerance, state.theta.shape[1] - 1);
    return loop(count, state, (_, before) => embeddedStep({ ...range, velocity, scale: each }, before));
  });
  const end: Compiled<[C, EmbeddedState], tf.Tensor1D> = compile((context, { theta: x }) => {
    const target = bind(context);
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
  });

  const pass = async (
    context: C,
    theta: tf.Tensor2D,
    key: Key,
    signal: AbortSignal,
    onRounds: (left: number) => void,
  ): Promise<tf.Tensor1D> => {
    const state = await runRounds<EmbeddedState>(
      {
        name: 'flowDensity',
        rounds: maxSteps,
        advance: (before, _, count) =>
          tf.tidy(
            () => advance(before, context, key, tf.scalar(count, 'int32')) as EmbeddedState & tf.TensorContainerObject,
          ),
        look: (now) =>
          tf.tidy(() => {
            const { moving, stuck } = unfinishedOf(range, now);
            return { theta: now.theta, moving: moving.dataSync()[0], stuck: stuck.dataSync()[0] };
          }),
        dispose: (old) => void tf.dispose(old as EmbeddedState & tf.TensorContainerObject),
        diverged: () => new NonFiniteError('flowDensity: a point is not finite.'),
      },
      tf.tidy(() => begin(context, theta, key) as EmbeddedState & tf.TensorContainerObject),
      signal,
      onRounds,
    );
    try {
      return tf.tidy(() => end(context, state));
    } finally {
      tf.dispose(state as EmbeddedState & tf.TensorContainerObject);
    }
  };

  return {
    logProb: (context, theta, { seed = 0, ...work } = {}) => {
      const [count, dim] = theta.shape;
      const most = Math.max(1, Math.floor(mostRows / (trace === 'exact' ? dim : probes)));
      const passes = Math.max(1, Math.ceil(count / most));
      const size = Math.ceil(count / passes);
      return longWork('Log density', passes, work, async (progress, signal) => {
        const root = randomKey(seed);
        const found: tf.Tensor1D[] = [];
        try {
          for (let i = 0; i < passes; i++) {
            const key = foldKey(root, i);
            // passes of one size share their graphs; the last one repeats rows
            const rows = tf.tidy(() =>
              tf.gather(
                theta,
                tf.tensor1d(
                  Array.from({ length: size }, (_, row) => Math.min(count - 1, i * size + row)),
                  'int32',
                ),
              ),
            );
            try {
              found.push(await pass(context, rows, key, signal, () => progress.update(i)));
            } finally {
              tf.dispose([key, rows]);
            }
            progress.update(i + 1);
          }
          return tf.tidy(() => tf.slice(tf.concat(found), [0], [count]) as tf.Tensor1D);
        } finally {
          tf.dispose([root, ...found]);
        }
      });
    },
    dispose: () => {
      begin.dispose();
      advance.dispose();
      end.dispose();
    },
  };
}

/** The errors that count as 1 of the path's D entries and of the log density, [B, D + 1]. */
function errorScales(ofPath: tf.Tensor, ofDensity: number, dim: number): tf.Tensor {
  const count = ofPath.shape[0];
  return tf.concat([tf.tile(ofPath, [1, dim]), tf.fill([count, 1], ofDensity)], 1);
}
