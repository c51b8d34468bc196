import { expect } from 'vitest';
import { simulate, type SimulateOptions } from '../../lib/simulation/simulate';
import type { Simulations } from '../../lib/simulation/simulations';
import type { AnySimulator } from '../../lib/simulation/simulator';
import { modelOf } from '../tasks/fixtures';

/** Options of simulations in this process, without progress. */
export const here = { seed: 1, workers: 0, progress: false } as const;

/** The error that simulating throws. */
export const failure = async (
  simulator: AnySimulator,
  n = 20,
  options: Partial<SimulateOptions> = {},
): Promise<Error & { partial?: Simulations }> =>
  simulate(modelOf(simulator), n, { ...here, ...options }).then(
    () => expect.unreachable('simulate did not throw'),
    (error: Error) => error,
  );
