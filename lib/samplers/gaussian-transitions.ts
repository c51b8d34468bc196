import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../core/checks';
import { randomNormal } from '../graph/random';
import { alphaAt } from './level-scalars';
import { levelSampler, type LevelSamplerOptions, type LevelStep } from './level-sampler';
import type { Sampler } from './sampler';

/**
 * Gaussian transitions: theta_{t-1} ~ N(mu_t, sigma_t^2 I) with sigma_t^2 = beta_t / (n - alpha_t (n - 1)), mu_jt =
 * (theta + (1 - alpha_t) s(theta, t, x_j)) / sqrt(alpha_t) and mu_t = (sum_j mu_jt - (n - 1) sqrt(alpha_t) theta) / (n
 * - alpha_t (n - 1)) + sigma_t^2 (1 - n) (T - t) / T grad log p(theta).
 *
 * The sum over mu_jt needs only the sum of the scores. T - 1 score evaluations per particle. For n = 1 it is the
 * ancestral sampler of a variance-preserving diffusion.
 *
 * At level t it takes deviations along an eigenvector of the bridging density's precision, of eigenvalue lambda, about
 * times 1 - sigma_t^2 lambda. For many observations that are informative, sigma_t^2 lambda exceeds 2 and deviations
 * grow: sampling then warns, or throws where they leave all bounds. `predictorCorrector()` holds there, and so may more
 * levels.
 *
 * Here n is the precision of the target's reference N(0, I / n), which for the factorised composition is the number of
 * observations; for the score of a diffused density it is 1.
 *
 * @param options `levels`, default those of the estimator.
 * @throws InvalidInputError for invalid options.
 * Source: Geffner et al., Algorithm 2 and equation (16).
 * @example
 * const theta = await posterior.sample(500, { seed: 3, sampler: gaussianTransitions() }); // shape [500, 2]
 */
export function gaussianTransitions(options: LevelSamplerOptions = {}): Sampler {
  return levelSampler(gaussianTransition, objectOf('gaussianTransitions: options', options));
}

/** The step of {@link gaussianTransitions}. */
export const gaussianTransition: LevelStep = {
  name: 'gaussianTransitions',
  callsPerLevel: 1,
  poolsParticles: false,
  step: (target, levels, t, theta, key) => {
    const n = target.referencePrecision;
    const level = levels.at(t);
    const { alpha, beta } = alphaAt(levels, t);
    const root = tf.sqrt(alpha);
    // n - alpha (n - 1) = 1 + (n - 1) beta, without the cancellation
    const width = tf.add(1, tf.mul(n - 1, beta));
    const variance = tf.div(beta, width);
    const sumOfMeans = tf.div(tf.add(tf.mul(n, theta), tf.mul(beta, target.observations(theta, level))), root);
    const mean = tf.div(tf.sub(sumOfMeans, tf.mul(tf.mul(n - 1, root), theta)), width);
    const noise = randomNormal<tf.Tensor2D>(key, theta.shape);
    return tf.addN([
      mean,
      tf.mul(variance, target.priorCorrection(theta, level)),
      tf.mul(tf.sqrt(variance), noise),
    ]) as tf.Tensor2D;
  },
  overshoot: (before, after) => {
    const centred = tf.sub(before, tf.mean(before, 0));
    const squares = tf.add(tf.sum(tf.square(centred), 0), 1e-30);
    return tf.max(tf.sub(1, tf.div(tf.sum(tf.mul(centred, after), 0), squares))) as tf.Scalar;
  },
};
