import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { nle } from '../../../lib/inference/likelihood/nle';
import { covariance } from '../../../lib/maths/moments';
import { exactMoments } from '../exact-gaussian';
import { quiet, rowsOf, withPosterior } from '../quick-estimator';
import { density, expectMoments, fit, learnedGaussian, noise, observations, task } from './gaussian-likelihood';

const { prior } = task;

const learned = learnedGaussian();
const { drawn } = learned;

describe('nle of a Gaussian model', () => {
  it.each([1, 10])('draws the exact posterior of a linear Gaussian model given %d observations', async (n) => {
    expectMoments(await drawn(observations(n)), exactMoments(task, observations(n)), n);
  });

  it('draws the posterior for another prior than that of training', async () => {
    const [x] = observations(1);
    const own = { mean: [0.5, -0.3], std: [0.4, 0.5] };
    const rows = await drawn([x], 2, { prior: normal(own) });
    const precision = noise.map((variance, k) => 1 / variance + 1 / own.std[k] ** 2);
    const exact = {
      mean: noise.map((variance, k) => (x[k] / variance + own.mean[k] / own.std[k] ** 2) / precision[k]),
      std: precision.map((value) => Math.sqrt(1 / value)),
    };
    expectMoments(rows, exact, 1);
  });

  it('is another where the conditions or the data say nothing', async () => {
    const blind = { theta: tf.tensor2d(learned.pairs().theta.arraySync().reverse()), x: learned.pairs().x };
    const other = await nle.train(blind, { prior, seed: 1, density, fit: { ...fit, maxEpochs: 10 }, ...quiet });
    const rows = await withPosterior(other, observations(3), (posterior) =>
      rowsOf(posterior.sample(500, { seed: 2, ...quiet })),
    );
    // the prior itself
    expect(Math.abs(Math.sqrt(covariance(rows)[0][0]) - 1)).toBeLessThan(0.3);
    other.dispose();
    blind.theta.dispose();
  });
});
