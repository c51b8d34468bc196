import type * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../diffusion/noise-level';
import type { Key } from '../../graph/random';
import type { WeightSpec, Weights } from '../network';

/**
 * A network that predicts the noise eps in theta_t = meanCoeff theta + std eps from (theta_t, t, x).
 *
 * The head's first layer is a sum of products, one for each embedding, so that for n observations and B particles x is
 * embedded n times, theta B times and t once, and only the head sees B n rows.
 */
export interface ScoreNetwork {
  /** All weights, in order. */
  readonly weights: readonly WeightSpec[];
  /** The head's first-layer share of theta [B, D] -> [B, width]. */
  embedTheta(weights: Weights, theta: tf.Tensor2D): tf.Tensor2D;
  /** The head's first-layer share of x [n, L] -> [n, width]. */
  embedX(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
  /** Its share of theta's distance from a Gaussian, in standard deviations, [B, D] -> [B, width]; linear. */
  embedDistance?(weights: Weights, distance: tf.Tensor2D): tf.Tensor2D;
  /** The head's first-layer share of t [B or 1, 1] -> [B or 1, width]. */
  embedTime(weights: Weights, level: NoiseLevel): tf.Tensor2D;
  /**
   * The head's residual layers on the sum of the shares, [R, width] -> [R, width]; with a `key`, as in training, with
   * dropout.
   */
  trunk(weights: Weights, sum: tf.Tensor2D, key?: Key): tf.Tensor2D;
  /**
   * The head's linear last layer, [R, width] -> [R, D]; of a sum of `terms` trunk outputs it gives the sum of their
   * noises.
   */
  last(weights: Weights, hidden: tf.Tensor2D, terms?: number): tf.Tensor2D;
}

/** A network by name, with its settings; JSON, so that a saved estimator keeps its own. */
export interface NetworkSpec {
  /** Which network. */
  readonly name: 'denoising' | 'paper';
  readonly [setting: string]: unknown;
}

/** What a network is built for. */
export interface NetworkPurpose {
  /** D parameters and L data values. */
  readonly dims: { readonly theta: number; readonly x: number };
  /** Whether there is a Gaussian whose distance from theta it may see. */
  readonly seesDistance: boolean;
  /** Whether it corrects an estimate that is known in closed form, and so should start as the zero function. */
  readonly isCorrection: boolean;
}

/** A network before it is known what it is for: `denoisingNetwork({ ... })` or `paperNetwork({ ... })`. */
export interface NetworkDefinition {
  /** Its name and settings. */
  readonly spec: NetworkSpec;
  /**
   * The network for a purpose.
   * @throws InvalidInputError for settings that do not fit the purpose.
   */
  build(purpose: NetworkPurpose): ScoreNetwork;
  /** The same where there are more pairs than can be overfitted: without dropout, unless it was asked for. */
  unregularised(): NetworkDefinition;
}
