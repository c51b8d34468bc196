import * as tf from '@tensorflow/tfjs';

/**
 * How far theta is diffused: p_t(theta_t | theta) = N(meanCoeff theta, std^2 I).
 *
 * Each entry is a column, [1, 1] where all rows share the level, or [B, 1] where each row has its own.
 */
export interface NoiseLevel {
  /** Diffusion time from 0 (data) to 1 (noise); t / T of a discrete sequence. */
  readonly t: tf.Tensor2D;
  /** The mean factor sqrt(gamma_t). */
  readonly meanCoeff: tf.Tensor2D;
  /** The noise's standard deviation sqrt(1 - gamma_t). */
  readonly std: tf.Tensor2D;
}

/**
 * The score of a diffused density: (theta [B, D], level) -> gradient of log p_t at theta, [B, D]. Works eagerly and
 * inside a recording.
 */
export type Score = (theta: tf.Tensor2D, level: NoiseLevel) => tf.Tensor2D;
