import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { totalScore } from '../compose/composed-score';
import { loop } from '../graph/loop';
import { foldKey, randomNormal, splitKey } from '../graph/random';
import { gaussianTransitions } from './gaussian-transitions';
import { inverseRoot } from './inverse-root';
import type { Sampler } from './sampler';

/** Particles per parameter from which on their second moments are taken in full; with fewer, direction by direction. */
const particlesPerParameter = 8;

/**
 * Gaussian transitions (Algorithm 2) as the predictor, with Langevin corrections at each level that follow the width of the bridging density.
 *
 * For particles that follow the density at a level, the mean of s s^T is its Fisher information F; for a Gaussian, its inverse covariance.
 * A correction is theta <- theta + r/2 R^T R s + sqrt(r (1 - r/4)) R^T eta with R F R^T = I, a Langevin step in the coordinates in which
 * the density is round: the factor 1 - r/4 makes the stationary law of a Gaussian exact at any r, where the plain Langevin step would
 * widen it by 1 / (1 - r/4). A wrong width is multiplied by 1 - r at each step, so r = 1 is also the steadiest.
 *
 * (1 + corrections) (T - 1) score evaluations per particle. F is taken over the particles, so it wants at least some hundred.
 *
 * @param corrections Langevin steps at each level. Default 1.
 * @param relativeStep r, in (0, 1.5]. Default 1, which halves the distance to the stationary mean at each step.
 * @throws InvalidInputError for options outside of these ranges.
 * @example
 * const theta = await posterior.sample(1_000, { seed: 3, sampler: predictorCorrector({ corrections: 2 }) });
 */
export function predictorCorrector({ corrections = 1, relativeStep = 1 }: { corrections?: number; relativeStep?: number } = {}): Sampler {
  if (!Number.isInteger(corrections) || corrections < 1) {
    throw new InvalidInputError('predictorCorrector corrections', { expected: 'a positive whole number', received: String(corrections), remedy: 'gaussianTransitions() is the predictor alone.' });
  }
  if (!(relativeStep > 0 && relativeStep <= 1.5)) throw new InvalidInputError('predictorCorrector relativeStep', { expected: 'a number in (0, 1.5]', received: String(relativeStep) });
  const predictor = gaussianTransitions();
  return {
    id: `predictorCorrector(${corrections},${relativeStep})`,
    callsPerLevel: 1 + corrections,
    step: (target, levels, t, theta, key) => {
      const level = levels.at(t);
      const [correctorKey, predictorKey] = splitKey(key, 2);
      const [count, dim] = theta.shape;
      const rounded = dim > 1 && count >= particlesPerParameter * dim ? roundInFull : roundByDirection;
      const corrected = loop(corrections, theta, (s, particles) => {
        const score = totalScore(target, particles, level);
        const noise = randomNormal<tf.Tensor2D>(foldKey(correctorKey, s), [count, dim]);
        const { drift, spread } = rounded(score, noise);
        return tf.addN([particles, tf.mul(relativeStep / 2, drift), tf.mul(Math.sqrt(relativeStep * (1 - relativeStep / 4)), spread)]) as tf.Tensor2D;
      });
      return predictor.step(target, levels, t, corrected, predictorKey);
    },
  };
}

/** Rows R^T R s and R^T eta for rows s and eta. */
type Rounding = (score: tf.Tensor2D, noise: tf.Tensor2D) => { drift: tf.Tensor; spread: tf.Tensor };

const roundInFull: Rounding = (score, noise) => {
  const root = inverseRoot(tf.div(tf.matMul(score, score, true), score.shape[0]));
  return { drift: tf.matMul(tf.matMul(score, root, false, true), root), spread: tf.matMul(noise, root) };
};

const roundByDirection: Rounding = (score, noise) => {
  const squares = tf.add(tf.mean(tf.square(score), 0, true), 1e-12);
  return { drift: tf.div(score, squares), spread: tf.div(noise, tf.sqrt(squares)) };
};
