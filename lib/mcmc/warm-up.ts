import * as tf from '@tensorflow/tfjs';
import type { Progress } from '../core/host';
import { inShortCalls } from '../core/short-calls';
import { foldKey, type Key } from '../graph/random';
import { flatten, unflatten } from '../graph/tensors';
import { owned, roundsOf, type ChainMoves, type Rounds, type Scales, type WarmState } from './chain-graphs';
import type { Kernel, Point } from './kernel';
import { noPositions, spreadOf, withPositions } from './spread';
import { startSearch } from './step-adaptation';

/** A run of chains under way. */
export interface ChainWork<P extends Point> {
  readonly kernel: Kernel<P>;
  readonly moves: ChainMoves<P>;
  readonly key: Key;
  readonly chains: number;
  /** Transitions of the warm-up. */
  readonly warmup: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Chains after warm-up, with their step and spread; the caller owns the tensors. */
export interface WarmChains<P extends Point> {
  readonly point: P;
  readonly scales: Scales;
}

/** Shares of the warm-up that its windows take, in sixteenths; the last finds the step for the final spread. */
const windowShares = [1, 2, 4, 7, 2];
/** A warm-up of fewer transitions than this has one window. */
const fewestForWindows = 16;

/** The windows' lengths. */
export function warmUpWindows(warmup: number): number[] {
  if (warmup < fewestForWindows) return warmup > 0 ? [warmup] : [];
  const unit = Math.floor(warmup / 16);
  return windowShares.map((share) => share * unit + (share === 7 ? warmup - 16 * unit : 0));
}

/**
 * The chains after warm-up from positions [C, D], each repeated at every temperature.
 * @throws InterruptedError on interrupt.
 */
export async function warmUp<P extends Point>(work: ChainWork<P>, initial: tf.Tensor2D): Promise<WarmChains<P>> {
  const { kernel, moves, warmup, progress, signal } = work;
  const temperatures = kernel.inverseTemperatures.length;
  const [key, stepKey] = [1, 2].map((number) => foldKey(work.key, number));
  const begin = (point: P, spread: tf.Tensor2D, window: number): { state: WarmState<P>; spread: tf.Tensor2D } => ({
    state: {
      point: clone(point),
      search: startSearch(moves.firstStep(point, spread, foldKey(stepKey, window))),
      positions: noPositions(temperatures, spread.shape[1]),
    },
    spread,
  });
  // few or equal first positions say little about the spread, which then starts near 1
  let now = owned(() => {
    const theta = tf.tile(initial, [temperatures, 1]);
    const moments = withPositions(noPositions(temperatures, initial.shape[1]), theta);
    return begin(moves.at(theta), spreadOf(moments, tf.onesLike(moments.mean)), 0);
  });
  const replace = (make: () => typeof now): void => {
    const next = owned(make);
    tf.dispose(now as tf.TensorContainer);
    now = next;
  };
  try {
    let done = 0;
    const windows = warmUpWindows(warmup);
    for (const [window, length] of windows.entries()) {
      await inShortCalls(
        length,
        (from, count) => {
          const rounds = (): Rounds => roundsOf(key, done + from, count);
          replace(() => ({ state: moves.warm(now.state, now.spread, rounds()), spread: now.spread.clone() }));
          progress.update(done + from + count, 'warming up');
        },
        {
          signal,
          interrupted: (rounds) =>
            `Sampling chains was interrupted at transition ${done + rounds} of ${warmup} of warm-up.`,
        },
      );
      done += length;
      if (window < windows.length - 1)
        replace(() => begin(now.state.point, spreadOf(now.state.positions, now.spread), window + 1));
    }
    return owned(() => ({
      point: clone(now.state.point),
      scales: { step: tf.exp(now.state.search.average) as tf.Tensor1D, spread: now.spread.clone() },
    }));
  } finally {
    tf.dispose([now as tf.TensorContainer, key, stepKey]);
  }
}

function clone<P extends Point>(point: P): P {
  return unflatten(
    point,
    flatten(point, 'point').map((tensor) => tensor.clone()),
  );
}
