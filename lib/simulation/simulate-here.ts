import { breathe, type Progress } from '../core/host';
import type { Rng } from '../core/rng';
import { isExceeded, type Tolerance } from './invalid-calls';
import { simulateRange, type Range } from './simulate-range';
import type { SimulationBuffer } from './simulation-buffer';
import { isBatched, type SynchronousSimulator } from './simulator';

/** One call of `simulate`, as its parts share it. */
export interface SimulationJob<S = SynchronousSimulator> {
  readonly simulator: S;
  readonly seed: number;
  readonly root: Rng;
  readonly dim: number;
  readonly buffer: SimulationBuffer;
  /** How many calls may fail or give invalid data before the job ends. */
  readonly tolerance: Tolerance;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How long the process may be busy before timers and interrupts get their turn. */
export const STRETCH_MS = 40;

/** The smallest number of items that can be simulated by itself. */
export function unitOf(simulator: SynchronousSimulator): number {
  return isBatched(simulator) ? simulator.batchSize : 1;
}

/** Whether a job has no item left to simulate, was aborted, or has too many invalid calls. */
export function isOver({ buffer, signal, tolerance }: SimulationJob<unknown>): boolean {
  return buffer.done === buffer.n || signal.aborted || isExceeded(buffer, tolerance);
}

/** The next at most `most` items in a row, as they are simulated here or in a worker. */
export function rangeOf({ buffer, dim, tolerance }: SimulationJob<unknown>, start: number, count: number): Range {
  const goesOn = tolerance.failed > 0;
  return { start, dim, thetas: buffer.thetas(start, count), dataDim: buffer.dataDim, goesOn };
}

/** Shows how many items are done, and how many calls failed. */
export function showProgress({ buffer, progress }: SimulationJob<unknown>, note?: string): void {
  const failed = buffer.failed > 0 ? `${buffer.failed} failed` : undefined;
  progress.update(buffer.done, [note, failed].filter(Boolean).join(', ') || undefined);
}

/**
 * Simulates the items that are not done in this process, in stretches of about 40 ms, until the job is over, or a call
 * has gone well and `until` says enough.
 * @returns the milliseconds an item of the last stretch took.
 */
export async function simulateHere(
  job: SimulationJob,
  until: (milliseconds: number) => boolean = () => false,
  note?: string,
): Promise<number> {
  const { buffer, simulator } = job;
  const unit = unitOf(simulator);
  const begin = performance.now();
  let size = unit;
  let milliseconds = 0;
  while (!isOver(job)) {
    const stretch = performance.now();
    const { start, count } = buffer.next(size);
    const made = simulateRange(simulator, job.root, rangeOf(job, start, count));
    buffer.put(start, made);
    milliseconds = (performance.now() - stretch) / made.done;
    size = unit * Math.max(1, Math.floor(Math.min((4 * size) / unit, STRETCH_MS / (milliseconds * unit))));
    showProgress(job, note);
    if (buffer.dataDim !== undefined && until(performance.now() - begin)) break;
    await breathe();
  }
  return milliseconds;
}
