import type * as tf from '@tensorflow/tfjs';
import { demand, requireEach } from '../core/checks';
import type { NoiseLevel, Score } from './noise-level';

/**
 * The law p of parameters after diffusion, in closed form: p_t(theta_t), the integral of
 * N(theta_t; meanCoeff theta, std^2 I) p(theta) over theta. Its functions can be recorded into graphs.
 */
export interface DiffusedDensity {
  /** D, the number of parameters. */
  readonly dim: number;
  /** log p_t [B] at theta_t [B, D], normalised. */
  logProb(theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor1D;
  /** grad log p_t [B, D] at theta_t [B, D]. */
  readonly score: Score;
  /**
   * The diffused law of y = (theta - mean) / std for theta from the same p. The noise is of one size in y, so this is
   * not the diffused law of theta in other units.
   * @param mean D numbers.
   * @param std D positive numbers.
   * @throws InvalidInputError for other numbers.
   */
  standardised(mean: readonly number[], std: readonly number[]): DiffusedDensity;
}

/** Places of D parameters in the coordinates y = (theta - mean) / std. */
export function standardisedPlaces(
  places: readonly number[],
  mean: readonly number[],
  std: readonly number[],
): number[] {
  demand('standardised: mean', mean.length === places.length, `${places.length} numbers`, `${mean.length}`);
  requireEach('standardised: mean', mean, 'finite numbers', Number.isFinite);
  return standardisedWidths(places, std).map((place, i) => place - mean[i] / std[i]);
}

/** Lengths along D parameters in the coordinates y = (theta - mean) / std. */
export function standardisedWidths(widths: readonly number[], std: readonly number[]): number[] {
  demand('standardised: std', std.length === widths.length, `${widths.length} numbers`, `${std.length}`);
  requireEach('standardised: std', std, 'positive numbers', (value) => value > 0 && Number.isFinite(value));
  return widths.map((width, i) => width / std[i]);
}
