import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { SimulationError } from './simulation-error';
import { isOver, rangeOf, showProgress, unitOf, type SimulationJob } from './simulate-here';
import type { Range, SimulatedRange } from './simulate-range';
import type { WorkerAnswer, WorkerSetup } from './simulate-worker';
import { isBatched, portableSource } from './simulator';

/** The work a thread is handed at a time. */
const JOB_MS = 150;

/** The number of threads that run at the same time on this machine. */
export function threadCount(): number {
  return availableParallelism();
}

/**
 * Simulates the items that are not done in `threads` worker threads, until the job is over.
 * The first items that went well are done again in a worker and compared.
 * @param milliseconds what an item takes, for the size of the first pieces.
 * @returns why the simulator cannot run in a worker, or undefined; finished items are kept.
 * @throws SimulationError where the simulator takes its thread down.
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

/**
 * A job in a pool's hands: hands out pieces until the job is over or the simulator turns out not to run in a worker.
 * The pieces that run then are waited for, so that nothing done is lost, and the first failed call is the same for any
 * number of workers.
 */
class PoolWork {
  /** That the simulator cannot run in a worker, or what the pool itself failed with. */
  failure: unknown;

  constructor(
    private readonly job: SimulationJob,
    private readonly run: (range: Range) => Promise<WorkerAnswer>,
    private perItem: number,
  ) {}

  private get isOver(): boolean {
    return isOver(this.job) || this.failure !== undefined;
  }

  /** Does items that went well here in a worker too: both must give the same. */
  async probe(): Promise<void> {
    const { buffer, simulator } = this.job;
    const unit = unitOf(simulator);
    const start = unit * Math.floor(buffer.firstGood() / unit);
    const count = Math.min(unit, buffer.n - start);
    await this.piece(start, count, ({ x, failed, faults }) => {
      const here = buffer.data(start, count);
      // it worked here, so it is the worker's surroundings that it misses
      if (failed.some((item) => !buffer.hasFailed(item))) this.failure = new NotPortable(faults[0].problem);
      else if (!x.every((value, i) => Object.is(value, here[i])))
        this.failure = new NotPortable('gives other numbers than here (does it use Math.random or keep a state?)');
    });
  }

  /** Does all other items, two pieces for each thread at a time. */
  async rest(threads: number, aborted: Promise<void>): Promise<void> {
    const { buffer, signal } = this.job;
    const running = new Set<Promise<void>>();
    let next = buffer.next(1).start;
    while (running.size > 0 || (next < buffer.n && !this.isOver)) {
      while (next < buffer.n && running.size < 2 * threads && !this.isOver) {
        const start = next;
        const count = Math.min(this.size(buffer.n - start, threads), buffer.n - start);
        next += count;
        const piece: Promise<void> = this.piece(start, count, (made) => {
          buffer.put(start, made);
          showProgress(this.job, `${threads} workers`);
        }).then(() => void running.delete(piece));
        running.add(piece);
      }
      await Promise.race([...running, aborted]);
      if (signal.aborted) return;
    }
  }

  /** Items of the next piece: about JOB_MS of work, less near the end so that all threads end together. */
  private size(left: number, threads: number): number {
    const unit = unitOf(this.job.simulator);
    const timely = Math.round(JOB_MS / (this.perItem * unit));
    return unit * Math.max(1, Math.min(timely, Math.ceil(left / (4 * threads * unit))));
  }

  private async piece(start: number, count: number, use: (made: SimulatedRange) => void): Promise<void> {
    const { job } = this;
    const range = rangeOf(job, start, count);
    try {
      const answer = await this.run(range);
      if (job.signal.aborted) return;
      if ('obstacle' in answer) this.failure ??= new NotPortable(answer.obstacle);
      else {
        this.perItem = answer.milliseconds / answer.made.done;
        use(answer.made);
      }
    } catch (error) {
      // the pool's own: a thread that died
      const theta = Array.from(range.thetas.subarray(0, job.dim));
      const problem = `took its worker down ("${String(error)}") in ${count} item(s) from the first`;
      this.failure ??= new SimulationError([{ item: start, theta, problem, cause: error }]);
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
