import * as tf from '@tensorflow/tfjs';
import type { ComposedScore } from '../compose/composed-score';
import { totalScore } from '../compose/composed-score';
import type { NoiseLevel } from '../diffusion/noise-level';
import { fisherCoordinates, type FisherCoordinates } from './fisher-coordinates';

/** The constant of the bound on the bias. */
const ofBound = 1.65;
/** What the noise of a random score may add to the particles' variance, as a share. */
const mostFromNoise = 0.05;

/** How long the steps of {@link precisionStep} are. */
export interface PrecisionStepOptions {
  /** The bias that a level may have, in its narrowest standard deviation, along each direction. */
  readonly accuracy: number;
  /** Whether steps are taken in coordinates in which the level's density is round. */
  readonly preconditioned: boolean;
}

/**
 * A Langevin step theta + delta / 2 A s + sqrt(delta) A^(1/2) eta whose length follows from the extreme eigenvalues m
 * and M of the precision of the level's density, by the Fisher information F of the particles.
 *
 * Unadjusted Langevin steps of size h = delta / 2 have a bias of at most 1.65 (M / m) sqrt(h D) in Wasserstein
 * distance. To keep it below `accuracy` standard deviations M^(-1/2) a direction, h = (accuracy m / (1.65 M))^2 / M,
 * with A = I; preconditioned, A = F^{-1}, and h = (accuracy / 1.65)^2 since m = M = 1 there.
 *
 * The noise of a random score, of variance V and the same for all particles, would add up to delta / 4 max_i (A V)_ii:
 * steps are short enough that it stays below a twentieth.
 * Source: Touron et al. (2026), arXiv 2605.21253, for the bound; its use a direction, in the level's own standard
 * deviations, is ours.
 */
export function precisionStep(
  target: ComposedScore,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  noise: tf.Tensor2D,
  { accuracy, preconditioned }: PrecisionStepOptions,
): tf.Tensor2D {
  const score = totalScore(target, theta, level);
  const own = tf.sub(score, tf.mean(score, 0, true)) as tf.Tensor2D;
  const fisher = fisherCoordinates(own, leastInformation);
  const size = 2 * (accuracy / ofBound) ** 2;
  const dim = theta.shape[1];
  const variances = variancesOf(fisher, dim);
  const noiseIn = (variance: tf.Tensor): tf.Tensor => {
    const drawn = target.noiseVariance?.(theta, level);
    return drawn ? tf.max(tf.mul(variance, drawn)) : tf.scalar(0);
  };
  if (preconditioned) {
    const delta = tf.minimum(size, tf.div(4 * mostFromNoise, tf.add(noiseIn(variances), 1e-12)));
    return tf.addN([
      theta,
      tf.mul(tf.div(delta, 2), fisher.drift(score)),
      tf.mul(tf.sqrt(delta), fisher.spread(noise)),
    ]) as tf.Tensor2D;
  }
  const most = fisher.steepest();
  const least = tf.div(1, fisher.widest());
  const byRule = tf.div(tf.mul(size, tf.square(tf.div(least, most))), most);
  const delta = tf.minimum(byRule, tf.div(4 * mostFromNoise, tf.add(noiseIn(tf.ones([1, dim])), 1e-12)));
  return tf.addN([theta, tf.mul(tf.div(delta, 2), score), tf.mul(tf.sqrt(delta), noise)]) as tf.Tensor2D;
}

/** A score with errors may know nothing along a direction: no step is longer than about 4.5 prior widths. */
const leastInformation = 0.05;

/** The diagonal of F^{-1}, [1, D]. */
function variancesOf(fisher: FisherCoordinates, dim: number): tf.Tensor2D {
  return tf.sum(tf.square(fisher.spread(tf.eye(dim))), 0, true) as tf.Tensor2D;
}
