import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireNumber } from '../core/checks';
import { totalScore } from '../compose/composed-score';
import { loop } from '../graph/loop';
import { foldKey, randomNormal, splitKey } from '../graph/random';
import { gaussianTransition } from './gaussian-transitions';
import { fisherCoordinates } from './fisher-coordinates';
import { alphaAt } from './level-scalars';
import { levelSampler, type LevelSamplerOptions, type LevelStep } from './level-sampler';
import type { Sampler } from './sampler';

/**
 * Gaussian transitions (Algorithm 2) as the predictor, with Langevin corrections at each level that follow the width of
 * the bridging density.
 *
 * For particles that follow the density at a level, the mean of s s^T is its Fisher information F; for a Gaussian, its
 * inverse covariance. A correction is theta <- theta + r/2 R^T R s + sqrt(r (1 - r/4)) R^T eta with R F R^T = I, a
 * Langevin step in the coordinates in which the density is round: the factor 1 - r/4 makes the stationary law of a
 * Gaussian exact at any r, where the plain Langevin step would widen it by 1 / (1 - r/4). A wrong width is multiplied
 * by 1 - r at each step, so r = 1 is also the steadiest.
 *
 * Algorithm 2 multiplies deviations along an eigenvector of F by about 1 - sigma_t^2 lambda at level t, which explodes
 * where sigma_t^2 lambda exceeds 2, as it does for many observations that are informative. The predictor is left out at
 * levels where it exceeds 1: the corrections follow the bridging density there by themselves.
 *
 * (1 + corrections) (T - 1) score evaluations per particle. F is taken over the particles, so it wants at least some
 * hundred.
 *
 * @param corrections Langevin steps at each level. Default 1.
 * @param relativeStep r, in (0, 1.5]. Default 1, which halves the distance to the stationary mean at each step.
 * @param options `levels`: the levels that it goes down. Default: those of the estimator.
 * @throws InvalidInputError for options outside of these ranges.
 * @example
 * const theta = await posterior.sample(1_000, { seed: 3, sampler: predictorCorrector({ corrections: 2 }) });
 */
export function predictorCorrector(
  settings: LevelSamplerOptions & { corrections?: number; relativeStep?: number } = {},
): Sampler {
  const { corrections = 1, relativeStep = 1, ...options } = objectOf('predictorCorrector: options', settings);
  const remedy = 'gaussianTransitions() is the predictor alone.';
  requireCount('predictorCorrector corrections', corrections, 1, remedy);
  const isInRange = (step: number): boolean => step > 0 && step <= 1.5;
  requireNumber('predictorCorrector relativeStep', relativeStep, 'a number in (0, 1.5]', isInRange);
  const step: LevelStep = {
    name: `predictorCorrector(${corrections},${relativeStep})`,
    callsPerLevel: 1 + corrections,
    poolsParticles: true,
    step: (target, levels, t, theta, key) => {
      const level = levels.at(t);
      const [correctorKey, predictorKey] = splitKey(key, 2);
      const { particles: corrected, steepest } = loop(
        corrections,
        { particles: theta, steepest: tf.scalar(0) as tf.Tensor },
        (s, { particles }) => {
          const score = totalScore(target, particles, level);
          const noise = randomNormal<tf.Tensor2D>(foldKey(correctorKey, s), theta.shape);
          const round = fisherCoordinates(score);
          const next = [
            particles,
            tf.mul(relativeStep / 2, round.drift(score)),
            tf.mul(Math.sqrt(relativeStep * (1 - relativeStep / 4)), round.spread(noise)),
          ];
          return { particles: tf.addN(next) as tf.Tensor2D, steepest: round.steepest() };
        },
      );
      const { beta } = alphaAt(levels, t);
      const isStable = tf.lessEqual(
        tf.mul(steepest, tf.div(beta, tf.add(1, tf.mul(target.referencePrecision - 1, beta)))),
        1,
      );
      return tf.where(
        isStable,
        gaussianTransition.step(target, levels, t, corrected, predictorKey),
        corrected,
      ) as tf.Tensor2D;
    },
  };
  return levelSampler(step, options);
}
