import * as tf from '@tensorflow/tfjs';
import type { LogDensity } from '../distributions/log-density';
import { unconstrainedDensity } from '../distributions/unconstrained-density';
import { compile, type Compiled } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
import { densityGiven, type Context } from './context';
import { byRow, meanByTemperature, type Kernel, type Move, type Point, type Target } from './kernel';
import { withPositions, type SpreadState } from './spread';
import { searchOn, type StepState } from './step-adaptation';

/** The chains in warm-up: where they are, the search for the step, and the positions seen in this window. */
export type WarmState<P extends Point> = {
  readonly point: P;
  readonly search: StepState;
  readonly positions: SpreadState;
};

/** The chains afterwards: where they are, and sums over transitions of what chains [C] and temperatures [K] did. */
export type DrawState<P extends Point> = {
  readonly point: P;
  readonly acceptance: tf.Tensor1D;
  readonly diverged: tf.Tensor1D;
  readonly exchanged: tf.Tensor1D;
};

/** The step [K] and the spread [K, D] of each temperature. */
export type Scales = { readonly step: tf.Tensor1D; readonly spread: tf.Tensor2D };

/** `count` transitions or draws from number `from` on, both int32 scalars. */
export type Rounds = { readonly key: Key; readonly from: tf.Scalar; readonly count: tf.Scalar };

/** The rounds as a graph's argument; the caller owns the scalars. */
export function roundsOf(key: Key, from: number, count: number): Rounds {
  return { key, from: tf.scalar(from, 'int32'), count: tf.scalar(count, 'int32') };
}

/** What `make` returns, with every other tensor that it made disposed of: tf.tidy with the type that goes in. */
export function owned<T extends Tensors>(make: () => T): T {
  return tf.tidy(() => make() as tf.TensorContainer) as T;
}

/** What the chains of a kernel do on one density, in unconstrained coordinates; the caller owns all tensors. */
export interface ChainMoves<P extends Point> {
  /** What the kernel keeps of positions [B, D]. */
  at(theta: tf.Tensor2D): P;
  /** The kernel's first log step [K] at these points. */
  firstStep(point: P, spread: tf.Tensor2D, key: Key): tf.Tensor1D;
  /** Transitions of the warm-up. */
  warm(state: WarmState<P>, spread: tf.Tensor2D, rounds: Rounds): WarmState<P>;
  /**
   * Draws of `thin` transitions each.
   * @param block the most draws of one call: the result's `kept` is [block, C, D], of which the first `count` are new.
   */
  draw(
    state: DrawState<P>,
    scales: Scales,
    rounds: Rounds,
    sizes: { readonly block: number; readonly thin: number },
  ): { state: DrawState<P>; kept: tf.Tensor3D };
}

/** A kernel on a density, compiled once for all contexts of one form and all sizes of one shape. */
export interface ChainGraphs<P extends Point, C extends Context> {
  /** The moves on the density of `context`, whose tensors stay the caller's and must outlive them. */
  given(context: C): ChainMoves<P>;
  dispose(): void;
}

/** A draw's argument for the graph: zeros [block, C, D] to write to, and the transitions to each draw. */
type Keeping = { readonly kept: tf.Tensor3D; readonly thin: tf.Scalar };

/** The graphs of a kernel's warm-up and of its draws. */
export function chainGraphs<P extends Point, C extends Context>(
  density: LogDensity<C>,
  kernel: Kernel<P>,
): ChainGraphs<P, C> {
  const temperatures = kernel.inverseTemperatures.length;
  const target = (context: C, rows: number): Target => ({
    density: unconstrainedDensity(densityGiven(density, context)),
    coldness: tf.tensor1d(
      kernel.inverseTemperatures.flatMap((value) => new Array<number>(rows / temperatures).fill(value)),
    ),
    temperatures,
  });
  const transition = (context: C, point: P, { step, spread }: Scales, key: Key, t: tf.Scalar): Move<P> => {
    const rows = point.theta.shape[0];
    const tuning = { step: byRow(tf.expandDims(step, 1) as tf.Tensor2D, rows), spread: byRow(spread, rows) };
    return kernel.transition(target(context, rows), point, tuning, foldKey(key, t), t);
  };
  const warm: Compiled<[WarmState<P>, tf.Tensor2D, Rounds, Packed], WarmState<P>> = compile(
    (first, spread, { key, from, count }, packed) =>
      loop(count, first, (i, { point, search, positions }) => {
        const step = tf.exp(search.current) as tf.Tensor1D;
        const moved = transition(unpacked<C>(packed), point, { step, spread }, key, tf.add(from, i) as tf.Scalar);
        return {
          point: moved.point,
          search: searchOn(kernel.stepRule, search, meanByTemperature(moved.statistic, temperatures)),
          positions: withPositions(positions, moved.point.theta),
        };
      }),
  );
  const draw: Compiled<[DrawState<P>, Scales, Rounds, Keeping, Packed], { state: DrawState<P>; kept: tf.Tensor3D }> =
    compile((first, scales, { key, from, count }, { kept: zeros, thin }, packed) => {
      const [block, chains, dim] = zeros.shape;
      const ofCold = (values: tf.Tensor1D): tf.Tensor1D => tf.slice(values, [0], [chains]);
      return loop(count, { state: first, kept: zeros }, (i, { state, kept }) => {
        const start = tf.mul(tf.add(from, i), thin);
        const next = loop(thin, state, (j, before) => {
          const moved = transition(unpacked<C>(packed), before.point, scales, key, tf.add(start, j) as tf.Scalar);
          return {
            point: moved.point,
            acceptance: tf.add(before.acceptance, ofCold(moved.acceptance)) as tf.Tensor1D,
            diverged: tf.add(before.diverged, ofCold(moved.diverged)) as tf.Tensor1D,
            exchanged: tf.add(before.exchanged, moved.exchanged) as tf.Tensor1D,
          };
        });
        const isPlace = tf.reshape(tf.equal(tf.range(0, block, 1, 'int32'), i), [block, 1, 1]);
        const cold = tf.slice(next.point.theta, [0, 0], [chains, dim]);
        return { state: next, kept: tf.where(isPlace, tf.expandDims(cold, 0), kept) as tf.Tensor3D };
      });
    });
  return {
    given: (context) => ({
      at: (theta) => tf.tidy(() => kernel.at(target(context, theta.shape[0]).density, theta)),
      firstStep: (point, spread, key) =>
        tf.tidy(() => kernel.firstStep(target(context, point.theta.shape[0]), point, spread, key)),
      warm: (state, spread, rounds) => warm(state, spread, rounds, packed(context)),
      draw: (state, scales, rounds, { block, thin }) =>
        owned(() => {
          const [chains, dim] = [state.acceptance.shape[0], state.point.theta.shape[1]];
          const keeping = { kept: tf.zeros<tf.Rank.R3>([block, chains, dim]), thin: tf.scalar(thin, 'int32') };
          return draw(state, scales, rounds, keeping, packed(context));
        }),
    }),
    dispose: () => {
      warm.dispose();
      draw.dispose();
    },
  };
}

/** A context as a graph's argument: an array of one, or of none without a context. */
type Packed = readonly Tensors[];

function packed(context: Context): Packed {
  return context === undefined ? [] : [context];
}

function unpacked<C extends Context>([context]: Packed): C {
  return context as C;
}
