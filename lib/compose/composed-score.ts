import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel, Score } from '../diffusion/noise-level';

/** The scores of the posteriors of n single observations, as a learned or exact model gives them. */
export interface ObservationScores {
  /** n. */
  readonly n: number;
  /** D. */
  readonly dim: number;
  /** sum_j s(theta, t, x_j), [B, D]. */
  readonly sum: Score;
}

/** A score for all observations at once, kept in its two terms, because Algorithm 2 scales them differently. */
export interface ComposedScore {
  readonly n: number;
  readonly dim: number;
  /** sum_j s(theta, t, x_j). */
  readonly observations: Score;
  /** (1 - n) (T - t) / T grad log p(theta). */
  readonly priorCorrection: Score;
}

/** The whole score of a composition: the sum of its terms. */
export function totalScore(composed: ComposedScore, theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D {
  return tf.add(composed.observations(theta, level), composed.priorCorrection(theta, level));
}

/** Turns the scores of single observations into one for all of them. */
export interface Composition {
  /** Short name for records, such as `F-NPSE`. */
  readonly name: string;
  compose(observations: ObservationScores, priorScore: (theta: tf.Tensor2D) => tf.Tensor2D): ComposedScore;
}
