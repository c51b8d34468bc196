import { objectOf } from '../core/checks';
import { hmc, type ScoredPoint } from './hmc';
import type { Kernel } from './kernel';

/**
 * Langevin steps with Metropolis' choice (MALA): theta + step^2 / 2 score + step N(0, I), in units of the spread; the
 * same as one leapfrog step of {@link hmc}.
 * @param targetAcceptance the mean acceptance that warm-up aims at, in (0, 1). Default .574, the best in many
 * dimensions.
 * @param alongPath as in {@link hmc}: for a density of which only the score is known. Default false.
 * @throws InvalidInputError for options out of these ranges.
 * Source: Roberts and Tweedie (1996), "Exponential convergence of Langevin distributions and their discrete
 * approximations"; Roberts and Rosenthal (1998) for the acceptance.
 * @example
 * const density = tasks.unnormalisedPosterior(tasks.gaussianLinear([0.5, 1]), xObs);
 * const run = await sampleChains(density, langevin(), { initial: prior, chains: 20, warmup: 200, draws: 50, seed: 1 });
 * run.samples; // shape [1000, 2]
 */
export function langevin(options: { targetAcceptance?: number; alongPath?: boolean } = {}): Kernel<ScoredPoint> {
  const { targetAcceptance = 0.574, alongPath = false } = objectOf('langevin: options', options);
  return hmc({ targetAcceptance, alongPath, maxSteps: 1 });
}
