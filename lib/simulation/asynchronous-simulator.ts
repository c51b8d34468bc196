import { objectOf, requireCount, requireFunction, requirePositive } from '../core/checks';
import type { AsynchronousSimulator } from './simulator';
import { FailedCall } from './simulation-error';

/** Options of `simulators.asynchronous`. */
export interface AsynchronousSimulatorOptions {
  /** Calls under way at a time. Default 8. */
  atATime?: number;
  /** Seconds after which a call without data has failed, and its signal is aborted. Default: no limit. */
  timeLimit?: number;
}

/**
 * A simulator whose data come later, such as a call of a service: several calls run at a time, and the data do not
 * depend on how many, as long as all randomness comes from `rng`. A call that rejects has failed (see `invalid` of
 * `simulate`).
 * @param fn its third argument is aborted when nobody waits for the data any longer.
 * @throws InvalidInputError where `fn` is not a function, or an option is none.
 * @example
 * const simulator = simulators.asynchronous(async ([a], rng) => [a + rng.normal()], { atATime: 4 });
 * const sims = await simulate({ prior: uniform({ lower: [0], upper: [1] }), simulator }, 100, { seed: 1 });
 * sims.x; // shape [100, 1]
 */
export function asynchronousSimulator(
  fn: AsynchronousSimulator['later'],
  options: AsynchronousSimulatorOptions = {},
): AsynchronousSimulator {
  requireFunction('simulators.asynchronous', fn, 'a function (theta, rng, signal) => promise of numbers');
  const { atATime = 8, timeLimit } = objectOf('simulators.asynchronous: options', options);
  requireCount('simulators.asynchronous: atATime', atATime);
  if (timeLimit === undefined) return { later: async (...call) => fn(...call), atATime };
  requirePositive('simulators.asynchronous: timeLimit', timeLimit);
  return { later: async (...call) => withinTime(fn, call, timeLimit), atATime };
}

async function withinTime(
  fn: AsynchronousSimulator['later'],
  [theta, rng, signal]: Parameters<AsynchronousSimulator['later']>,
  seconds: number,
): Promise<ArrayLike<number>> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FailedCall(`gave no data within ${seconds} s`)), 1000 * seconds);
  });
  try {
    return await Promise.race([fn(theta, rng, controller.signal), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    abort();
  }
}
