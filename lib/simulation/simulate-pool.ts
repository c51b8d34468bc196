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
 * @returns why the simulator cannot run in a worker, or undefined; finished items are kept.
 * @throws SimulationError where the simulator fails.
 */
export async function simulateInPool(
  job: SimulationJob,
  threads: number,
  milliseconds: number,
): Promise<string | undefined> {
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
  job.signal.addEventListener('abort', stop);
  const work = new PoolWork(job, (range) => pool.run(range), milliseconds);
  try {
    await Promise.race([work.probe(), aborted]);
    await work.rest(threads, aborted);
  } finally {
    job.signal.removeEventListener('abort', stop);
    // an answer to a piece that the pool has given up is an error event, which would end the process if nobody listened
    pool.on('error', () => {});
    await pool.destroy().catch(() => {});
  }
  if (work.failure instanceof NotPortable) return work.failure.message;
  if (work.failure && !job.signal.aborted) throw work.failure;
  return undefined;
}

/** A job in a pool's hands: hands out pieces until all items are done, the job is aborted or a piece fails. */
class PoolWork {
  /** The first failure: the simulator's, or that it cannot run in a worker. */
  failure: unknown;

  constructor(
    private readonly job: SimulationJob,
    private readonly run: (range: Range) => Promise<WorkerAnswer>,
    private perItem: number,
  ) {}

  private get isOver(): boolean {
    return this.job.signal.aborted || this.failure !== undefined;
  }

  /** Does the first items, which have been done here, in a worker too: both must give the same. */
  async probe(): Promise<void> {
    const { buffer, simulator } = this.job;
    const count = Math.min(unitOf(simulator), buffer.n);
    await this.piece(0, count, (x) => {
      const here = buffer.data(0, count);
      if (!x.every((value, i) => Object.is(value, here[i])))
        this.failure = new NotPortable('gives other numbers than here (does it use Math.random or keep a state?)');
    });
    // it worked here, so it is the worker's surroundings that it misses
    if (this.failure instanceof SimulationError) this.failure = new NotPortable(this.failure.fault.problem);
  }

  /** Does all other items, two pieces for each thread at a time. */
  async rest(threads: number, aborted: Promise<void>): Promise<void> {
    const { buffer, progress } = this.job;
    const running = new Set<Promise<void>>();
    let next = buffer.next(1).start;
    while ((next < buffer.n || running.size > 0) && !this.isOver) {
      while (next < buffer.n && running.size < 2 * threads) {
        const start = next;
        const count = Math.min(this.size(buffer.n - start, threads), buffer.n - start);
        next += count;
        const piece: Promise<void> = this.piece(start, count, (x) => {
          buffer.put(start, x, x.length / count);
          progress.update(buffer.done, `${threads} workers`);
        }).then(() => void running.delete(piece));
        running.add(piece);
      }
      await Promise.race([...running, aborted]);
    }
  }

  /** Items of the next piece: about JOB_MS of work, less near the end so that all threads end together. */
  private size(left: number, threads: number): number {
    const unit = unitOf(this.job.simulator);
    const timely = Math.round(JOB_MS / (this.perItem * unit));
    return unit * Math.max(1, Math.min(timely, Math.ceil(left / (4 * threads * unit))));
  }

  private async piece(start: number, count: number, use: (x: Float32Array) => void): Promise<void> {
    const { buffer, dim } = this.job;
    try {
      const answer = await this.run({ start, dim, thetas: buffer.thetas(start, count), dataDim: buffer.dataDim });
      if (this.isOver) return;
      if ('fault' in answer) {
        const { fault } = answer;
        const isMade = fault.causeName !== 'ReferenceError' && fault.theta.length > 0;
        this.failure = isMade ? new SimulationError(fault) : new NotPortable(fault.problem);
      } else {
        this.perItem = answer.milliseconds / count;
        use(answer.x);
      }
    } catch (error) {
      this.failure ??= error; // the pool's own: a thread that died
    }
  }
}

class NotPortable extends Error {}

/** The compiled worker: beside this file in the built library, in `dist` when this file runs as TypeScript. */
function workerFile(): string | undefined {
  return [
    join(__dirname, 'simulate-worker.js'),
    join(__dirname, '..', 'dist', 'simulation', 'simulate-worker.js'),
  ].find(existsSync);
}
