import * as tf from '@tensorflow/tfjs';
import { compile, type Compiled } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
import type { LogDensity } from '../distributions/log-density';
import { byRow, meanByTemperature, type Kernel, type Move, type Point, type Target } from './kernel';
import { withPositions, type SpreadState } from './spread';
import { searchOn, type StepState } from './step-adaptation';

/** The chains in warm-up: where they are, the search for the step, and the positions seen in this window. */
export type WarmState<P extends Point> = {
  readonly point: P;
  readonly search: StepState;
  readonly positions: SpreadState;
};

/** The chains afterwards: where they are, and sums over transitions of what the chains [C] and the temperatures [K] did. */
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

/** What `make` gives, with all else that it made disposed of: tf.tidy with the type that goes in. */
export function owned<T extends Tensors>(make: () => T): T {
  return tf.tidy(() => make() as tf.TensorContainer) as T;
}

/** A kernel on a density, compiled. */
export interface ChainGraphs<P extends Point> {
  readonly warm: Compiled<[WarmState<P>, tf.Tensor2D, Rounds], WarmState<P>>;
  /** The draws are [block, C, D], of which the first `count` are new. */
  readonly draw: Compiled<[DrawState<P>, Scales, Rounds], { state: DrawState<P>; kept: tf.Tensor3D }>;
  /** The kernel's first log step [K] at these points. */
  firstStep(point: P, spread: tf.Tensor2D, key: Key): tf.Tensor1D;
  dispose(): void;
}

/**
 * The graphs of a kernel's warm-up and of its draws.
 * @param sizes `chains` C, `block`, the most draws of one call, and `thin`, the transitions to each draw.
 */
export function chainGraphs<P extends Point>(
  density: LogDensity,
  kernel: Kernel<P>,
  { chains, block, thin }: { chains: number; block: number; thin: number },
): ChainGraphs<P> {
  const temperatures = kernel.inverseTemperatures.length;
  const rows = temperatures * chains;
  const { dim } = density;
  const target = (): Target => ({
    density,
    coldness: tf.tensor1d(kernel.inverseTemperatures.flatMap((value) => new Array<number>(chains).fill(value))),
  });
  const transition = (point: P, { step, spread }: Scales, key: Key, t: tf.Scalar): Move<P> => {
    const tuning = { step: byRow(tf.expandDims(step, 1) as tf.Tensor2D, rows), spread: byRow(spread, rows) };
    return kernel.transition(target(), point, tuning, foldKey(key, t), t);
  };
  const ofCold = (values: tf.Tensor1D): tf.Tensor1D => tf.slice(values, [0], [chains]);
  const warm: ChainGraphs<P>['warm'] = compile((first, spread, { key, from, count }) =>
    loop(count, first, (i, { point, search, positions }) => {
      const step = tf.exp(search.current) as tf.Tensor1D;
      const moved = transition(point, { step, spread }, key, tf.add(from, i) as tf.Scalar);
      return {
        point: moved.point,
        search: searchOn(kernel.stepRule, search, meanByTemperature(moved.statistic, temperatures)),
        positions: withPositions(positions, moved.point.theta),
      };
    }),
  );
  const draw: ChainGraphs<P>['draw'] = compile((first, scales, { key, from, count }) =>
    loop(count, { state: first, kept: tf.zeros([block, chains, dim]) as tf.Tensor3D }, (i, { state, kept }) => {
      const start = tf.mul(tf.add(from, i), tf.scalar(thin, 'int32'));
      const next = loop(thin, state, (j, before) => {
        const moved = transition(before.point, scales, key, tf.add(start, j) as tf.Scalar);
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
    }),
  );
  return {
    warm,
    draw,
    firstStep: (point, spread, key) => tf.tidy(() => kernel.firstStep(target(), point, spread, key)),
    dispose: () => {
      warm.dispose();
      draw.dispose();
    },
  };
}
