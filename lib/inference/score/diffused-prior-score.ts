import * as tf from '@tensorflow/tfjs';
import type { Score } from '../../diffusion/noise-level';
import type { Frame } from '../frame';
import { fittedMixture } from '../fitted-mixture';
import { unconstrained } from '../../distributions/unconstrained';
import { priorSamples } from '../../distributions/prior-samples';
import { rowViews } from '../../maths/moments';

/** Draws of a prior from which its diffused law is learned. */
const draws = 10_000;

/**
 * The score of the diffused prior in a frame's coordinates: in closed form where that is known, else that of a mixture
 * of Gaussians that is fitted to the prior's draws.
 */
export function diffusedPriorScore({ diffusedPriorScore: known, prior, config }: Frame): Score {
  if (known) return known;
  const theta = priorSamples(prior, draws, 0);
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(theta).dataSync<'float32'>());
  theta.dispose();
  const { mean, std } = config.theta;
  return fittedMixture(rowViews(z, prior.dim), 0).diffused!.standardised(mean, std).score;
}
