import '@tensorflow/tfjs-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npe, type TrainedNpeEstimator } from '../../../lib/inference/density/npe';
import { covariance, mean } from '../../../lib/maths/moments';
import { simulate } from '../../../lib/simulation/simulate';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactMoments } from '../exact-gaussian';
import { quiet, rowsOf, withPosterior } from '../quick-estimator';

const simulations = 4000;
const task = gaussianLinear([0.3, 0.6]);
const { prior } = task;
const xs = [
  [0.8, -0.9],
  [0.5, -0.2],
  [0.9, -0.7],
];
/** What stops short in training leaves, in standard deviations of the posterior. */
const trainingError = 0.05;

describe('npe', () => {
  let estimator: TrainedNpeEstimator;
  beforeAll(async () => {
    const pairs = await simulate(task, simulations, { seed: 1, workers: 0, ...quiet });
    estimator = await npe.train(pairs, { prior, seed: 1, members: 2, ...quiet });
    pairs.dispose();
  });
  afterAll(() => estimator.dispose());

  it.each([1, 3])('draws the exact posterior of a linear Gaussian model given %d observations', async (n) => {
    const draws = 4000;
    const rows = await withPosterior(estimator, xs.slice(0, n), (posterior) =>
      rowsOf(posterior.sample(draws, { seed: 2, ...quiet })),
    );
    const exact = exactMoments(task, xs.slice(0, n));
    for (const k of [0, 1]) {
      const meanError = Math.sqrt(1 / draws + (5 * n) / simulations);
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * meanError + n * trainingError);
      const widthError = Math.sqrt(1 / (2 * draws) + n / (2 * simulations));
      const width = Math.sqrt(covariance(rows)[k][k]);
      expect(Math.abs(width / exact.std[k] - 1)).toBeLessThan(4 * widthError + n * trainingError);
    }
  });
});
