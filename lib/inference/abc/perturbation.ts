import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../../core/rng';
import type { Prior } from '../../distributions/prior';
import { unconstrainedPrior } from '../../distributions/unconstrained-prior';
import { matrixVector, solveLower } from '../../maths/linalg';
import { resampling } from './abc-posterior';
import { spreadOf } from './kernel-smoothing';
import type { Population } from './particles';

/** A particle of a population, perturbed: the mixture sum_j w_j N(z; z_j, s C), C the population's covariance. */
export interface Perturbation {
  /** `count` draws [count, D], in unconstrained coordinates. */
  propose(count: number, source: Rng): Float64Array[];
  /** The logarithms of the importance weights p(z) / sum_j w_j N(z; z_j, s C) of draws. */
  logWeights(z: readonly Float64Array[]): number[];
}

/**
 * The law that the next population is drawn from. It lives in unconstrained coordinates, where every draw is within the
 * prior's support.
 * @param scale s, the kernel's variance in units of the population's.
 * Source: Beaumont, Cornuet, Marin and Robert (2009), "Adaptive approximate Bayesian computation", with s = 2.
 */
export function perturbation(prior: Prior, population: Population, scale: number): Perturbation {
  const { particles, weights } = population;
  const factor = spreadOf(population).map((row) => row.map((value) => Math.sqrt(scale) * value));
  const centres = particles.map(({ z }) => solveLower(factor, z));
  const pick = resampling(weights);
  const smooth = unconstrainedPrior(prior);
  const logMixture = (z: Float64Array): number => {
    const at = solveLower(factor, z);
    const logs = centres.map(
      (centre, j) => Math.log(weights[j]) - centre.reduce((sum, value, k) => sum + (at[k] - value) ** 2, 0) / 2,
    );
    const top = Math.max(...logs);
    return top + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - top), 0));
  };
  return {
    propose: (count, source) =>
      Array.from({ length: count }, () => {
        const { z } = particles[pick(source.uniform())];
        const noise = matrixVector(
          factor,
          Array.from(z, () => source.normal()),
        );
        return z.map((value, k) => value + noise[k]);
      }),
    logWeights: (z) => {
      if (z.length === 0) return [];
      const table = z.map((row) => Array.from(row));
      const logPrior = tf.tidy(() => smooth.logProb(tf.tensor2d(table)).dataSync<'float32'>());
      return z.map((row, i) => logPrior[i] - logMixture(row));
    },
  };
}
