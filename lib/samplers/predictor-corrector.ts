import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { totalScore } from '../compose/composed-score';
import { loop } from '../graph/loop';
import { foldKey, randomNormal, splitKey } from '../graph/random';
import { gaussianTransitions } from './gaussian-transitions';
import type { Sampler } from './sampler';

/**
 * Gaussian transitions (Algorithm 2) as the predictor, with Langevin corrections at each level that follow the width of the bridging density.
 *
 * For particles that follow the density at a level, the mean of s_d(theta)^2 is its Fisher information lambda_d in direction d, the
 * inverse square of its width there. A correction is theta <- theta + h/2 s + sqrt(h (1 - r/4)) eta with h_d = r / lambda_d: the factor
 * 1 - r/4 makes the stationary law of a Gaussian exact at any r, where the plain Langevin step would widen it by 1 / (1 - r/4).
 *
 * (1 + corrections) (T - 1) score evaluations per particle. The step's width is taken over the particles, so it wants at least some hundred.
 *
 * @param corrections Langevin steps at each level. Default 1.
 * @param relativeStep r, in (0, 2]. Default 1, which halves the distance to the stationary mean at each step.
 */
export function predictorCorrector({ corrections = 1, relativeStep = 1 }: { corrections?: number; relativeStep?: number } = {}): Sampler {
  if (!Number.isInteger(corrections) || corrections < 1) {
    throw new InvalidInputError('predictorCorrector corrections', { expected: 'a positive whole number', received: String(corrections), remedy: 'gaussianTransitions() is the predictor alone.' });
  }
  if (!(relativeStep > 0 && relativeStep <= 2)) throw new InvalidInputError('predictorCorrector relativeStep', { expected: 'a number in (0, 2]', received: String(relativeStep) });
  const predictor = gaussianTransitions();
  return {
    id: `predictorCorrector(${corrections},${relativeStep})`,
    callsPerLevel: 1 + corrections,
    step: (target, levels, t, theta, key) => {
      const level = levels.at(t);
      const [correctorKey, predictorKey] = splitKey(key, 2);
      const corrected = loop(corrections, theta, (s, particles) => {
        const score = totalScore(target, particles, level);
        const step = tf.div(relativeStep, tf.add(tf.mean(tf.square(score), 0, true), 1e-12));
        const noise = randomNormal(foldKey(correctorKey, s), particles.shape);
        return tf.addN([particles, tf.mul(tf.div(step, 2), score), tf.mul(tf.sqrt(tf.mul(step, 1 - relativeStep / 4)), noise)]) as tf.Tensor2D;
      });
      return predictor.step(target, levels, t, corrected, predictorKey);
    },
  };
}
