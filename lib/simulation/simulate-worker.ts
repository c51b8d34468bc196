/**
 * A worker thread of `simulate`: makes the simulator from its source once, then simulates ranges of items.
 * It must never load TensorFlow.js, which fails in a second thread.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { rng } from '../core/rng';
import { missingNames } from './missing-names';
import { simulateRange, type Range, type SimulatedRange } from './simulate-range';
import type { SimulationFault } from './simulation-error';
import { loadSimulator } from './simulator-module';
import type { PortableSource, SynchronousSimulator } from './simulator';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly source: PortableSource;
  readonly seed: number;
  /** Given for a batched simulator. */
  readonly batchSize?: number;
}

/** A worker's answer: what came of the range, or why the simulator cannot run in a worker. */
export type WorkerAnswer =
  { readonly made: SimulatedRange; readonly milliseconds: number } | { readonly obstacle: string };

let made: { simulator: SynchronousSimulator; seed: number } | undefined;

/** Simulates one range; faults are answers, since error classes do not cross threads. */
export function work(range: Range): WorkerAnswer {
  const begin = performance.now();
  try {
    made ??= make();
  } catch (error) {
    return { obstacle: `cannot be made: ${String(error)}` };
  }
  const done = simulateRange(made.simulator, rng(made.seed), range);
  // what is missing here need not be missing where the simulator was written
  const missing = done.faults.find(({ cause }) => cause instanceof ReferenceError);
  if (missing) return { obstacle: missingNames((workerData as WorkerSetup).source, missing.cause as ReferenceError) };
  return { made: { ...done, faults: done.faults.map(copyable) }, milliseconds: performance.now() - begin };
}

/** The fault with its cause as an Error of plain parts: a thrown object may hold what cannot be copied. */
function copyable(fault: SimulationFault): SimulationFault {
  const { cause } = fault;
  if (cause === undefined) return fault;
  const isError = cause instanceof Error;
  return { ...fault, cause: isError ? Object.assign(new Error(cause.message), { stack: cause.stack }) : String(cause) };
}

function make(): { simulator: SynchronousSimulator; seed: number } {
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
