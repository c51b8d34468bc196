import * as tf from '@tensorflow/tfjs';
import { standardisedPlaces, standardisedWidths, type DiffusedDensity } from './diffused-density';
import type { NoiseLevel } from './noise-level';
import { halfLogTwoPi, leastNoise, normalOverInterval } from './normal-over-interval';

/** A normal law on a finite box, independent over the dimensions, with the log mass of the whole normal law there. */
export interface TruncatedNormalBox {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly logMass: number;
}

/**
 * N(mean, diag(std^2)) restricted to a finite box, diffused: the diffused normal law times the probability of the box
 * given theta_t, which is that of N(m, v) with v = (s std)^2 / V, m = mean + a std^2 (theta_t - a mean) / V and
 * V = (a std)^2 + s^2, over the probability of the box.
 */
export function diffusedTruncatedNormal(law: TruncatedNormalBox): DiffusedDensity {
  const { mean, std, lower, upper, logMass } = law;
  return {
    dim: mean.length,
    logProb: (theta, level) =>
      tf.tidy(() => {
        const { centred, variance, spread, half, logMean } = givenNoisy(law, theta, level);
        const normal = tf.sub(
          tf.div(tf.div(tf.square(centred), variance), -2),
          tf.add(tf.div(tf.log(variance), 2), halfLogTwoPi),
        );
        const logBox = tf.add(logMean, tf.sub(tf.log(tf.mul(2, half)), tf.log(spread)));
        return tf.sub(tf.sum(tf.add(normal, logBox), 1), logMass) as tf.Tensor1D;
      }),
    score: (theta, level) =>
      tf.tidy(() => {
        const { centred, variance, spread, shrinkage, slope } = givenNoisy(law, theta, level);
        return tf.neg(tf.add(tf.div(centred, variance), tf.div(tf.mul(slope, shrinkage), spread))) as tf.Tensor2D;
      }),
    standardised: (centre, scale) =>
      diffusedTruncatedNormal({
        mean: standardisedPlaces(mean, centre, scale),
        std: standardisedWidths(std, scale),
        lower: standardisedPlaces(lower, centre, scale),
        upper: standardisedPlaces(upper, centre, scale),
        logMass,
      }),
  };
}

/** The law of the parameters given noisy ones, and how it fills the box. */
function givenNoisy(
  { mean, std, lower, upper }: TruncatedNormalBox,
  theta: tf.Tensor2D,
  { meanCoeff, std: level }: NoiseLevel,
) {
  const row = (values: readonly number[]): tf.Tensor2D => tf.tensor2d([[...values]]);
  const noise = tf.maximum(level, leastNoise);
  const variance = tf.add(tf.square(tf.mul(meanCoeff, row(std))), tf.square(noise));
  const centred = tf.sub(theta, tf.mul(meanCoeff, row(mean)));
  const shrinkage = tf.div(tf.mul(meanCoeff, tf.square(row(std))), variance);
  const spread = tf.div(tf.mul(noise, row(std)), tf.sqrt(variance));
  const expected = tf.add(row(mean), tf.mul(shrinkage, centred));
  const half = row(lower.map((low, i) => (upper[i] - low) / 2));
  const middle = row(lower.map((low, i) => (upper[i] + low) / 2));
  const inUnits = (length: tf.Tensor): tf.Tensor2D => tf.div(length, spread);
  const interval = {
    centre: inUnits(tf.sub(middle, expected)),
    half: inUnits(half),
    gap: inUnits(tf.maximum(tf.sub(expected, row(upper)), tf.sub(row(lower), expected))),
  };
  return { centred, variance, shrinkage, spread, half, ...normalOverInterval(interval) };
}
