import { breathe } from '../core/host';
import { isOver, rangeOf, showProgress, STRETCH_MS, type SimulationJob } from './simulate-here';
import { simulateRange } from './simulate-range';
import { BrokenSimulator, SimulationError } from './simulation-error';
import type { AsynchronousSimulator } from './simulator';

/** What a call came to: a function that gives its data, or throws what it failed with. */
type Outcome = () => ArrayLike<number>;

/**
 * Simulates all items of a job by an asynchronous simulator, `atATime` calls at a time, until the job is over. Items
 * are handed out in order and those under way are waited for, so that the first failed call is the same for any number.
 * @throws SimulationError where the simulator does not work at all.
 */
export async function simulateAsynchronously(job: SimulationJob<AsynchronousSimulator>): Promise<void> {
  const { buffer, signal, simulator } = job;
  let stop = (): void => {};
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop);
  const work = new Calls(job);
  try {
    const lanes = Array.from({ length: Math.min(simulator.atATime, buffer.n) }, () => work.lane());
    await Promise.race([Promise.all(lanes), aborted]);
    if (work.failure && !signal.aborted) throw work.failure;
    showProgress(job);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The calls of a job. */
class Calls {
  /** That the simulator does not work at all. */
  failure: SimulationError | undefined;
  private next = 0;
  /** Outcomes that wait for those of the items before: the first that goes well tells the length of the data. */
  private readonly waiting = new Map<number, Outcome>();
  private first = 0;
  private rested = performance.now();

  constructor(private readonly job: SimulationJob<AsynchronousSimulator>) {}

  /** Makes one call after the other until none is left. */
  async lane(): Promise<void> {
    const { job } = this;
    while (this.next < job.buffer.n && !isOver(job) && !this.failure) {
      const item = this.next++;
      const theta = Array.from(job.buffer.thetas(item, 1));
      const outcome = await this.outcome(item, theta);
      if (job.signal.aborted || this.failure) return;
      this.take(item, outcome);
      // data that are there at once would leave timers and interrupts no turn
      if (performance.now() - this.rested > STRETCH_MS) await this.rest();
    }
  }

  private async rest(): Promise<void> {
    this.rested = performance.now();
    showProgress(this.job);
    await breathe();
  }

  private async outcome(item: number, theta: number[]): Promise<Outcome> {
    const { simulator, root, signal } = this.job;
    try {
      const data = await simulator.later(theta, root.fork(item).fork(1), signal);
      return () => data;
    } catch (error) {
      if (error instanceof BrokenSimulator && !this.failure)
        this.failure = new SimulationError([{ item, theta, problem: error.problem, remedy: error.remedy }]);
      return () => {
        throw error;
      };
    }
  }

  private take(item: number, outcome: Outcome): void {
    this.waiting.set(item, outcome);
    const { buffer } = this.job;
    while (buffer.dataDim === undefined && this.waiting.has(this.first)) this.put(this.first++);
    if (buffer.dataDim !== undefined) for (const each of [...this.waiting.keys()]) this.put(each);
  }

  private put(item: number): void {
    const { job } = this;
    const outcome = this.waiting.get(item)!;
    this.waiting.delete(item);
    job.buffer.put(item, simulateRange(outcome, job.root, rangeOf(job, item, 1)));
  }
}
