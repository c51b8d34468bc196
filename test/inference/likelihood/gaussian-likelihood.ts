import { afterAll, beforeAll, expect } from 'vitest';
import { nle, type TrainedNleEstimator } from '../../../lib/inference/likelihood/nle';
import { covariance, mean } from '../../../lib/maths/moments';
import { maskedAutoregressive } from '../../../lib/nn/density/masked-autoregressive';
import { simulate } from '../../../lib/simulation/simulate';
import type { Simulations } from '../../../lib/simulation/simulations';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { quiet, rowsOf, withPosterior } from '../quick-estimator';

export const simulations = 4000;
export const noise = [0.3, 0.6];
export const task = gaussianLinear(noise);
export const density = maskedAutoregressive({ transforms: 2, width: 24, hidden: 1 });
export const fit = { maxEpochs: 40, learningRate: 3e-3 };
export const observations = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => [0.6 + 0.5 * Math.sin(i), -0.7 + 0.7 * Math.cos(3 * i)]);
/** What stops short in training leaves, in standard deviations of the posterior of one observation. */
const trainingError = 0.05;

/** Draws against exact moments, within the error of the draws, of the simulations and of training. */
export function expectMoments(
  rows: number[][],
  exact: { mean: readonly number[]; std: readonly number[] },
  n: number,
): void {
  const draws = rows.length;
  for (const k of [0, 1]) {
    const off = Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k];
    // the likelihood's errors are the same for all n observations, and add up
    expect(off).toBeLessThan(4 * Math.sqrt(1 / draws + (5 * n) / simulations) + Math.sqrt(n) * trainingError);
    const width = Math.sqrt(covariance(rows)[k][k]) / exact.std[k];
    expect(Math.abs(width - 1)).toBeLessThan(4 * Math.sqrt(1 / (2 * draws) + 1 / (2 * simulations)) + trainingError);
  }
}

/** The likelihood of {@link task} for the tests of a file, its simulations, and 2,000 draws of its posteriors. */
export function learnedGaussian(): {
  estimator(): TrainedNleEstimator;
  pairs(): Simulations;
  drawn(xObs: number[][], seed?: number, options?: object): Promise<number[][]>;
} {
  let pairs: Simulations;
  let estimator: TrainedNleEstimator;
  beforeAll(async () => {
    pairs = await simulate(task, simulations, { seed: 1, workers: 0, ...quiet });
    estimator = await nle.train(pairs, { prior: task.prior, seed: 1, density, fit, ...quiet });
  });
  afterAll(() => {
    estimator.dispose();
    pairs.dispose();
  });
  return {
    estimator: () => estimator,
    pairs: () => pairs,
    drawn: (xObs, seed = 2, options = {}) =>
      withPosterior({ given: (x) => estimator.given(x, options) }, xObs, (posterior) =>
        rowsOf(posterior.sample(2000, { seed, ...quiet })),
      ),
  };
}
