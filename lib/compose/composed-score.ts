import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel, Score } from '../diffusion/noise-level';

/** The scores of the posteriors of n single observations, as a learned or exact model gives them. */
export interface ObservationScores {
  /** The number of observations, n. */
  readonly n: number;
  /** The number of parameters, D. */
  readonly dim: number;
  /** sum_j s(theta, t, x_j), [B, D]. */
  readonly sum: Score;
}

/** A score for all observations at once, kept in its two terms, because Algorithm 2 scales them differently. */
export interface ComposedScore {
  /** The number of observations, n. */
  readonly n: number;
  /** The number of parameters, D. */
  readonly dim: number;
  /** The observations' term, sum_j s(theta, t, x_j). */
  readonly observations: Score;
  /** The prior's term, (1 - n) (T - t) / T grad log p(theta). */
  readonly priorCorrection: Score;
  /**
   * Whether it is the score of the posterior of all observations, diffused, as reverse equations need it; Langevin steps do without.
   * Default: for n = 1 only.
   */
  readonly isDiffused?: boolean;
}

/** The whole score of a composition [B, D]: the sum of its terms; the caller owns it. */
export function totalScore(composed: ComposedScore, theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D {
  return tf.add(composed.observations(theta, level), composed.priorCorrection(theta, level));
}

/** Turns the scores of single observations into one for all of them. */
export interface Composition {
  /** Short name for records, such as `F-NPSE`. */
  readonly name: string;
  /** The composed score, of the observations' scores and the score theta [B, D] -> [B, D] of the prior. */
  compose(observations: ObservationScores, priorScore: (theta: tf.Tensor2D) => tf.Tensor2D): ComposedScore;
}
