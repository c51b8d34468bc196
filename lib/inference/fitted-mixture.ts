import * as tf from '@tensorflow/tfjs';
import { rng } from '../core/rng';
import { mixture, type MixturePrior } from '../distributions/mixture';
import { normal, type NormalPrior } from '../distributions/normal';
import type { Prior } from '../distributions/prior';
import { priorSamples } from '../distributions/prior-samples';
import { unconstrained } from '../distributions/unconstrained';
import { rowViews } from '../maths/moments';
import { expectationMaximisation, nearestCentres, type GaussianComponent } from '../maths/gaussian-mixture';

/** Gaussians at most. */
const mostComponents = 12;

/** Draws of a prior that a mixture is fitted to. */
const drawsOfPrior = 10_000;

/** A mixture of Gaussians of the unconstrained parameters; JSON. */
export type MixtureNumbers = readonly {
  readonly weight: number;
  readonly mean: number[];
  readonly covariance: number[][];
}[];

/** The numbers of a mixture. */
export function numbersOfMixture({ components }: MixturePrior<NormalPrior>): MixtureNumbers {
  return components.map(({ weight, component }) => ({
    weight,
    mean: [...component.mean],
    covariance: component.covariance.map((row) => [...row]),
  }));
}

/** The mixture of its numbers. */
export function mixtureOfNumbers(numbers: MixtureNumbers): MixturePrior<NormalPrior> {
  return mixture(numbers.map(({ weight, mean, covariance }) => ({ weight, component: normal({ mean, covariance }) })));
}

/**
 * The law of draws theta [N, D] in unconstrained coordinates, as a mixture of as many Gaussians, up to 12, as
 * expectation-maximisation keeps apart.
 * @param prior whose coordinates they are.
 * @param most draws that it is fitted to. Default: all.
 */
export function fittedMixture(
  theta: tf.Tensor2D,
  prior: Prior,
  seed: number,
  most = Infinity,
): MixturePrior<NormalPrior> {
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(theta).dataSync<'float32'>());
  return mixture(
    fittedComponents(rowViews(z, prior.dim).slice(0, most), seed).map(({ weight, mean, covariance }) => ({
      weight,
      component: normal({ mean: Array.from(mean), covariance: covariance.map((row) => Array.from(row)) }),
    })),
  );
}

/** The mixture that stands for a prior whose diffused law is not known in closed form. */
export function fittedPrior(prior: Prior): MixturePrior<NormalPrior> {
  const theta = priorSamples(prior, drawsOfPrior, 0);
  const law = fittedMixture(theta, prior, 0);
  theta.dispose();
  return law;
}

/**
 * As many Gaussians, up to 12, as expectation-maximisation keeps apart in rows.
 * @param rows [N, d].
 */
export function fittedComponents(rows: readonly (Float32Array | Float64Array)[], seed: number): GaussianComponent[] {
  for (let parts = mostComponents; parts > 1; parts = Math.floor(parts / 2)) {
    const groups = nearestCentres(rows, parts, rng(seed).fork(parts));
    const found = expectationMaximisation(rows, groups, parts);
    if (found) return found;
  }
  return expectationMaximisation(rows, new Int32Array(rows.length), 1)!;
}
