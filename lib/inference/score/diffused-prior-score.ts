import type { Score } from '../../diffusion/noise-level';
import { fittedPrior } from '../fitted-mixture';
import type { Frame } from '../frame';

/**
 * The score of the diffused prior in a frame's coordinates: in closed form where that is known, else that of a mixture
 * of Gaussians that is fitted to the prior's draws.
 */
export function diffusedPriorScore({ diffusedPriorScore: known, prior, config }: Frame): Score {
  const { mean, std } = config.theta;
  return known ?? fittedPrior(prior).diffused!.standardised(mean, std).score;
}
