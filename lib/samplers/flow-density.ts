import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireFunction, requireNumber, requireOneOf } from '../core/checks';
import { NonFiniteError } from '../core/errors';
import { longWork, type LongWorkOptions } from '../core/host';
import { requireDiffusion, type Diffusion } from '../diffusion/diffusion';
import type { ComposedScore } from '../compose/composed-score';
import { compile, type Compiled } from '../graph/compile';
import { loop } from '../graph/loop';
import { randomKey, foldKey, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
import { augmentedFlow } from './augmented-flow';
import { requireDiffused } from './descent';
import type { EmbeddedState } from './embedded-step';
import type { TraceMethod } from './jacobian-trace';
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

/** Rows of one reverse pass, of which an exact trace has D for each point; more are taken in several passes. */
export const rowsOfDensity = 16_384;

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
  requireDiffusion('flowDensity', diffusion);
  requireFunction('flowDensity bind', bind);
  const {
    trace = 'exact',
    probes = 1,
    tolerance = 1e-4,
    maxSteps = 500,
    smallestNoise,
  } = objectOf('flowDensity: options', options);
  requireOneOf('flowDensity trace', trace, ['exact', 'hutchinson']);
  requireCount('flowDensity probes', probes);
  requireCount('flowDensity maxSteps', maxSteps);
  requireNumber('flowDensity tolerance', tolerance, 'a number in (0, 1)', (value) => value > 0 && value < 1);
  const flow = augmentedFlow(diffusion, { trace, probes, tolerance, smallestNoise });
  const start: Compiled<[C, tf.Tensor2D, Key], EmbeddedState> = compile((context, theta, key) => {
    const target = bind(context);
    requireDiffused(target, 'flowDensity');
    return flow.start(target, theta, key);
  });
  const advance: Compiled<[EmbeddedState, C, Key, tf.Scalar], EmbeddedState> = compile((state, context, key, count) => {
    const target = bind(context);
    return loop(count, state, (_, before) => flow.step(target, before, key));
  });
  const end: Compiled<[C, EmbeddedState], tf.Tensor1D> = compile((context, state) => flow.end(bind(context), state));

  const pass = async (
    context: C,
    theta: tf.Tensor2D,
    key: Key,
    { signal, onRounds }: { signal: AbortSignal; onRounds: () => void },
  ): Promise<tf.Tensor1D> => {
    const state = await runRounds<EmbeddedState>(
      {
        name: 'flowDensity',
        rounds: maxSteps,
        advance: (before, _, count) => tf.tidy(() => kept(advance(before, context, key, tf.scalar(count, 'int32')))),
        look: (now) => ({ theta: now.theta, ...flow.unfinished(now) }),
        dispose: (old) => void tf.dispose(kept(old)),
        diverged: () => new NonFiniteError('flowDensity: a point is not finite.'),
      },
      tf.tidy(() => kept(start(context, theta, key))),
      signal,
      onRounds,
    );
    try {
      return tf.tidy(() => end(context, state));
    } finally {
      tf.dispose(kept(state));
    }
  };

  return {
    logProb: (context, theta, { seed = 0, ...work } = {}) => {
      const [count, dim] = theta.shape;
      const most = Math.max(1, Math.floor(rowsOfDensity / (trace === 'exact' ? dim : probes)));
      const passes = Math.max(1, Math.ceil(count / most));
      return longWork('Log density', passes, work, async (progress, signal) => {
        const root = randomKey(seed);
        const found: tf.Tensor1D[] = [];
        try {
          for (let i = 0; i < passes; i++) {
            const key = foldKey(root, i);
            const rows = rowsOfPass(theta, Math.ceil(count / passes), i);
            try {
              found.push(await pass(context, rows, key, { signal, onRounds: () => progress.update(i) }));
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
      for (const each of [start, advance, end]) each.dispose();
    },
  };
}

/** The rows of pass i, `size` of them: passes of one size share their graphs, so that the last one repeats rows. */
function rowsOfPass(theta: tf.Tensor2D, size: number, i: number): tf.Tensor2D {
  const last = theta.shape[0] - 1;
  const numbers = Int32Array.from({ length: size }, (_, row) => Math.min(last, i * size + row));
  return tf.tidy(() => tf.gather(theta, tf.tensor1d(numbers, 'int32')));
}

/** A state for `tf.tidy` to keep. */
function kept(state: EmbeddedState): EmbeddedState & tf.TensorContainerObject {
  return state as EmbeddedState & tf.TensorContainerObject;
}
