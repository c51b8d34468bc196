import { demand, objectOf, requireCount } from '../core/checks';
import type { Rng } from '../core/rng';

/**
 * A simulator: one vector of data x (L numbers) for one parameter vector theta (D numbers), all randomness from `rng`.
 *
 * A function that uses nothing but its arguments can run in parallel workers as it is; one that needs constants of its
 * surroundings is made with `defineSimulator`, one from a file with `simulators.fromModule`, one that is a program with
 * `simulators.program`.
 * @example
 * const simulator: Simulator = ([a, b], rng) => Array.from({ length: 7 }, (_, i) => a + b * i + rng.normal());
 */
export interface Simulator {
  (theta: readonly number[], rng: Rng): ArrayLike<number>;
  /** How another thread makes this simulator; without it, the function's own text. */
  readonly portable?: PortableSource;
}

/**
 * A simulator of many parameter vectors at once. Batches are always the same `batchSize` items and have one generator
 * each, so the data do not depend on the number of workers.
 */
export interface BatchedSimulator {
  /** The data [M, L] of the parameters [M, D]; all randomness from `rng`. */
  readonly batch: (thetas: readonly number[][], rng: Rng) => ArrayLike<ArrayLike<number>>;
  /** M at most. */
  readonly batchSize: number;
  /** How another thread makes this simulator; without it, the function's own text. */
  readonly portable?: PortableSource;
}

/** A simulator whose data come later: from a program, another process, a service. */
export interface AsynchronousSimulator {
  /**
   * The data of one parameter vector; all randomness from `rng`. A call that rejects has failed.
   * @param signal is aborted when nobody waits for the data any longer.
   */
  readonly later: (theta: readonly number[], rng: Rng, signal: AbortSignal) => Promise<ArrayLike<number>>;
  /** The calls that may be under way at a time. */
  readonly atATime: number;
}

/** A simulator whose data are there when its call returns. */
export type SynchronousSimulator = Simulator | BatchedSimulator;

/** A simulator of any kind. */
export type AnySimulator = SynchronousSimulator | AsynchronousSimulator;

/**
 * What another thread needs to make a simulator: its text and constants, or the module that exports it (`library`: a
 * source of this library, from `lib/`).
 */
export type PortableSource =
  | { readonly kind: 'text'; readonly text: string; readonly constants?: unknown }
  | { readonly kind: 'module' | 'library'; readonly path: string; readonly exportName: string };

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether a simulator takes many parameter vectors at once. */
export function isBatched(simulator: AnySimulator): simulator is BatchedSimulator {
  return isObject(simulator) && 'batch' in simulator && typeof simulator.batch === 'function';
}

/** Whether a simulator's data come later. */
export function isAsynchronous(simulator: AnySimulator): simulator is AsynchronousSimulator {
  return isObject(simulator) && 'later' in simulator && typeof simulator.later === 'function';
}

/**
 * A simulator with constants, which travel with it to the workers; the function gets them as its third argument.
 * @param fn uses its arguments only: names of its surroundings do not exist in a worker.
 * @param constants data that can be copied between threads: numbers, arrays, typed arrays, plain objects.
 * @throws InvalidInputError where `fn` is not a function.
 * @example
 * const times = [0, 0.5, 1, 2];
 * const decay: Simulator = defineSimulator(
 *   ([rate], rng, { times }) => times.map((t) => Math.exp(-rate * t) + rng.normal(0, 0.1)),
 *   { times },
 * );
 */
export function defineSimulator<C>(
  fn: (theta: readonly number[], rng: Rng, constants: C) => ArrayLike<number>,
  constants: C,
): Simulator {
  requireFunction('defineSimulator', fn);
  const simulator = (theta: readonly number[], rng: Rng): ArrayLike<number> => fn(theta, rng, constants);
  return Object.assign(simulator, { portable: { kind: 'text', text: fn.toString(), constants } as const });
}

/**
 * A simulator of the library's own that uses imports: workers load the file that exports it.
 * @param path of that file, from this folder and without its ending; neither it nor its imports may load TensorFlow.js.
 * @param exportName the name by which the file exports `fn`.
 */
export function librarySimulator(fn: Simulator, path: string, exportName: string): Simulator {
  const simulator = (theta: readonly number[], rng: Rng): ArrayLike<number> => fn(theta, rng);
  return Object.assign(simulator, { portable: { kind: 'library', path, exportName } as const });
}

/** Options of `simulators.batched`. */
export interface BatchedSimulatorOptions<C> {
  /** Items a call; it is part of the seeding, so another size gives other data. Default 256. */
  batchSize?: number;
  /** Handed to the function as its third argument, in workers too. */
  constants?: C;
}

/**
 * A simulator of many parameter vectors at once: [M, D] in, [M, L] out, M at most `batchSize`.
 * @throws InvalidInputError where `fn` is not a function or batchSize not a positive whole number.
 * @example
 * simulators.batched((thetas, rng) => thetas.map(([a]) => [a + rng.normal()]));
 */
export function batchedSimulator<C = undefined>(
  fn: (thetas: readonly number[][], rng: Rng, constants: C) => ArrayLike<ArrayLike<number>>,
  options: BatchedSimulatorOptions<C> = {},
): BatchedSimulator {
  const { batchSize = 256, constants } = objectOf('simulators.batched: options', options);
  requireFunction('simulators.batched', fn);
  requireCount('simulators.batched: batchSize', batchSize);
  return {
    batch: (thetas, rng) => fn(thetas, rng, constants as C),
    batchSize,
    portable: { kind: 'text', text: fn.toString(), constants },
  };
}

/** The simulator's source for another thread. */
export function portableSource(simulator: SynchronousSimulator): PortableSource {
  return (
    simulator.portable ?? {
      kind: 'text',
      text: isBatched(simulator) ? simulator.batch.toString() : simulator.toString(),
    }
  );
}

function requireFunction(what: string, fn: unknown): void {
  demand(what, typeof fn === 'function', 'a function (theta, rng) => numbers', fn === null ? 'null' : typeof fn);
}
