import * as tf from '@tensorflow/tfjs';
import { foldKey } from '../graph/random';
import { effectiveSampleSize } from './convergence';
import { drawsFrom, keptDraws } from './draw-chains';
import type { Point } from './kernel';
import type { ChainWork, WarmChains } from './warm-up';

/** Draws of each pilot run. */
export const pilotDraws = 32;
/** Autocorrelation times of so many draws or fewer are seen in a pilot run: halves of 16 draws hold two or more. */
const longestSeen = 8;
/** The last pilot run's transitions to each draw. */
const mostPilotThin = 16;
/** Autocorrelation times to each draw: exp(-3), the correlation that is left, for a decaying exponential. */
const timesApart = 1.5;

/**
 * The number of transitions after which draws are nearly independent, 1.5 of the longest autocorrelation time of any
 * dimension, from pilot runs of 32 draws: each takes twice as many transitions to a draw as the one before, until the
 * time is at most 8 draws, or 16 transitions make a draw.
 * @param warm chains after warm-up, whose points are disposed of.
 * @returns the number, and the chains where the last pilot run left them.
 * @throws InterruptedError on interrupt.
 */
export async function independentDraws<P extends Point>(
  work: ChainWork<P>,
  warm: WarmChains<P>,
  block: number,
): Promise<{ thin: number; transitions: number; warm: WarmChains<P> }> {
  const { kernel, chains, key: root, progress, warmup } = work;
  const { scales } = warm;
  const temperatures = kernel.inverseTemperatures.length;
  const dim = warm.point.theta.shape[1];
  let { point } = warm;
  let transitions = 0;
  try {
    for (let thin = 1; ; thin *= 2) {
      const key = foldKey(root, 3 + thin);
      const sizes = { draws: pilotDraws, thin, block };
      const from = { state: drawsFrom(point, chains, temperatures), scales, key };
      const { kept, state } = await keptDraws(work, from, sizes, (done) =>
        progress.update(warmup + transitions + done * thin, 'finding how far draws are to be apart'),
      ).finally(() => key.dispose());
      transitions += pilotDraws * thin;
      progress.resize(warmup + transitions + pilotDraws * thin);
      tf.dispose([state.acceptance, state.diverged, state.exchanged]);
      ({ point } = state);
      const time = longestTime(kept, chains, dim);
      if (time <= longestSeen || thin === mostPilotThin)
        return {
          thin: Math.ceil(timesApart * thin * Math.min(time, 2 * longestSeen)),
          transitions,
          warm: { point, scales },
        };
    }
  } catch (error) {
    tf.dispose(scales as unknown as tf.TensorContainer);
    throw error;
  }
}

/** The longest autocorrelation time of any dimension of draws [draws, C, D], in draws; at least 1 / 1.5. */
function longestTime(kept: Float32Array, chains: number, dim: number): number {
  const times = Array.from({ length: dim }, (_, d) => {
    const ofChains = Array.from({ length: chains }, (_, c) =>
      Float64Array.from({ length: pilotDraws }, (_, i) => kept[(i * chains + c) * dim + d]),
    );
    const time = (chains * pilotDraws) / effectiveSampleSize(ofChains);
    return Number.isFinite(time) ? time : 1;
  });
  return Math.max(1 / timesApart, ...times);
}
