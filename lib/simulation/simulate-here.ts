import { breathe, type Progress } from '../core/host';
import type { Rng } from '../core/rng';
import { simulateRange } from './simulate-range';
import type { SimulationBuffer } from './simulation-buffer';
import { isBatched, type AnySimulator } from './simulator';

/** One call of `simulate`, as its parts share it. */
export interface SimulationJob {
  readonly simulator: AnySimulator;
  readonly seed: number;
  readonly root: Rng;
  readonly dim: number;
  readonly buffer: SimulationBuffer;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How long the process may be busy before timers and interrupts get their turn. */
const STRETCH_MS = 40;

/** The smallest number of items that can be simulated by itself. */
export function unitOf(simulator: AnySimulator): number {
  return isBatched(simulator) ? simulator.batchSize : 1;
}

/**
 * Simulates the items that are not done in this process, in stretches of about 40 ms, until all are done, the job is
 * aborted, or `until` says enough.
 * @returns the milliseconds an item of the last stretch took.
 */
export async function simulateHere(
  job: SimulationJob,
  until: (milliseconds: number) => boolean = () => false,
  note?: string,
): Promise<number> {
  const { buffer, simulator, signal } = job;
  const unit = unitOf(simulator);
  const begin = performance.now();
  let size = unit;
  let milliseconds = 0;
  while (buffer.done < buffer.n && !signal.aborted) {
    const stretch = performance.now();
    const { start, count } = buffer.next(size);
    const range = { start, dim: job.dim, thetas: buffer.thetas(start, count), dataDim: buffer.dataDim };
    const { x, dataDim } = simulateRange(simulator, job.root, range);
    buffer.put(start, x, dataDim);
    milliseconds = (performance.now() - stretch) / count;
    size = unit * Math.max(1, Math.floor(Math.min((4 * size) / unit, STRETCH_MS / (milliseconds * unit))));
    job.progress.update(buffer.done, note);
    if (until(performance.now() - begin)) break;
    await breathe();
  }
  return milliseconds;
}
