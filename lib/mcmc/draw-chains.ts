import * as tf from '@tensorflow/tfjs';
import { inShortCalls } from '../core/short-calls';
import { foldKey } from '../graph/random';
import { owned, roundsOf, type DrawState } from './chain-graphs';
import type { Point } from './kernel';
import type { ChainWork, WarmChains } from './warm-up';

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
 * Draws from chains after warm-up, and disposes of their tensors.
 * @throws InterruptedError on interrupt.
 */
export async function drawChains<P extends Point>(
  { kernel, moves, key: root, chains, warmup, progress, signal }: ChainWork<P>,
  { point, scales }: WarmChains<P>,
  { draws, thin, block }: { draws: number; thin: number; block: number },
): Promise<Drawn> {
  const temperatures = kernel.inverseTemperatures.length;
  const dim = point.theta.shape[1];
  const kept = new Float32Array(draws * chains * dim);
  const key = foldKey(root, 3);
  const none = (length: number): tf.Tensor1D => tf.zeros([length]);
  let state: DrawState<P> = { point, acceptance: none(chains), diverged: none(chains), exchanged: none(temperatures) };
  try {
    await inShortCalls(
      draws,
      (from, count) => {
        const next = owned(() => moves.draw(state, scales, roundsOf(key, from, count), { block, thin }));
        tf.dispose(state as tf.TensorContainer);
        state = next.state;
        kept.set(next.kept.dataSync().subarray(0, count * chains * dim), from * chains * dim);
        next.kept.dispose();
        progress.update(warmup + (from + count) * thin, 'drawing');
      },
      {
        signal,
        most: block,
        interrupted: (done) => `Sampling chains was interrupted after ${done} of ${draws} draws.`,
      },
    );
    const transitions = draws * thin;
    const total = (values: tf.Tensor): number => tf.tidy(() => tf.sum(values).dataSync()[0]);
    return {
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
  } finally {
    tf.dispose([state as tf.TensorContainer, scales as unknown as tf.TensorContainer, key]);
  }
}

/** How often pair k was tried: pair 0 in rounds 0, 2, ..., pair 1 in rounds 1, 3, .... */
function tries(k: number, transitions: number): number {
  return Math.max(1, k % 2 === 0 ? Math.ceil(transitions / 2) : Math.floor(transitions / 2));
}
