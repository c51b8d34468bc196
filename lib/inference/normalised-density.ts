import * as tf from '@tensorflow/tfjs';
import type { DrawOptions, Posterior, PosteriorDensity } from '../contract/posterior';
import { demand, objectOf, requireCount, requireNumber } from '../core/checks';
import type { LongWorkOptions } from '../core/host';
import { rng, type Rng } from '../core/rng';
import { gaussianLogDensity, type GaussianComponent } from '../maths/gaussian-mixture';
import { cholesky, matrixVector } from '../maths/linalg';
import { rowViews } from '../maths/moments';
import { fittedComponents } from './fitted-mixture';

/** Options of `normalisedDensity`. */
export interface NormalisedDensityOptions extends DrawOptions {
  /** Draws of the posterior that the proposal is fitted to, at least 100. Default 2,000. */
  draws?: number;
  /** Points of the proposal at which the density is asked for, at least 100. Default 4,000. */
  points?: number;
}

/** A normalised log density, and how well its constant is known. */
export interface NormalisedDensity extends PosteriorDensity {
  /** What was taken off the log density: the logarithm of its integral. */
  readonly logIntegral: number;
  /** The standard error of that, by the spread of the weights. */
  readonly standardError: number;
  /** The effective share (sum w)^2 / (M sum w^2) of the M points: of a good proposal near 1. */
  readonly effective: number;
}

/** Effective points below which the standard error itself is not to be trusted. */
const fewestEffective = 100;

/**
 * The log density of a posterior, known up to a constant, with that constant by importance sampling: the integral of f
 * is E_q[f / q] over points of a proposal q, which is a mixture of Gaussians fitted to draws of the posterior, half of
 * it twice as wide so that no tail of f outweighs it.
 *
 * A composed density that was taken along lines keeps its errors there; they count in the integral as they are.
 * @param posterior one with a density; it stays the caller's, and is asked for as long as the density is.
 * @param options `seed`; `draws` and `points` where another number is wanted.
 * @returns the density: `logProb(theta)` is normalised, with `standardError` common to all points.
 * @throws InvalidInputError for a posterior without a density, a number too small, or fewer than 100 effective points;
 * what the posterior throws.
 * Source: Robert and Casella (2004), "Monte Carlo statistical methods", section 3.3.
 * @example
 * const density = await inference.normalisedDensity(posterior, { seed: 1, draws: 500, points: 500 });
 * density.standardError; // of the logarithm of the integral
 */
export async function normalisedDensity(
  posterior: Posterior,
  options: NormalisedDensityOptions,
): Promise<NormalisedDensity> {
  const { density, dim } = objectOf('normalisedDensity: posterior', posterior, 'a posterior');
  demand('normalisedDensity: posterior', density !== undefined, 'one with a density', 'none');
  const given = objectOf('normalisedDensity: options', options, '{ seed }');
  const { seed, draws = 2000, points = 4000, ...work } = given;
  requireNumber('normalisedDensity: seed', seed, 'a finite number');
  requireCount('normalisedDensity: draws', draws, 100);
  requireCount('normalisedDensity: points', points, 100);
  const sample = await posterior.sample(draws, { ...work, seed });
  const rows = rowViews(sample.dataSync<'float32'>(), dim).map((row) => Float64Array.from(row));
  sample.dispose();
  const proposal = proposalOf(rows, seed);
  const at = proposal.draw(points, rng(seed).fork(-4));
  const theta = tf.tensor2d(at, [points, dim]);
  let values: Float32Array;
  try {
    const logProb = await density!.logProb(theta, work as LongWorkOptions);
    values = Float32Array.from(logProb.dataSync<'float32'>());
    logProb.dispose();
  } finally {
    theta.dispose();
  }
  const logs = at.map((row, i) => values[i] - proposal.logDensity(Float32Array.from(row)));
  const { logMean, standardError, effective } = meanOfWeights(logs);
  demand(
    'normalisedDensity: points',
    effective * points >= fewestEffective,
    `${fewestEffective} effective ones at least`,
    `${(effective * points).toFixed(1)} of ${points}`,
    'Ask for more points; a posterior of other shapes than mixtures of Gaussians may want many.',
  );
  return {
    normalised: true,
    logIntegral: logMean,
    standardError,
    effective,
    logProb: async (theta, asked) => {
      const logProb = await density!.logProb(theta, asked);
      return tf.tidy(() => {
        const normalised = tf.sub(logProb, logMean) as tf.Tensor1D;
        logProb.dispose();
        return normalised;
      });
    },
  };
}

/** How much wider the wide half of the proposal is. */
const wider = 2;

/** The mixture that stands for draws, and the same of twice the width. */
function proposalOf(rows: readonly Float64Array[], seed: number) {
  const fitted = fittedComponents(rows, seed);
  const components = [1, wider].flatMap((width) =>
    fitted.map(({ weight, mean, covariance }): GaussianComponent => ({
      weight: weight / 2,
      mean,
      covariance: covariance.map((row) => Float64Array.from(row, (value) => value * width ** 2)),
    })),
  );
  const factors = components.map(({ covariance }) => cholesky(covariance));
  const densities = components.map(({ mean, covariance }) => gaussianLogDensity(mean, covariance));
  return {
    draw: (count: number, source: Rng): number[][] =>
      Array.from({ length: count }, () => {
        let left = source.uniform();
        const k = Math.max(
          0,
          components.findIndex(({ weight }) => (left -= weight) < 0),
        );
        const noise = Array.from(components[k].mean, () => source.normal());
        return matrixVector(factors[k], noise).map((value, i) => value + components[k].mean[i]);
      }),
    logDensity: (row: ArrayLike<number>): number => {
      const logs = components.map(({ weight }, k) => Math.log(weight) + densities[k](row));
      const top = Math.max(...logs);
      return top + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - top), 0));
    },
  };
}

/** The logarithm of the mean of weights, its standard error, and the effective share of them. */
function meanOfWeights(logs: readonly number[]): { logMean: number; standardError: number; effective: number } {
  const top = logs.reduce((most, each) => Math.max(most, each), -Infinity);
  if (top === -Infinity) return { logMean: -Infinity, standardError: Infinity, effective: 0 };
  const weights = logs.map((each) => Math.exp(each - top));
  const mean = weights.reduce((sum, each) => sum + each, 0) / weights.length;
  const square = weights.reduce((sum, each) => sum + each ** 2, 0) / weights.length;
  const standardError = Math.sqrt(Math.max(0, square / mean ** 2 - 1) / weights.length);
  return { logMean: top + Math.log(mean), standardError, effective: mean ** 2 / square };
}
