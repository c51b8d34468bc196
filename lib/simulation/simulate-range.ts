import type { Rng } from '../core/rng';
import { FailedCall, shownFaults, type SimulationFault } from './simulation-error';
import { isBatched, type SynchronousSimulator } from './simulator';

/** Consecutive items to simulate. This file runs in workers too, so it knows no tensors. */
export interface Range {
  /** The first item; a multiple of the batch size for a batched simulator. */
  readonly start: number;
  /** The parameters of all items in a row. */
  readonly thetas: Float32Array;
  readonly dim: number;
  /** L, where it is known from an item before. */
  readonly dataDim?: number;
  /** Whether the calls after one that failed are made. */
  readonly goesOn: boolean;
}

/** What came of a range. */
export interface SimulatedRange {
  /** The data [done * L]; zeros where the call failed. */
  readonly x: Float32Array;
  /** L; unknown where no call before or in the range went well. */
  readonly dataDim?: number;
  /** Items simulated, from the start on: all, or those up to the call that failed. */
  readonly done: number;
  /** The items whose call failed, ascending: it threw, or returned something other than L numbers. */
  readonly failed: readonly number[];
  /** What went wrong at the first of them. */
  readonly faults: readonly SimulationFault[];
}

type Problem = Pick<SimulationFault, 'problem' | 'remedy' | 'cause'>;

/**
 * Simulates a range of items, each with a generator of its own (`rng.fork(item).fork(1)`), batches with one generator a
 * batch; where the call of a batch throws, all of its items failed.
 */
export function simulateRange(simulator: SynchronousSimulator, root: Rng, range: Range): SimulatedRange {
  const { start, thetas, dim, goesOn } = range;
  const count = thetas.length / dim;
  const unit = isBatched(simulator) ? simulator.batchSize : 1;
  const theta = (i: number): number[] => Array.from(thetas.subarray(i * dim, (i + 1) * dim));
  const failed: number[] = [];
  const faults: SimulationFault[] = [];
  const fail = (i: number, problem: Problem): void => {
    failed.push(start + i);
    if (faults.length < shownFaults) faults.push({ item: start + i, theta: theta(i), ...problem });
  };
  let { dataDim } = range;
  let x = new Float32Array(count * (dataDim ?? 0));
  let done = 0;
  while (done < count && (goesOn || failed.length === 0)) {
    const first = done;
    done = Math.min(first + unit, count);
    const batch = Array.from({ length: done - first }, (_, k) => theta(first + k));
    const outcome = call(simulator, batch, root.fork(start + first).fork(1));
    for (let i = first; i < done; i++) {
      const row = 'rows' in outcome ? outcome.rows[i - first] : undefined;
      const problem = 'rows' in outcome ? problemOf(row, dataDim) : outcome;
      if (problem) fail(i, problem);
      else {
        const data = row as ArrayLike<number>;
        if (dataDim === undefined) {
          dataDim = data.length;
          x = new Float32Array(count * dataDim);
        }
        x.set(data, i * dataDim);
      }
    }
  }
  return { x: x.subarray(0, done * (dataDim ?? 0)), dataDim, done, failed, faults };
}

/** What one call of the simulator gives for a batch, of one item where it takes one at a time. */
function call(simulator: SynchronousSimulator, batch: number[][], rng: Rng): { rows: ArrayLike<unknown> } | Problem {
  try {
    if (!isBatched(simulator)) return { rows: [simulator(batch[0], rng)] };
    const rows: ArrayLike<unknown> | null = simulator.batch(batch, rng);
    if (rows !== null && typeof rows === 'object' && rows.length === batch.length) return { rows };
    return {
      problem: `returned ${rowsOrValue(rows)} for a batch of ${batch.length}`,
      remedy: 'A batched simulator returns one row of data for each parameter vector.',
    };
  } catch (cause) {
    if (cause instanceof FailedCall) return { problem: cause.problem, remedy: cause.remedy };
    const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    return { problem: `threw "${text}"`, cause };
  }
}

function problemOf(row: unknown, dataDim: number | undefined): Problem | undefined {
  const remedy = 'A simulator returns an array of numbers, equally many each time, such as [1.5, 2].';
  const isList = Array.isArray(row) || (ArrayBuffer.isView(row) && !(row instanceof DataView));
  if (!isList) return { problem: `returned ${described(row)}`, remedy };
  const values = row as ArrayLike<unknown>;
  if (values.length === 0) return { problem: 'returned no numbers', remedy };
  if (dataDim !== undefined && values.length !== dataDim)
    return { problem: `returned ${values.length} numbers where other items have ${dataDim}`, remedy };
  for (let k = 0; k < values.length; k++)
    if (typeof values[k] !== 'number')
      return { problem: `returned ${described(values[k])} as value ${k}`, remedy: 'Return numbers only.' };
  return undefined;
}

function rowsOrValue(rows: ArrayLike<unknown> | null): string {
  return typeof rows === 'object' && rows !== null ? `${rows.length} rows` : described(rows);
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' || typeof value === 'string') return `the ${typeof value} ${JSON.stringify(value)}`;
  if (value instanceof Promise) return 'a Promise (simulators.asynchronous(fn) takes such functions)';
  return Array.isArray(value)
    ? 'an array'
    : typeof value === 'object'
      ? `a ${value.constructor?.name || 'object'}`
      : `a ${typeof value}`;
}
