/**
 * A worker thread of `simulate`: makes the simulator from its source once, then simulates ranges of items.
 * It must never load TensorFlow.js, which fails in a second thread.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { rng } from '../core/rng';
import { simulateRange, type Range } from './simulate-range';
import { SimulationError, type SimulationFault } from './simulation-error';
import { loadSimulator } from './simulator-module';
import type { AnySimulator, PortableSource } from './simulator';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly source: PortableSource;
  readonly seed: number;
  /** Given for a batched simulator. */
  readonly batchSize?: number;
}

/** A worker's answer: the data, or what went wrong. */
export type WorkerAnswer =
  | { readonly x: Float32Array; readonly milliseconds: number }
  | { readonly fault: SimulationFault & { causeName?: string } };

let made: { simulator: AnySimulator; seed: number } | undefined;

/** Simulates one range; faults are answers, since error classes do not cross threads. */
export function work(range: Range): WorkerAnswer {
  const begin = performance.now();
  try {
    made ??= make();
    const { x } = simulateRange(made.simulator, rng(made.seed), range);
    return { x, milliseconds: performance.now() - begin };
  } catch (error) {
    const fault: SimulationFault =
      error instanceof SimulationError
        ? error.fault
        : { item: range.start, theta: [], problem: `cannot be made in a worker: ${String(error)}` };
    const cause = error instanceof SimulationError ? fault.cause : error;
    const isError = cause instanceof Error;
    // the cause goes as an Error of plain parts: a thrown object may hold what cannot be copied
    return {
      fault: {
        ...fault,
        causeName: isError ? cause.name : undefined,
        cause: isError ? Object.assign(new Error(cause.message), { stack: cause.stack }) : String(cause),
      },
    };
  }
}

function make(): { simulator: AnySimulator; seed: number } {
  const { source, seed, batchSize } = workerData as WorkerSetup;
  if (source.kind !== 'text') {
    const path = source.kind === 'library' ? join(__dirname, '..', `${source.path}.js`) : source.path;
    return { simulator: loadSimulator(path, source.exportName), seed };
  }
  const { constants } = source;
  const fn = evaluate(source.text);
  if (batchSize !== undefined)
    return { simulator: { batch: (thetas, random) => fn(thetas, random, constants) as number[][], batchSize }, seed };
  return { simulator: (theta, random) => fn(theta, random, constants) as number[], seed };
}

/** A function from its text: an expression, or a method of an object literal. */
function evaluate(text: string): (...values: unknown[]) => unknown {
  // some TypeScript runners wrap inner functions in a naming helper of this name
  const build = (expression: string): unknown =>
    new Function('__name', `"use strict"; return (${expression});`)((fn: unknown) => fn);
  try {
    return build(text) as () => unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return Object.values(build(`{ ${text} }`) as Record<string, () => unknown>)[0];
  }
}
