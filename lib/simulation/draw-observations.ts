import { refuse, requireCount } from '../core/checks';
import { requireVector } from '../core/number-entries';
import { rng } from '../core/rng';
import { simulateRange } from './simulate-range';
import { SimulationError } from './simulation-error';
import { checkedModel, type Model } from './model';
import { isAsynchronous } from './simulator';

/** One parameter vector and n data vectors simulated from it. */
export interface Observations {
  /** The truth [D]. */
  readonly theta: number[];
  /** The data [n, L]. */
  readonly xObs: number[][];
}

/**
 * One theta from the prior and `n` independent observations from it; the first n of a longer draw of the same seed.
 * The draws have nothing in common with `simulate`'s of the same seed.
 * @param theta simulates from these parameters instead.
 * @throws InvalidInputError where n is not a positive whole number or the simulator asynchronous; SimulationError
 * where the simulator fails.
 * @example
 * drawObservations(tasks.gaussian10d(), 8, 1).xObs; // shape [8, 10]
 */
export function drawObservations(model: Model, n: number, seed: number, theta?: readonly number[]): Observations {
  const { prior, simulator } = checkedModel('drawObservations', model);
  requireCount('drawObservations: n', n);
  if (isAsynchronous(simulator))
    refuse(
      'drawObservations: simulator',
      'one whose data are there when its call returns',
      'an asynchronous one, such as a program',
      'Use (await simulate(model, n, { theta, seed })).x, with the same theta in each of n rows.',
    );
  if (theta !== undefined) requireVector('drawObservations: theta', theta, prior.dim);
  // simulate forks by item, 0 and up, and by -2 for a proposal: -1 is this function's
  const root = rng(seed).fork(-1);
  const truth = Float32Array.from(theta ?? prior.sample(root.fork(-1)));
  const thetas = new Float32Array(n * prior.dim);
  for (let j = 0; j < n; j++) thetas.set(truth, j * prior.dim);
  const range = { start: 0, thetas, dim: prior.dim, goesOn: false };
  const { x, dataDim, faults } = simulateRange(simulator, root, range);
  if (faults.length > 0) throw new SimulationError(faults);
  const width = dataDim!;
  return {
    theta: Array.from(truth),
    xObs: Array.from({ length: n }, (_, j) => Array.from(x.subarray(j * width, (j + 1) * width))),
  };
}
