import { demand, objectOf, refuse, requireCount, requireNumber, requireOneOf } from '../core/checks';
import { InterruptedError } from '../core/errors';
import { longWork, type PartOptions } from '../core/host';
import { rng } from '../core/rng';
import { toTensor2D, type Rows } from '../core/rows';
import { checkPrior } from '../distributions/check-prior';
import type { Prior } from '../distributions/prior';
import type { Proposal } from '../contract/proposal';
import { proposedParameters } from './proposal';
import {
  excessError,
  isExceeded,
  invalidError,
  toleranceOf,
  warnOfFailed,
  type InvalidCallOptions,
} from './invalid-calls';
import { simulateAsynchronously } from './simulate-asynchronously';
import { isOver, simulateHere, type SimulationJob } from './simulate-here';
import { SimulationBuffer, type Collected } from './simulation-buffer';
import { simulationsOf, type Simulations } from './simulations';
import { checkedModel, type Model } from './model';
import { isAsynchronous } from './simulator';

/** Options of `simulate`. */
export interface SimulateOptions extends PartOptions, InvalidCallOptions {
  /** The seed of parameters and data: item i depends on it and on i only. */
  seed: number;
  /**
   * Worker threads: a number, 0 for this process, or 'auto' (default): this process, and a thread for each core where
   * the rest would take more than about 2 s. An asynchronous simulator, such as a program, has no use for them.
   */
  workers?: number | 'auto';
  /** Simulates at these parameters [n, D] instead of draws from the prior. */
  theta?: Rows;
  /**
   * Draws the parameters from this law instead of the prior, within whose support they must be: all in one call, whose
   * seed is derived from `seed`, so that row i depends on n too.
   */
  proposal?: Proposal;
}

/** How long 'auto' measures before it decides on workers. */
const MEASURE_MS = 100;
/** 'auto' starts workers where the rest would take longer than this. */
const WORTH_WORKERS_MS = 2000;

/**
 * Draws `n` parameter vectors from the prior, or from a proposal, and simulates data from each: theta [n, D], x [n, L].
 * The caller disposes.
 *
 * Parameters are rounded to float32 before they are simulated, so each row of x belongs to exactly its theta. The same
 * seed gives the same bytes for any number of workers. A simulator goes to workers as its text: see `defineSimulator`
 * and `simulators.fromModule` where it needs more than its arguments. With workers the first item (or batch) is
 * simulated twice.
 * @throws InvalidInputError before work for a bad n, seed, prior, simulator or option, for a proposal's draws of
 * another shape, not finite or outside the prior's support, and where an explicit number of workers was asked for and
 * the simulator cannot run in one.
 * @throws SimulationError for calls that fail, that is, throw or return something other than data: for the first, or
 * with `invalid: 'drop'` for more than `mostInvalid` allows; `partial` holds the simulations done.
 * @throws NonFiniteError for NaN or infinite data, or with `invalid: 'drop'` for more than `mostInvalid` allows;
 * `partial` holds the finite simulations.
 * @throws InterruptedError on interrupt; `partial` holds the Simulations done.
 * @example
 * const sims = await simulate(tasks.gaussian10d(), 1_000, { seed: 1 });
 * sims.x; // shape [1000, 10]
 */
export async function simulate(model: Model, n: number, options: SimulateOptions): Promise<Simulations> {
  return simulateAs(model, n, options, async () => ({
    thetas: await givenThetas(options, n, model.prior),
    form: (rows) => simulationsOf(rows, options.proposal !== undefined),
  }));
}

/** What to simulate, and the form of the result. */
export interface SimulationPlan<T> {
  /** The parameters [n * D]; without them each item draws its own from the prior. */
  readonly thetas?: Float32Array;
  /**
   * The result from the finite rows, of all items or, for an error's `partial`, of those done; undefined where it would
   * be empty.
   */
  readonly form: (rows: Collected) => T | undefined;
  /** Whether the caller tells of failed calls that were left out. Default false. */
  readonly isSilent?: boolean;
}

/**
 * {@link simulate} with a result of another form.
 * @param plan is asked once the arguments have been checked.
 * @throws what `simulate` throws, with `partial` in that form.
 */
