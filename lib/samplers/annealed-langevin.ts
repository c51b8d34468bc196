import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount, requirePositive } from '../core/checks';
import { totalScore } from '../compose/composed-score';
import { loop } from '../graph/loop';
import { foldKey, randomNormal } from '../graph/random';
import { drawnFor } from './descent';
import { alphaAt } from './level-scalars';
import { levelSampler, type LevelParts, type LevelSamplerOptions, type LevelStep } from './level-sampler';
import { precisionStep } from './precision-step';
import type { Sampler } from './sampler';

/** Options of {@link annealedLangevin}. */
export interface AnnealedLangevinOptions extends LevelSamplerOptions {
  /** L, Langevin steps at each level. Default 50, the paper's. */
  readonly steps?: number;
  /** The factor of delta_t, positive. Default 0.05, the paper's; not beside `accuracy`. */
  readonly stepSize?: number;
  /**
   * Steps as long as the extreme eigenvalues m and M of the precision of a level's density allow for a bias of at most
   * so many of its narrowest standard deviations a direction: delta_t = 2 (accuracy m / (1.65 M))^2 / M. Default: the
   * paper's steps.
   */
  readonly accuracy?: number;
  /**
   * With `accuracy`, whether steps are taken in coordinates in which the level's density is round, where m = M = 1.
   * Default true.
   */
  readonly preconditioned?: boolean;
}

/**
 * Annealed Langevin dynamics: at each level L times theta <- theta + delta_t / 2 s(theta, t) + sqrt(delta_t) eta, eta ~
 * N(0, I), with delta_t = stepSize (1 - alpha_t) / sqrt(alpha_t) or, with `accuracy`, by the precision of the level's
 * density, which is then taken over the particles, of which it wants some hundred.
 *
 * L (T - 1) score evaluations per particle.
 *
 * @param settings see {@link AnnealedLangevinOptions}.
 * @throws InvalidInputError for options outside of their ranges, and for a step size beside an accuracy.
 * Source: Geffner et al., Algorithm 1 and appendix B.1; Touron et al. (2026), arXiv 2605.21253, for steps by the
 * precision.
 * @example
 * const theta = await posterior.sample(500, { seed: 3, sampler: annealedLangevin({ steps: 5 }) }); // shape [500, 2]
 */
export function annealedLangevin(settings: AnnealedLangevinOptions = {}): Sampler {
  const {
    steps = 50,
    stepSize,
    accuracy,
    preconditioned = true,
    ...options
  } = objectOf('annealedLangevin: options', settings);
  requireCount('annealedLangevin steps', steps);
  if (accuracy === undefined) return ofSteps(`${steps},${checkedSize(stepSize)}`, steps, bySize(stepSize), options);
  requirePositive('annealedLangevin accuracy', accuracy);
  demand('annealedLangevin stepSize', stepSize === undefined, 'none beside an accuracy', stepSize);
  const byPrecision: LevelParts['step'] = (target, levels, t, theta, key, s) =>
    precisionStep(target, theta, levels.at(t), randomNormal<tf.Tensor2D>(foldKey(key, s), theta.shape), {
      accuracy,
      preconditioned,
    });
  const id = `${steps},accuracy ${accuracy}${preconditioned ? '' : ',not preconditioned'}`;
  return ofSteps(id, steps, byPrecision, options, true);
}

function checkedSize(stepSize = 0.05): number {
  requirePositive('annealedLangevin stepSize', stepSize);
  return stepSize;
}

/** The paper's step. */
function bySize(stepSize?: number): LevelParts['step'] {
  const size = checkedSize(stepSize);
  return (target, levels, t, theta, key, s) => {
    const { alpha, beta } = alphaAt(levels, t);
    const delta = tf.mul(size, tf.div(beta, tf.sqrt(alpha)));
    const noise = randomNormal<tf.Tensor2D>(foldKey(key, s), theta.shape);
    return tf.addN([
      theta,
      tf.mul(tf.div(delta, 2), totalScore(target, theta, levels.at(t))),
      tf.mul(tf.sqrt(delta), noise),
    ]) as tf.Tensor2D;
  };
}

function ofSteps(
  id: string,
  count: number,
  one: LevelParts['step'],
  options: LevelSamplerOptions,
  poolsParticles = false,
): Sampler {
  // a score that is drawn at random is drawn anew for each step
  const drawn: LevelParts['step'] = (target, levels, t, theta, key, s) =>
    one(drawnFor(target, s, key), levels, t, theta, key, s);
  const parts: LevelParts = { name: 'Langevin step', count, step: drawn };
  const step: LevelStep = {
    name: `annealedLangevin(${id})`,
    callsPerLevel: count,
    poolsParticles,
    parts,
    step: (target, levels, t, theta, key) =>
      loop(count, theta, (s, particles) => drawn(target, levels, t, particles, key, s)),
  };
  return levelSampler(step, options);
}
