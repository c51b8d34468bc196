import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SimulationError } from './simulation-error';
import { unitOf, type SimulationJob } from './simulate-here';
import type { Range } from './simulate-range';
import type { WorkerAnswer, WorkerSetup } from './simulate-worker';
import { isBatched, portableSource } from './simulator';

/** The work a thread is handed at a time. */
const JOB_MS = 150;

/** The number of threads that run at the same time on this machine. */
export function threadCount(): number {
  return availableParallelism();
}

/**
 * Simulates the items that are not done in `threads` worker threads, until all are done or the job is aborted.
 * The first items are done again in a worker and compared.
 * @param milliseconds what an item takes, for the size of the first pieces.
 * @returns why the simulator cannot run in a worker, or undefined; what was done stays done.
 * @throws SimulationError where the simulator fails.
 */
export async function simulateInPool(
  job: SimulationJob,
  threads: number,
  milliseconds: number,
): Promise<string | undefined> {
  const { buffer, dim, signal } = job;
  const filename = workerFile();
  if (!filename) return 'has no built worker file: run npm run build';
  const { Piscina } = await import('piscina');
  const setup: WorkerSetup = {
    source: portableSource(job.simulator),
    seed: job.seed,
    ...(isBatched(job.simulator) && { batchSize: job.simulator.batchSize }),
  };
  try {
    structuredClone(setup);
  } catch (error) {
    return `has constants that cannot be copied to a worker (${(error as Error).message})`;
  }
  const pool = new Piscina<Range, WorkerAnswer>({
    filename,
    name: 'work',
    workerData: setup,
    minThreads: threads,
    maxThreads: threads,
    execArgv: [],
  });
  let stop = (): void => {};
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop);
  let failure: unknown;
  let perItem = milliseconds;
  const work = async (start: number, count: number, use: (x: Float32Array) => void): Promise<void> => {
    try {
      const answer = await pool.run({ start, dim, thetas: buffer.thetas(start, count), dataDim: buffer.dataDim });
      if (signal.aborted || failure) return;
      if ('fault' in answer)
        failure =
          answer.fault.causeName === 'ReferenceError' || answer.fault.theta.length === 0
            ? new NotPortable(answer.fault.problem)
            : new SimulationError(answer.fault);
      else {
        perItem = answer.milliseconds / count;
        use(answer.x);
      }
    } catch (error) {
      failure ??= error; // the pool's own: a thread that died
    }
  };
  try {
    const unit = unitOf(job.simulator);
    const probe = Math.min(unit, buffer.n);
    const probing = work(0, probe, (x) => {
      const here = buffer.data(0, probe);
      if (!x.every((value, i) => Object.is(value, here[i])))
        failure = new NotPortable('gives other numbers than here (does it use Math.random or keep a state?)');
    });
    await Promise.race([probing, aborted]);
    if (failure instanceof SimulationError) failure = new NotPortable(failure.fault.problem);

    // about JOB_MS of work, less near the end so that all threads end together
    const size = (left: number): number =>
      unit * Math.max(1, Math.min(Math.round(JOB_MS / (perItem * unit)), Math.ceil(left / (4 * threads * unit))));
    const running = new Set<Promise<void>>();
    let next = buffer.next(1).start;
    while ((next < buffer.n || running.size > 0) && !signal.aborted && !failure) {
      while (next < buffer.n && running.size < 2 * threads) {
        const start = next;
        const count = Math.min(size(buffer.n - start), buffer.n - start);
        next += count;
        const piece: Promise<void> = work(start, count, (x) => {
          buffer.put(start, x, x.length / count);
          job.progress.update(buffer.done, `${threads} workers`);
        }).then(() => void running.delete(piece));
        running.add(piece);
      }
      await Promise.race([...running, aborted]);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.destroy().catch(() => {});
  }
  if (failure instanceof NotPortable) return failure.message;
  if (failure && !signal.aborted) throw failure;
  return undefined;
}

class NotPortable extends Error {}

/** The compiled worker: beside this file in the built library, in `dist` when this file runs as TypeScript. */
function workerFile(): string | undefined {
  return [
    join(__dirname, 'simulate-worker.js'),
    join(__dirname, '..', 'dist', 'simulation', 'simulate-worker.js'),
  ].find(existsSync);
}
