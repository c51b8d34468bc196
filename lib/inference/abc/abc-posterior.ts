import * as tf from '@tensorflow/tfjs';
import { describedPosterior } from '../../contract/descriptions';
import type { Posterior } from '../../contract/posterior';
import { demand, objectOf, requireCount, requireFunction, requireNumber, requireOneOf } from '../../core/checks';
import { InterruptedError } from '../../core/errors';
import { rng } from '../../core/rng';
import { unconstrained } from '../../distributions/unconstrained';
import type { Prior } from '../../distributions/prior';
import { matrixVector } from '../../maths/linalg';
import { effectiveSize } from '../../maths/weighted-moments';
import { euclidean, type Distance } from './distance';
import { smoothingKernel } from './kernel-smoothing';
import { regressionAdjusted } from './local-regression';
import type { Population } from './particles';

/** What becomes of the accepted simulations. */
export interface AbcSettings {
  /** How far data are from the observation. Default: the Euclidean length of the scaled difference. */
  distance?: Distance;
  /** `linear` moves the particles by a local linear regression to where the observation is. Default `none`. */
  regression?: 'none' | 'linear';
  /**
   * `kernel` adds normal noise to draws, in the prior's unconstrained coordinates and of a bandwidth chosen by
   * cross-validation, so that draws outnumber particles. Default `none`: draws are particles.
   */
  smoothing?: 'none' | 'kernel';
}

/** The default settings of `abc.reject` and `abc.smc`. */
export const defaultSettings = {
  distance: euclidean,
  regression: 'none',
  smoothing: 'none',
} satisfies AbcSettings;

/** A posterior of accepted simulations: draws are these, by their weights. It has no density. */
export interface AbcPosterior extends Posterior {
  /** The largest distance of accepted data from the observation. */
  readonly tolerance: number;
  /** The weights of the accepted simulations; they sum to one. */
  readonly weights: readonly number[];
  /** 1 / sum of the squared weights. */
  readonly effectiveSampleSize: number;
}

/**
 * Refuses settings that are none.
 * @throws InvalidInputError with what is known.
 */
export function checkSettings(what: string, { distance, regression, smoothing }: Required<AbcSettings>): void {
  requireFunction(`${what}: distance`, distance, 'a function (difference) => a number of at least 0');
  requireOneOf(`${what}: regression`, regression, ['none', 'linear']);
  requireOneOf(`${what}: smoothing`, smoothing, ['none', 'kernel']);
}

/** The one observation [L] of xObs [1, L], as numbers. */
export function oneObservation(what: string, xObs: tf.Tensor2D): Float32Array {
  const remedy =
    'Give the values of several observations, or summaries of them, as one row, to a simulator of such rows.';
  demand(`${what}: xObs`, xObs.shape[0] === 1, 'one observation [1, L]', `the shape [${xObs.shape}]`, remedy);
  return xObs.dataSync<'float32'>();
}

/** The posterior of a population, adjusted and smoothed as the settings say. */
export function abcPosterior(
  prior: Prior,
  population: Population,
  { regression, smoothing }: Required<AbcSettings>,
): AbcPosterior {
  const { particles, weights, tolerance } = regression === 'linear' ? regressionAdjusted(population) : population;
  const kernel = smoothing === 'kernel' ? smoothingKernel({ particles, weights, tolerance }) : undefined;
  const map = unconstrained(prior);
  const { dim } = prior;
  const posterior: AbcPosterior = {
    n: 1,
    dim,
    tolerance,
    weights: Array.from(weights),
    effectiveSampleSize: effectiveSize(weights),
    sample: async (count, options) => {
      requireCount('samples', count);
      const { seed, signal } = objectOf('posterior.sample: options', options, '{ seed }');
      requireNumber('posterior.sample: seed', seed, 'a finite number');
      if (signal?.aborted) throw new InterruptedError('Sampling was interrupted before its first draw.');
      const source = rng(seed);
      const pick = resampling(weights);
      const z = new Float32Array(count * dim);
      for (let i = 0; i < count; i++) {
        const chosen = particles[pick(source.uniform())].z;
        const noise =
          kernel &&
          matrixVector(
            kernel,
            Array.from(chosen, () => source.normal()),
          );
        z.set(noise ? chosen.map((value, k) => value + noise[k]) : chosen, i * dim);
      }
      return tf.tidy(() => map.toConstrained(tf.tensor2d(z, [count, dim])));
    },
    dispose: () => {},
  };
  return describedPosterior(posterior, `${weights.length.toLocaleString('en-US')} accepted simulations`);
}

/** The place of weights that sum to one into which a uniform number falls. */
export function resampling(weights: Float64Array): (uniform: number) => number {
  let sum = 0;
  const sums = weights.map((weight) => (sum += weight));
  return (uniform) => {
    const level = uniform * sum;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > level) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
