/** How continuous training weighs its levels: values for `continuous(diffusion, { weighting })`. */
import * as tf from '@tensorflow/tfjs';
import { requireFunction } from '../core/checks';
import type { Diffusion } from '../diffusion/diffusion';
import type { NoiseLevel } from '../diffusion/noise-level';
import { randomNormal, randomUniform } from '../graph/random';
import { squaredNorm, type LevelLaw, type LevelWeighting, type NoiseErrorLoss } from './level-law';

/** A weighting of the levels of continuous training, lambda(t) |s - s*|^2 with t uniform unless it says otherwise. */
export interface Weighting {
  /** Its name in a saved estimator. */
  readonly name: string;
  /**
   * The levels of a diffusion that preserves variance, or of the twin of another, and what errors of their noise count.
   * @param toOutput errors of the noise as errors of the network's output.
   */
  levels(diffusion: Diffusion, toOutput: (error: tf.Tensor2D, level: NoiseLevel) => tf.Tensor2D): LevelWeighting;
}

const balancedMean = -1.2;
const balancedStd = 1.4;

/**
 * Errors of the network's output, which is scaled to be of one size at all levels, with log noise ratios
 * log(std / meanCoeff) ~ N(-1.2, 1.4^2): the levels at which a posterior takes shape.
 * Source: Karras et al. (2022), table 1, with a wider law.
 * @example
 * continuous(vpLinear(), { weighting: weightings.balanced() }).spec.name; // 'continuous'
 */
export function balanced(): Weighting {
  return {
    name: 'balanced',
    levels: (diffusion, toOutput) => {
      const [lowest, highest] = ratiosOf(diffusion);
      return {
        law: (key, count) => {
          const u = tf.add(balancedMean, tf.mul(balancedStd, randomNormal(key, [count])));
          return diffusion.atLogRatio(tf.clipByValue(u, lowest, highest));
        },
        errorLoss: (error, level) => squaredNorm(toOutput(error, level)),
      };
    },
  };
}

/**
 * lambda = std^2: each level's error of the noise counts alike.
 * @example
 * continuous(vpLinear(), { weighting: weightings.noise() }).spec.name; // 'continuous'
 */
export function noise(): Weighting {
  return timeUniform('noise', squaredNorm);
}

/**
 * lambda = g^2, which bounds the likelihood of the flow's samples and makes more of small noise.
 *
 * Its weight beside that of {@link noise} is g^2 / std^2 = 2 du/dt, with the log noise ratio u, which is u uniform: the
 * same loss with far less variance.
 * Source: Song et al. (2021), "Maximum likelihood training of score-based diffusion models", sections 4 and 4.3.
 * @example
 * continuous(vpLinear(), { weighting: weightings.likelihood() }).spec.name; // 'continuous'
 */
export function likelihood(): Weighting {
  return {
    name: 'likelihood',
    levels: (diffusion) => ({
      law: (key, count) => diffusion.atLogRatio(randomUniform(key, [count], ...ratiosOf(diffusion))),
      errorLoss: squaredNorm,
    }),
  };
}

/**
 * Errors of the velocity eps - theta of the straight path at the level's noise ratio, which flow matching learns.
 * Source: Lipman et al. (2023), "Flow matching for generative modeling".
 * @example
 * continuous(vpLinear(), { weighting: weightings.velocity() }).spec.name; // 'continuous'
 */
export function velocity(): Weighting {
  // on the straight path theta_t = (1 - t) theta + t eps: eps - theta = (eps - theta_t) / (1 - t), and
  // 1 - t = meanCoeff / (meanCoeff + std)
  return timeUniform('velocity', (error, { meanCoeff, std }) =>
    squaredNorm(tf.mul(error, tf.div(tf.add(meanCoeff, std), meanCoeff))),
  );
}

/**
 * A weighting of one's own.
 * @param lambda lambda(t), of levels in columns [B, 1], to [B, 1]: tfjs operations only.
 * @throws InvalidInputError for what is no function.
 * @example
 * continuous(vpLinear(), { weighting: weightings.custom(({ std }) => tf.square(std)) }).spec.name; // 'continuous'
 */
export function custom(lambda: (level: NoiseLevel) => tf.Tensor2D): Weighting {
  requireFunction('weightings.custom', lambda, 'a function (level) => lambda [B, 1]');
  return timeUniform('custom', (error, level) =>
    tf.mul(squaredNorm(error), tf.squeeze(tf.div(lambda(level), tf.square(level.std)), [1])),
  );
}

function timeUniform(name: string, errorLoss: NoiseErrorLoss): Weighting {
  const law =
    ({ earliest, latest, at }: Diffusion): LevelLaw =>
    (key, count) =>
      at(randomUniform(key, [count], earliest, latest));
  return { name, levels: (diffusion) => ({ law: law(diffusion), errorLoss }) };
}

/** The least and the largest log noise ratio. */
function ratiosOf({ earliest, latest, logRatio }: Diffusion): [number, number] {
  return [logRatio(earliest), logRatio(latest)];
}
