import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../core/rows';
import { objectOf, requireCount, requireFunction } from '../core/checks';
import type { NoiseLevel, Score } from '../diffusion/noise-level';
import type { Key } from '../graph/random';
import type { ObservationGaussians } from './observation-gaussians';

/** The scores of the posteriors of n single observations, as a learned or exact model gives them. */
export interface ObservationScores {
  /** The number of observations, n. */
  readonly n: number;
  /** The number of parameters, D. */
  readonly dim: number;
  /** sum_j s(theta, t, x_j), [B, D]. */
  readonly sum: Score;
  /** s(theta, t, x_j) for each observation, [n, B, D]: n times the memory of the sum. */
  each(theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor3D;
  /** The sum over the observations whose numbers are `index`, an int32 vector, [B, D]. */
  subset(theta: tf.Tensor2D, level: NoiseLevel, index: tf.Tensor1D): tf.Tensor2D;
  /** The Gaussians about the single posteriors, for a composition that asks for them; of one observation not given. */
  readonly gaussians?: ObservationGaussians;
}

/** What is known of the prior, in the space in which the observations' scores live. */
export interface PriorScores {
  /** grad log p(theta), [B, D]. */
  score(theta: tf.Tensor2D): tf.Tensor2D;
  /** The score of the diffused prior, grad log p_t(theta), where it is known in closed form. */
  readonly diffusedScore?: Score;
}

/** A score for all observations at once, kept in its two terms, because Algorithm 2 scales them differently. */
export interface ComposedScore {
  /** The number of observations, n. */
  readonly n: number;
  /** The number of parameters, D. */
  readonly dim: number;
  /** The observations' term, such as sum_j s(theta, t, x_j). */
  readonly observations: Score;
  /** The prior's term, such as (1 - n) (T - t) / T grad log p(theta). */
  readonly priorCorrection: Score;
  /** Where the noise is all that is left, the density is N(0, I / referencePrecision). */
  readonly referencePrecision: number;
  /** Whether it is the score of a diffused density, as reverse equations need it; Langevin steps do without. */
  readonly isDiffused: boolean;
  /** Where the score is itself drawn at random: the score of another draw, which a sampler takes anew each round. */
  redrawn?(key: Key): ComposedScore;
  /** The variance of such a score's noise along each direction, [1, D]. */
  noiseVariance?(theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D;
}

/**
 * The whole score of a composition [B, D]: the sum of its terms; the caller owns it.
 * @throws InvalidInputError for what is no composed score.
 * @example
 * const score = diffusion.gaussianScore([0, 0], [[1, 0], [0, 1]]);
 * const composed = compose.diffusedTarget(2, score);
 * compose.totalScore(composed, tf.zeros([1, 2]), vpLevels().at(tf.scalar(1, 'int32'))); // [[0, 0]]
 */
export function totalScore(composed: ComposedScore, theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D {
  requireFunction('totalScore', composed?.observations, 'a composed score');
  requireTensor('totalScore: theta', theta, 'a tensor [B, D]');
  objectOf('totalScore: level', level, 'a noise level { meanCoeff, std }');
  return tf.add(composed.observations(theta, level), composed.priorCorrection(theta, level));
}

/**
 * The score of one diffused density as what samplers take.
 * @param dim the number of parameters, D.
 * @param score grad log p_t(theta), [B, D]; levels may differ from row to row.
 * @throws InvalidInputError for what is no score.
 * @example
 * const target = diffusedTarget(2, gaussianScore([0, 1], [[1, 0.5], [0.5, 1]]));
 * target.isDiffused; // true
 */
export function diffusedTarget(dim: number, score: Score): ComposedScore {
  requireCount('diffusedTarget: dim', dim);
  requireFunction('diffusedTarget: score', score, 'a function (theta, level) => a tensor [B, D]');
  return {
    n: 1,
    dim,
    observations: score,
    priorCorrection: (theta) => tf.zerosLike(theta),
    referencePrecision: 1,
    isDiffused: true,
  };
}

/** What a composition takes of observations and prior; what it does not name, it does not call. */
export interface CompositionNeeds {
  /** The observations' scores: their sum, that of a subset, or each of them. */
  readonly observations: 'sum' | 'subset' | 'each';
  /** The prior's score, or that of the diffused prior too, which not every prior has in closed form. */
  readonly prior: 'score' | 'diffused score';
  /**
   * The Gaussians about the single posteriors: of one covariance for all, of each its own, or of the prior's, where
   * only that is looked at. Default: none.
   */
  readonly gaussians?: 'shared' | 'each' | 'prior';
  /** Draws of each single posterior from which its covariance is taken, where that is not known otherwise. */
  readonly pilotDraws?: number;
}

/** Turns the scores of single observations into one for all of them. */
export interface Composition {
  /** Short name for records, such as `F-NPSE`. */
  readonly name: string;
  /** Name and settings: two compositions of the same id do the same, and share their compiled samplers. */
  readonly id: string;
  /** What `compose` takes of its arguments. */
  readonly needs: CompositionNeeds;
  /**
   * Whether the result for n observations is the score of a diffused density. It decides which samplers are allowed,
   * and which is the default: a reverse equation where it is, Langevin steps along the levels where it is not.
   */
  isDiffused(n: number): boolean;
  /** The composed score; recorded into the sampler's graph, so of tfjs operations only. */
  compose(observations: ObservationScores, prior: PriorScores): ComposedScore;
}
