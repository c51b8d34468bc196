import * as tf from '@tensorflow/tfjs';
import { objectOf, requireNumber } from '../core/checks';
import { randomNormal, splitKey } from '../graph/random';
import { logProbOf, type Kernel } from './kernel';
import { metropolis } from './metropolis';
import { robbinsMonro } from './step-adaptation';

/**
 * Random-walk Metropolis: theta' = theta + step spread eta with eta ~ N(0, I), accepted with probability
 * min(1, p(theta') / p(theta)).
 *
 * Warm-up leads the mean acceptance to `targetAcceptance` (Robbins-Monro on log step, from 2.38 / sqrt(D)) and
 * estimates the spread of each direction from all chains. A transition costs one density and no score; a nearly
 * independent draw takes D transitions or more.
 * @param targetAcceptance the mean acceptance that warm-up aims at, in (0, 1). Default 0.234.
 * @throws InvalidInputError for a number out of this range.
 * Source: Roberts, Gelman and Gilks, "Weak convergence and optimal scaling of random walk Metropolis algorithms";
 * Andrieu and Thoms, "A tutorial on adaptive MCMC", algorithm 4, with the chains' pooled diagonal covariance.
 * @example
 * const options = { initial: prior, chains: 20, warmup: 100, draws: 100, thin: 20, seed: 1 };
 * const run = await sampleChains(exact, randomWalkMetropolis(), options);
 * run.samples; // shape [2000, 2]
 */
export function randomWalkMetropolis(options: { targetAcceptance?: number } = {}): Kernel {
  const { targetAcceptance = 0.234 } = objectOf('randomWalkMetropolis: options', options);
  requireNumber(
    'randomWalkMetropolis: targetAcceptance',
    targetAcceptance,
    'a number in (0, 1)',
    (share) => share > 0 && share < 1,
  );
  return {
    id: `randomWalkMetropolis(${targetAcceptance})`,
    inverseTemperatures: [1],
    stepRule: robbinsMonro(targetAcceptance),
    at: (density, theta) => ({ theta: theta.clone(), logProb: logProbOf(density, theta) }),
    firstStep: (_, __, spread) => tf.fill([spread.shape[0]], Math.log(2.38 / Math.sqrt(spread.shape[1]))),
    transition: ({ density, coldness }, point, { step, spread }, key) => {
      const [noiseKey, choiceKey] = splitKey(key, 2);
      const noise = randomNormal<tf.Tensor2D>(noiseKey, point.theta.shape);
      const theta = tf.add(point.theta, tf.mul(tf.mul(step, spread), noise)) as tf.Tensor2D;
      const proposed = { theta, logProb: logProbOf(density, theta) };
      const logRatio = tf.mul(coldness, tf.sub(proposed.logProb, point.logProb)) as tf.Tensor1D;
      return metropolis(point, proposed, { logRatio, diverged: tf.isNaN(logRatio) }, choiceKey);
    },
  };
}
