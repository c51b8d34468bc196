import * as tf from '@tensorflow/tfjs';
import { inShortCalls } from '../core/short-calls';
import { foldKey, type Key } from '../graph/random';
import { owned, roundsOf, type DrawState } from './chain-graphs';
import type { Point } from './kernel';
import type { ChainWork, WarmChains } from './warm-up';

/** How many draws are kept of how many transitions. */
export interface DrawSizes {
  /** Draws of each chain. */
  readonly draws: number;
  /** Transitions to each. */
  readonly thin: number;
  /** The most draws of one call. */
  readonly block: number;
}

/** The draws of a run, and what its transitions did. */
export interface Drawn {
  /** The positions [draws, C, D], flat. */
  readonly kept: Float32Array;
  readonly acceptance: number;
  readonly divergences: number;
  readonly stepSize: number;
  readonly spread: number[];
  readonly exchanges: number[];
}

/**
 * Draws from chains, from `state` on, which it disposes of.
 * @param tell is told of the draws so far.
 * @returns the positions [draws, C, D], flat, and the state afterwards, which is the caller's.
 * @throws InterruptedError on interrupt.
 */
export async function keptDraws<P extends Point>(
  { moves, chains, signal }: ChainWork<P>,
  from: { state: DrawState<P>; scales: WarmChains<P>['scales']; key: Key },
  { draws, thin, block }: DrawSizes,
  tell: (done: number) => void,
): Promise<{ kept: Float32Array; state: DrawState<P> }> {
  const dim = from.state.point.theta.shape[1];
  const kept = new Float32Array(draws * chains * dim);
  let { state } = from;
  try {
    await inShortCalls(
      draws,
      (start, count) => {
        const rounds = roundsOf(from.key, start, count);
        const next = owned(() => moves.draw(state, from.scales, rounds, { block, thin }));
        tf.dispose([state as tf.TensorContainer, rounds.from, rounds.count]);
        state = next.state;
        kept.set(next.kept.dataSync().subarray(0, count * chains * dim), start * chains * dim);
        next.kept.dispose();
        tell(start + count);
      },
      {
        signal,
        most: block,
        interrupted: (done) => `Sampling chains was interrupted after ${done} of ${draws} draws.`,
      },
    );
    return { kept, state };
  } catch (error) {
    tf.dispose(state as tf.TensorContainer);
    throw error;
  }
}

/** Chains at a point, with no transitions to sum over yet; the caller owns the sums. */
export function drawsFrom<P extends Point>(point: P, chains: number, temperatures: number): DrawState<P> {
  const none = (length: number): tf.Tensor1D => tf.zeros([length]);
  return { point, acceptance: none(chains), diverged: none(chains), exchanged: none(temperatures) };
}

/**
 * Draws from chains after warm-up, and disposes of their tensors.
 * @param before transitions before, for the progress.
 * @throws InterruptedError on interrupt.
 */
export async function drawChains<P extends Point>(
  work: ChainWork<P>,
  { point, scales }: WarmChains<P>,
  sizes: DrawSizes,
  before: number,
): Promise<Drawn> {
  const { kernel, key: root, chains, progress } = work;
  const temperatures = kernel.inverseTemperatures.length;
  const dim = point.theta.shape[1];
  const key = foldKey(root, 3);
  try {
    const from = { state: drawsFrom(point, chains, temperatures), scales, key };
    const { kept, state } = await keptDraws(work, from, sizes, (done) =>
      progress.update(before + done * sizes.thin, 'drawing'),
    );
    const transitions = sizes.draws * sizes.thin;
    const total = (values: tf.Tensor): number => tf.tidy(() => tf.sum(values).dataSync()[0]);
    const drawn = {
      kept,
      acceptance: total(state.acceptance) / (chains * transitions),
      divergences: total(state.diverged),
      stepSize: scales.step.dataSync()[0],
      spread: Array.from(scales.spread.dataSync().subarray(0, dim)),
      exchanges: Array.from(
        state.exchanged.dataSync().subarray(0, temperatures - 1),
        (sum, k) => sum / tries(k, transitions),
      ),
    };
    tf.dispose(state as tf.TensorContainer);
    return drawn;
  } finally {
    tf.dispose([scales as unknown as tf.TensorContainer, key]);
  }
}

/** How often pair k was tried: pair 0 in rounds 0, 2, ..., pair 1 in rounds 1, 3, .... */
function tries(k: number, transitions: number): number {
  return Math.max(1, k % 2 === 0 ? Math.ceil(transitions / 2) : Math.floor(transitions / 2));
}
