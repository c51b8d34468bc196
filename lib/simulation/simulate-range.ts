import type { Rng } from '../core/rng';
import { SimulationError } from './simulation-error';
import { isBatched, type AnySimulator } from './simulator';

/** Consecutive items to simulate. This file runs in workers too, so it knows no tensors. */
export interface Range {
  /** The first item; a multiple of the batch size for a batched simulator. */
  readonly start: number;
  /** The parameters of all items in a row. */
  readonly thetas: Float32Array;
  readonly dim: number;
  /** L, where it is known from the first item. */
  readonly dataDim?: number;
}

/**
 * The data [count * L] of a range of items, each with a generator of its own (`rng.fork(item).fork(1)`), batches with
 * one generator a batch.
 * @throws SimulationError where the simulator throws, or returns something else than L numbers.
 */
export function simulateRange(
  simulator: AnySimulator,
  root: Rng,
  { start, thetas, dim, dataDim }: Range,
): { x: Float32Array; dataDim: number } {
  const count = thetas.length / dim;
  const theta = (i: number): number[] => Array.from(thetas.subarray(i * dim, (i + 1) * dim));
  let x = new Float32Array(dataDim === undefined ? 0 : count * dataDim);
  const store = (i: number, row: ArrayLike<number>): void => {
    const problem = problemOf(row, dataDim);
    if (problem) throw new SimulationError({ item: start + i, theta: theta(i), ...problem });
    if (dataDim === undefined) {
      dataDim = row.length;
      x = new Float32Array(count * dataDim);
    }
    for (let k = 0, at = i * dataDim; k < dataDim; k++, at++) {
      if (typeof row[k] !== 'number') {
        throw new SimulationError({
          item: start + i,
          theta: theta(i),
          problem: `returned ${described(row[k])} as value ${k}`,
          remedy: 'Return numbers only.',
        });
      }
      x[at] = row[k];
    }
  };
  const attempt = <T>(i: number, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new SimulationError({
        item: start + i,
        theta: theta(i),
        problem: `threw "${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}"`,
        cause,
      });
    }
  };
  if (isBatched(simulator)) {
    for (let i = 0; i < count; i += simulator.batchSize) {
      const batch = Array.from({ length: Math.min(simulator.batchSize, count - i) }, (_, k) => theta(i + k));
      const rows = attempt(i, () => simulator.batch(batch, root.fork(start + i).fork(1)));
      if (rows === null || typeof rows !== 'object' || rows.length !== batch.length) {
        throw new SimulationError({
          item: start + i,
          theta: theta(i),
          problem: `returned ${rowsOrValue(rows)} for a batch of ${batch.length}`,
          remedy: 'A batched simulator returns one row of data for each parameter vector.',
        });
      }
      for (let k = 0; k < batch.length; k++) store(i + k, rows[k]);
    }
  } else {
    for (let i = 0; i < count; i++) {
      const vector = theta(i);
      store(
        i,
        attempt(i, () => simulator(vector, root.fork(start + i).fork(1))),
      );
    }
  }
  return { x, dataDim: dataDim! };
}

function problemOf(row: unknown, dataDim: number | undefined): { problem: string; remedy: string } | undefined {
  const remedy = 'A simulator returns an array of numbers, equally many each time, such as [1.5, 2].';
  const isList = Array.isArray(row) || (ArrayBuffer.isView(row) && !(row instanceof DataView));
  if (!isList) return { problem: `returned ${described(row)}`, remedy };
  const length = (row as ArrayLike<number>).length;
  if (length === 0) return { problem: 'returned no numbers', remedy };
  if (dataDim !== undefined && length !== dataDim)
    return { problem: `returned ${length} numbers where item 0 had ${dataDim}`, remedy };
  return undefined;
}

function rowsOrValue(rows: ArrayLike<unknown> | null): string {
  return typeof rows === 'object' && rows !== null ? `${rows.length} rows` : described(rows);
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' || typeof value === 'string') return `the ${typeof value} ${JSON.stringify(value)}`;
  if (value instanceof Promise) return 'a Promise (simulators are synchronous)';
  return Array.isArray(value)
    ? 'an array'
    : typeof value === 'object'
      ? `a ${value.constructor?.name || 'object'}`
      : `a ${typeof value}`;
}
