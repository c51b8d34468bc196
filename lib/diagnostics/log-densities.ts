import * as tf from '@tensorflow/tfjs';
import { refuse } from '../core/checks';
import { InterruptedError } from '../core/errors';
import { breathe, longWork, type LongWorkOptions } from '../core/host';
import { observationsOf, truthOf, type DrawnPairs } from './drawn-pairs';

/** Pairs whose log densities are taken in one call: enough to fill its passes, few enough to hear an interrupt. */
const pairsOfCall = 100;

/** Whether the posteriors of pairs have a density, if only up to a constant. */
export function haveDensity(pairs: DrawnPairs): boolean {
  if (pairs.logProbEach) return true;
  if (!pairs.given) return false;
  const posterior = pairs.given(observationsOf(pairs, 0));
  posterior.dispose();
  return posterior.density !== undefined;
}

/**
 * The log density of the truth of each pair and of its first draws, [N, 1 + draws] row by row, under its posterior.
 * @throws InvalidInputError for NaN; InterruptedError on interrupt.
 */
export async function logDensities(pairs: DrawnPairs, draws: number, options: LongWorkOptions): Promise<Float64Array> {
  const { count } = pairs;
  const all = new Float64Array(count * (draws + 1));
  const step = pairs.logProbEach ? Math.min(pairsOfCall, count) : 1;
  await longWork('Log densities', count, options, async (progress, signal) => {
    for (let start = 0; start < count; start += step) {
      const here = Math.min(step, count - start);
      const found = await (pairs.logProbEach ? ofEach : ofOne)(pairs, { start, count: here }, draws, signal);
      const bad = found.findIndex(Number.isNaN);
      const which = start + Math.floor(bad / (draws + 1));
      if (bad >= 0) refuse('expectedCoverage', 'log densities that are numbers', `NaN for pair ${which}`);
      all.set(found, start * (draws + 1));
      const done = start + here;
      progress.update(done);
      if (here > 1 || done % 10 === 0) await breathe();
      if (signal.aborted && done < count)
        throw new InterruptedError(`expectedCoverage: stopped after ${done} of ${count} pairs.`);
    }
  });
  return all;
}

interface SomePairs {
  readonly start: number;
  readonly count: number;
}

async function ofEach(pairs: DrawnPairs, { start, count }: SomePairs, draws: number, signal: AbortSignal) {
  const { dims } = pairs;
  const x = Array.from({ length: count }, (_, i) => observationsOf(pairs, start + i)[0]);
  const rows = Array.from({ length: count }, (_, i) => pointsOf(pairs, start + i, draws)).flat();
  const theta = tf.tensor3d(rows, [count, draws + 1, dims.theta]);
  try {
    const found = await pairs.logProbEach!(x, theta, { progress: false, signal });
    const values = Float64Array.from(found.dataSync<'float32'>());
    found.dispose();
    return values;
  } finally {
    theta.dispose();
  }
}

async function ofOne(pairs: DrawnPairs, { start: pair }: SomePairs, draws: number, signal: AbortSignal) {
  const theta = tf.tensor2d(pointsOf(pairs, pair, draws), [draws + 1, pairs.dims.theta]);
  const posterior = pairs.given!(observationsOf(pairs, pair));
  try {
    const found = await posterior.density!.logProb(theta, { progress: false, signal });
    const values = Float64Array.from(found.dataSync<'float32'>());
    found.dispose();
    return values;
  } finally {
    theta.dispose();
    posterior.dispose();
  }
}

/** The truth of a pair and its first draws, row by row. */
function pointsOf(pairs: DrawnPairs, pair: number, draws: number): number[] {
  const { dims, samples } = pairs;
  const start = pair * pairs.draws * dims.theta;
  return [...truthOf(pairs, pair), ...samples.subarray(start, start + draws * dims.theta)];
}