export async function simulateAs<T>(
  model: Model,
  n: number,
  options: SimulateOptions,
  plan: () => SimulationPlan<T> | Promise<SimulationPlan<T>>,
): Promise<T> {
  checkArguments(model, n, options);
  const { prior, simulator } = model;
  const root = rng(options.seed);
  const { thetas, form, isSilent = false } = await plan();
  const buffer = new SimulationBuffer(n, prior, root, thetas);
  return longWork('Simulating', n, options, async (progress, signal) => {
    const tolerance = toleranceOf(n, options);
    const { seed } = options;
    const job = { seed, root, dim: prior.dim, buffer, tolerance, progress, signal };
    try {
      if (isAsynchronous(simulator)) await simulateAsynchronously({ ...job, simulator });
      else await run({ ...job, simulator }, options.workers ?? 'auto');
    } catch (error) {
      // a worker that died, a prior's draw that is none: what is done goes with the error
      const { partial } = handed(buffer, form);
      throw partial !== undefined && error instanceof Error ? Object.assign(error, { partial }) : error;
    }
    if (isExceeded(buffer, tolerance)) throw excessError(buffer, options, handed(buffer, form));
    if (buffer.done < n) {
      const done = buffer.done;
      throw new InterruptedError(
        `simulate: stopped after ${done} of ${n} simulations; error.partial holds them.`,
        handed(buffer, form).partial,
      );
    }
    const all = handed(buffer, form);
    const isRefused = buffer.invalid > 0 && tolerance.invalid === Infinity;
    if (all.partial === undefined || isRefused) throw invalidError(buffer, all);
    if (!isSilent) warnOfFailed(buffer);
    return all.partial;
  });
}

async function run(job: SimulationJob, workers: number | 'auto'): Promise<void> {
  const { buffer } = job;
  if (workers === 0) return void (await simulateHere(job));
  const auto = workers === 'auto';
  // an explicit number still does the first item here: it shows the length of the data and checks the workers
  const milliseconds = await simulateHere(job, auto ? (spent) => spent > MEASURE_MS : () => true);
  if (isOver(job)) return;
  let note: string | undefined;
  if (!auto || milliseconds * (buffer.n - buffer.done) > WORTH_WORKERS_MS) {
    const { simulateInPool, threadCount } = await import('./simulate-pool');
    const threads = auto ? threadCount() : workers;
    const obstacle = auto && threads < 2 ? undefined : await simulateInPool(job, threads, milliseconds);
    if (obstacle && !auto) {
      refuse(
        'simulate: workers',
        'a simulator that uses nothing but its arguments, since workers get its text only',
        `one that in a worker ${obstacle}`,
        'Hand it constants with defineSimulator(fn, { ... }); put one that imports functions into a file of its own, ' +
          "with its imports, and load it with simulators.fromModule('./file.js'); or leave workers out to run in " +
          'this process.',
      );
    }
    if (obstacle) note = `in this process: in a worker the simulator ${obstacle}`;
  }
  await simulateHere(job, undefined, note);
  if (note) job.progress.end(note);
}

/** The result from the finite rows, where there are any, and what an error says of them. */
function handed<T>(buffer: SimulationBuffer, form: SimulationPlan<T>['form']) {
  const rows = buffer.collect();
  const partial = rows.rows > 0 ? form(rows) : undefined;
  return { partial, rows: rows.rows, firstInvalid: rows.firstInvalid };
}

function checkArguments(model: Model, n: number, options: SimulateOptions): void {
  const { prior } = checkedModel('simulate', model);
  const {
    seed,
    workers = 'auto',
    invalid = 'refuse',
    mostInvalid = 0,
    theta,
    proposal,
  } = objectOf('simulate: options', options, '{ seed }');
  requireCount('simulate: n', n);
  requireNumber('simulate: seed', seed, 'a finite number');
  const isCount = Number.isInteger(workers) && (workers as number) >= 0;
  demand(
    'simulate: workers',
    workers === 'auto' || isCount,
    "a whole number of threads (0 for this process) or 'auto'",
    workers,
  );
  requireOneOf('simulate: invalid', invalid, ['refuse', 'drop']);
  requireNumber('simulate: mostInvalid', mostInvalid, 'a share from 0 to 1', (share) => share >= 0 && share <= 1);
  if (proposal !== undefined) {
    demand('simulate: proposal', typeof proposal?.sample === 'function', 'a proposal { dim, sample }', proposal);
    demand('simulate: proposal', theta === undefined, 'a proposal or theta', 'both');
  }
  checkPrior(prior, { draws: 8, score: false });
}

/** The parameters [n * D] that are given or proposed; undefined where they come from the prior. */
async function givenThetas(
  { theta, proposal, ...options }: SimulateOptions,
  n: number,
  prior: Prior,
): Promise<Float32Array | undefined> {
  if (proposal) return proposedParameters(proposal, n, prior, options);
  if (theta === undefined) return undefined;
  const tensor = toTensor2D(theta, 'simulate: theta', prior.dim);
  // a copy: the buffer moves rows when it drops some
  const values = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  const rows = values.length / prior.dim;
  demand('simulate: theta', rows === n, `${n} rows, since n is ${n}`, rows);
  return values;
}
