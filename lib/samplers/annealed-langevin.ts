import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requirePositive } from '../core/checks';
import { totalScore } from '../compose/composed-score';
import { loop } from '../graph/loop';
import { foldKey, randomNormal } from '../graph/random';
import { alphaAt } from './level-scalars';
import { levelSampler, type LevelParts, type LevelSamplerOptions, type LevelStep } from './level-sampler';
import type { Sampler } from './sampler';

/**
 * Annealed Langevin dynamics: at each level L times theta <- theta + delta_t / 2 s(theta, t) + sqrt(delta_t) eta, eta ~
 * N(0, I), with delta_t = stepSize (1 - alpha_t) / sqrt(alpha_t).
 *
 * L (T - 1) score evaluations per particle.
 *
 * @param steps L. Default 50, the paper's.
 * @param stepSize the factor of delta_t, positive. Default 0.05, the paper's.
 * @param options `levels`: the levels that it goes down. Default: those of the estimator.
 * @throws InvalidInputError for options outside of these ranges.
 * Source: Geffner et al., Algorithm 1 and appendix B.1.
 * @example
 * const theta = await posterior.sample(500, { seed: 3, sampler: annealedLangevin({ steps: 5 }) }); // shape [500, 2]
 */
export function annealedLangevin(settings: LevelSamplerOptions & { steps?: number; stepSize?: number } = {}): Sampler {
  const { steps = 50, stepSize = 0.05, ...options } = objectOf('annealedLangevin: options', settings);
  requireCount('annealedLangevin steps', steps);
  requirePositive('annealedLangevin stepSize', stepSize);
  const parts: LevelParts = {
    name: 'Langevin step',
    count: steps,
    step: (target, levels, t, theta, key, s) => {
      const { alpha, beta } = alphaAt(levels, t);
      const delta = tf.mul(stepSize, tf.div(beta, tf.sqrt(alpha)));
      const noise = randomNormal<tf.Tensor2D>(foldKey(key, s), theta.shape);
      return tf.addN([
        theta,
        tf.mul(tf.div(delta, 2), totalScore(target, theta, levels.at(t))),
        tf.mul(tf.sqrt(delta), noise),
      ]) as tf.Tensor2D;
    },
  };
  const step = {
    name: `annealedLangevin(${steps},${stepSize})`,
    callsPerLevel: steps,
    poolsParticles: false,
    parts,
    step: (...[target, levels, t, theta, key]: Parameters<LevelStep['step']>) =>
      loop(steps, theta, (s, particles) => parts.step(target, levels, t, particles, key, s)),
  };
  return levelSampler(step, options);
}
