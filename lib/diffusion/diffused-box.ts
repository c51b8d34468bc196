import * as tf from '@tensorflow/tfjs';
import { standardisedPlaces, type DiffusedDensity } from './diffused-density';
import type { NoiseLevel } from './noise-level';
import { leastNoise, normalOverInterval } from './normal-over-interval';

/**
 * The uniform law on the box lower <= theta <= upper, diffused: in each dimension the mean of N(theta_t; a theta, s^2)
 * over theta in [lower, upper], a difference of two error functions. In logarithms, so that the score is right also
 * where the density underflows.
 * @param lower D numbers.
 * @param upper D numbers above `lower`.
 * @example
 * diffusedBox([-1, -1], [1, 1]).score(theta, vpLevels().at(tf.scalar(100, 'int32'))); // shape [1000, 2]
 */
export function diffusedBox(lower: readonly number[], upper: readonly number[]): DiffusedDensity {
  const middle = lower.map((low, i) => (low + upper[i]) / 2);
  const half = lower.map((low, i) => (upper[i] - low) / 2);
  const at = (theta: tf.Tensor2D, { meanCoeff, std }: NoiseLevel) => {
    const noise = tf.maximum(std, leastNoise);
    const row = (values: readonly number[]): tf.Tensor => tf.mul(meanCoeff, tf.tensor2d([[...values]]));
    const inUnits = (length: tf.Tensor): tf.Tensor2D => tf.div(length, noise);
    const interval = {
      centre: inUnits(tf.sub(theta, row(middle))),
      half: inUnits(row(half)),
      gap: inUnits(tf.maximum(tf.sub(theta, row(upper)), tf.sub(row(lower), theta))),
    };
    return { noise, ...normalOverInterval(interval) };
  };
  return {
    dim: lower.length,
    logProb: (theta, level) =>
      tf.tidy(() => {
        const { noise, logMean } = at(theta, level);
        return tf.sum(tf.sub(logMean, tf.log(noise)), 1) as tf.Tensor1D;
      }),
    score: (theta, level) =>
      tf.tidy(() => {
        const { noise, slope } = at(theta, level);
        return tf.div(slope, noise) as tf.Tensor2D;
      }),
    standardised: (mean, std) =>
      diffusedBox(standardisedPlaces(lower, mean, std), standardisedPlaces(upper, mean, std)),
  };
}
