import * as tf from '@tensorflow/tfjs';
import type { Diffusion } from '../diffusion/diffusion';
import type { NoiseLevel } from '../diffusion/noise-level';
import type { VpLevels } from '../diffusion/vp-levels';
import { randomInteger, randomNormal, randomUniform, type Key } from '../graph/random';

/** The law of the levels that a network is trained on: `count` of them in columns [count, 1]. */
export type LevelLaw = (key: Key, count: number) => NoiseLevel;

/** What errors of the noise [B, D] at levels count, [B]. */
export type NoiseErrorLoss = (error: tf.Tensor2D, level: NoiseLevel) => tf.Tensor1D;

/** |error|^2, row by row. */
export function squaredNorm(error: tf.Tensor2D): tf.Tensor1D {
  return tf.sum(tf.square(error), 1);
}

/** The discrete levels t = 1, ..., T - 1, all as often. */
export function discreteLaw(levels: VpLevels): LevelLaw {
  return (key, count) => levels.at(randomInteger(key, [count], 1, levels.count));
}

/**
 * How continuous training weighs its levels, lambda(t) |s - s*|^2 with t uniform unless it says otherwise.
 *
 * - `balanced`: errors of the network's output, which is scaled to be of one size at all levels, with log noise ratios
 *   log(std / meanCoeff) ~ N(-1.2, 1.4^2): the levels at which a posterior takes shape.
 * - `noise`: lambda = std^2, each level's error of the noise counts alike.
 * - `likelihood`: lambda = g^2, which bounds the likelihood of the flow's samples and makes more of small noise.
 * - `velocity`: errors of the velocity eps - theta of the straight path at the level's noise ratio, which flow matching learns.
 * - a function: lambda itself, of levels in columns [B, 1], to [B, 1].
 *
 * Source: Karras et al. (2022), table 1, for `balanced`, with a wider law; Song et al. (2021), "Maximum likelihood training of score-based
 * diffusion models", section 4, for `likelihood`; Lipman et al. (2023), "Flow matching for generative modeling", for `velocity`.
 */
export type Weighting = 'balanced' | 'noise' | 'likelihood' | 'velocity' | ((level: NoiseLevel) => tf.Tensor2D);

/** The levels of training, and what errors there count. */
export interface LevelWeighting {
  readonly law: LevelLaw;
  readonly errorLoss: NoiseErrorLoss;
}

const balancedMean = -1.2;
const balancedStd = 1.4;

/**
 * The levels of a diffusion that preserves variance, or of the twin of another, and what errors of their noise count.
 *
 * The weight of `likelihood` beside that of `noise` is g^2 / std^2 = 2 du/dt, with the log noise ratio u, which is u uniform: the same loss
 * with far less variance (Song et al., 2021, section 4.3).
 * @param toOutput errors of the noise as errors of the network's output.
 */
export function weightedLevels(
  { earliest, latest, logRatio, ...diffusion }: Diffusion,
  weighting: Weighting,
  toOutput: (error: tf.Tensor2D, level: NoiseLevel) => tf.Tensor2D,
): LevelWeighting {
  const [lowest, highest] = [logRatio(earliest), logRatio(latest)];
  const timeUniform: LevelLaw = (key, count) => diffusion.at(randomUniform(key, [count], earliest, latest));
  switch (weighting) {
    case 'balanced':
      return {
        law: (key, count) => {
          const u = tf.add(balancedMean, tf.mul(balancedStd, randomNormal(key, [count])));
          return diffusion.atLogRatio(tf.clipByValue(u, lowest, highest));
        },
        errorLoss: (error, level) => squaredNorm(toOutput(error, level)),
      };
    case 'noise':
      return { law: timeUniform, errorLoss: squaredNorm };
    case 'likelihood':
      return {
        law: (key, count) => diffusion.atLogRatio(randomUniform(key, [count], lowest, highest)),
        errorLoss: squaredNorm,
      };
    case 'velocity':
      return {
        law: timeUniform,
        // on the straight path theta_t = (1 - t) theta + t eps, eps - theta = (eps - theta_t) / (1 - t), and 1 - t = meanCoeff / (meanCoeff + std)
        errorLoss: (error, { meanCoeff, std }) => squaredNorm(tf.mul(error, tf.div(tf.add(meanCoeff, std), meanCoeff))),
      };
    default:
      return {
        law: timeUniform,
        errorLoss: (error, level) =>
          tf.mul(squaredNorm(error), tf.squeeze(tf.div(weighting(level), tf.square(level.std)), [1])),
      };
  }
}
