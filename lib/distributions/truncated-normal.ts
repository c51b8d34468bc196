import * as tf from '@tensorflow/tfjs';
import { demand, requireEach } from '../core/checks';
import { diffusedTruncatedNormal } from '../diffusion/diffused-truncated-normal';
import { normalMass } from '../maths/normal-mass';
import type { Rng } from '../core/rng';
import { describedPrior } from './described-prior';
import type { ScoredPrior, Support } from './prior';
import { perDimension, type PerDimension } from './per-dimension';

/** A normal law on a box, with the log mass that the whole normal law has there. */
export interface TruncatedNormalPrior extends ScoredPrior {
  readonly support: Support;
  /** log P(lower <= theta <= upper) under N(mean, diag(std^2)). */
  readonly logMass: number;
}

/**
 * The law N(mean, diag(std^2)) restricted to the box lower <= theta <= upper: independent over the dimensions,
 * log p = log N(theta) - log P(box) inside, -Infinity outside; score = -(theta - mean) / std^2.
 *
 * Its diffused law is known for finite boxes; that of its unconstrained parameters is not.
 * @param parameters a number or one for each dimension; `std` positive, lower < upper, infinite sides allowed.
 * @throws InvalidInputError for sizes that differ, a std that is not positive, lower >= upper, or a box so far out that
 * its mass is zero in float64.
 * @example
 * truncatedNormal({ mean: [0, 2], std: 1, lower: -1, upper: 1 }).dim; // 2
 */
export function truncatedNormal(parameters: {
  readonly mean: PerDimension;
  readonly std: PerDimension;
  readonly lower: PerDimension;
  readonly upper: PerDimension;
}): TruncatedNormalPrior {
  const { mean, std, lower, upper } = perDimension('truncatedNormal', parameters);
  requireEach('truncatedNormal: mean', mean, 'finite numbers', Number.isFinite);
  requireEach('truncatedNormal: std', std, 'positive, finite numbers', (value) => value > 0 && Number.isFinite(value));
  requireEach('truncatedNormal: upper', upper, 'numbers above lower', (value, i) => value > lower[i]);
  const ends = mean.map((value, i) => ({ low: (lower[i] - value) / std[i], high: (upper[i] - value) / std[i] }));
  const logMass = ends.reduce((sum, { low, high }) => sum + Math.log(normalMass(low, high)), 0);
  demand(
    'truncatedNormal',
    Number.isFinite(logMass),
    'a box that has some mass under the normal law',
    `the box [${lower}] to [${upper}] around the mean [${mean}] with std [${std}]`,
  );
  const logNorm = std.reduce(
    (sum, value) => sum + Math.log(value),
    logMass + (mean.length / 2) * Math.log(2 * Math.PI),
  );
  return describedPrior('truncated normal', {
    dim: mean.length,
    support: { lower, upper },
    logMass,
    sample: (rng) => ends.map(({ low, high }, i) => mean[i] + std[i] * standardBetween(low, high, rng)),
    logProb: (theta) =>
      tf.tidy(() => {
        const inside = tf
          .logicalAnd(theta.greaterEqual(tf.tensor1d(lower)), theta.lessEqual(tf.tensor1d(upper)))
          .all(1);
        const z = theta.sub(tf.tensor1d(mean)).div(tf.tensor1d(std));
        const level = z.square().sum<tf.Tensor1D>(1).mul<tf.Tensor1D>(-0.5).sub<tf.Tensor1D>(logNorm);
        return tf.where(inside, level, tf.fill(level.shape, -Infinity)) as tf.Tensor1D;
      }),
    score: (theta) =>
      tf.tidy(() =>
        theta
          .sub(tf.tensor1d(mean))
          .neg()
          .div<tf.Tensor2D>(tf.tensor1d(std.map((value) => value * value))),
      ),
    ...([...lower, ...upper].every(Number.isFinite) && {
      diffused: diffusedTruncatedNormal({ mean, std, lower, upper, logMass }),
    }),
  });
}

/** A standard normal number between two ends, by rejection from whichever of three laws fits best (Robert, 1995). */
function standardBetween(low: number, high: number, rng: Rng): number {
  if (high < -low) return -standardBetween(-high, -low, rng);
  if (low <= 0 && high - low > 1.5) {
    for (;;) {
      const z = rng.normal();
      if (z >= low && z <= high) return z;
    }
  }
  const nearest = Math.max(low, 0);
  const rate = (nearest + Math.sqrt(nearest ** 2 + 4)) / 2;
  if (low > 0 && high - low > 1 / rate) {
    for (;;) {
      const z = low - Math.log(1 - rng.uniform()) / rate;
      if (z <= high && rng.uniform() <= Math.exp(-0.5 * (z - rate) ** 2)) return z;
    }
  }
  for (;;) {
    const z = rng.uniform(low, high);
    if (rng.uniform() <= Math.exp(0.5 * (nearest ** 2 - z ** 2))) return z;
  }
}
