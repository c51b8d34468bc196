import * as tf from '@tensorflow/tfjs';
import { standardisedPlaces, standardisedWidths, type DiffusedDensity } from './diffused-density';
import { logisticWithNoise } from './logistic-with-noise';
import type { NoiseLevel } from './noise-level';

/**
 * Independent logistic laws, diffused: theta_i = location_i + scale_i l with the standard logistic density
 * e^-l / (1 + e^-l)^2 of l. It is what a uniform box becomes in its unconstrained parameters.
 * @param location D numbers.
 * @param scale D positive numbers.
 * @example
 * diffusedLogistic([0, 0], [1, 2]).score(theta, vpLevels().at(tf.scalar(100, 'int32'))); // shape [1000, 2]
 */
export function diffusedLogistic(location: readonly number[], scale: readonly number[]): DiffusedDensity {
  const at = (theta: tf.Tensor2D, { meanCoeff, std }: NoiseLevel) => {
    const width = tf.mul(meanCoeff, tf.tensor2d([[...scale]]));
    const unit = tf.maximum(width, std) as tf.Tensor2D;
    const centred = tf.sub(theta, tf.mul(meanCoeff, tf.tensor2d([[...location]])));
    const [x, share, noise] = [centred, width, std].map((part) => tf.div(part, unit) as tf.Tensor2D);
    return { unit, ...logisticWithNoise(x, share, noise) };
  };
  return {
    dim: location.length,
    logProb: (theta, level) =>
      tf.tidy(() => {
        const { unit, logProb } = at(theta, level);
        return tf.sum(tf.sub(logProb, tf.log(unit)), 1) as tf.Tensor1D;
      }),
    score: (theta, level) =>
      tf.tidy(() => {
        const { unit, slope } = at(theta, level);
        return tf.div(slope, unit) as tf.Tensor2D;
      }),
    standardised: (mean, std) =>
      diffusedLogistic(standardisedPlaces(location, mean, std), standardisedWidths(scale, std)),
  };
}
