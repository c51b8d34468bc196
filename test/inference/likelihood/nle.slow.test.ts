import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Rng } from '../../../lib/core/rng';
import { uniform } from '../../../lib/distributions/uniform';
import { nle, type TrainedNleEstimator } from '../../../lib/inference/likelihood/nle';
import { maskedAutoregressive } from '../../../lib/nn/density/masked-autoregressive';
import { simulate } from '../../../lib/simulation/simulate';
import { estimatorLaws, halfBounded } from '../contract-laws';
import { quiet, rowsOf, valuesOf, withPosterior } from '../quick-estimator';

const density = maskedAutoregressive({ transforms: 2, width: 24, hidden: 1 });
const fit = { maxEpochs: 40, learningRate: 3e-3 };

describe('nle', () => {
  estimatorLaws(
    async () => {
      const pairs = await simulate(halfBounded, 3000, { seed: 1, workers: 0, ...quiet });
      const { prior } = halfBounded;
      const estimator = await nle.train(pairs, { prior, seed: 1, density, fit, ...quiet });
      pairs.dispose();
      return { estimator, restore: (record) => nle.restore(record, { prior }) };
    },
    { cells: 80, integral: 0.02, areChains: true },
  );
});

/** Three counts of the rate .2 + 4 theta each. */
const counts = 3;
const poisson = {
  prior: uniform({ lower: [0], upper: [1] }),
  simulator: ([theta]: readonly number[], rng: Rng) =>
    Array.from({ length: counts }, () => {
      let [count, product] = [0, rng.uniform()];
      for (const limit = Math.exp(-(0.2 + 4 * theta)); product > limit; count++) product *= rng.uniform();
      return count;
    }),
};

describe('nle of whole numbers', () => {
  let estimator: TrainedNleEstimator;
  let notes: string;
  beforeAll(async () => {
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    const pairs = await simulate(poisson, 10_000, { seed: 1, workers: 0, ...quiet });
    estimator = await nle.train(pairs, { prior: poisson.prior, seed: 1, density, fit, ...quiet });
    notes = info.mock.calls.map(String).join(' ');
    info.mockRestore();
    pairs.dispose();
  });
  afterAll(() => estimator.dispose());

  it('says that they get noise', () => {
    expect(estimator.config.columns).toEqual({ modelled: [0, 1, 2], whole: [0, 1, 2] });
    expect(notes).toMatch(/3 columns of whole numbers \(0, 1, 2\) get uniform noise of one unit/);
  });

  it.each([
    ['at the wall of the prior', [[0, 0, 1]]],
    ['in its middle', [[2, 4, 1]]],
    ['of two observations', [[2, 3, 1], [4, 2, 2]]], // prettier-ignore
  ])('has the posterior of a Poisson model, known on a grid, %s', async (_, xObs) => {
    const cells = 400;
    const grid = Array.from({ length: cells }, (_, i) => (i + 0.5) / cells);
    const logs = grid.map((theta) =>
      xObs.flat().reduce((sum, count) => sum + count * Math.log(0.2 + 4 * theta) - (0.2 + 4 * theta), 0),
    );
    const masses = logs.map((value) => Math.exp(value - Math.max(...logs)));
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    const moment = (of: (theta: number) => number): number =>
      grid.reduce((sum, theta, i) => sum + (masses[i] / total) * of(theta), 0);
    const exact = moment((theta) => theta);
    const std = Math.sqrt(moment((theta) => (theta - exact) ** 2));
    const rows = await withPosterior(estimator, xObs, (posterior) =>
      rowsOf(posterior.sample(4000, { seed: 1, ...quiet })),
    );
    const values = rows.map(([theta]) => theta);
    expect(values.every((theta) => theta > 0 && theta < 1)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const width = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    // a twentieth for draws, and a tenth for training
    expect(Math.abs(mean - exact) / std).toBeLessThan(4 / Math.sqrt(4000) + 0.1);
    expect(Math.abs(width / std - 1)).toBeLessThan(4 / Math.sqrt(8000) + 0.1);
  });

  it('has probabilities of counts that add up to one', async () => {
    const theta = tf.tensor2d([[0.5]]);
    const alone = Array.from({ length: 14 }, (_, k) => k);
    let sum = 0;
    for (const count of alone) {
      const [logProbability] = await valuesOf(estimator.logLikelihood(theta, [[count, 2, 2]]));
      sum += Math.exp(logProbability);
    }
    theta.dispose();
    // the other two counts are 2
    const rate = 0.2 + 4 * 0.5;
    const ofTwo = (Math.exp(-rate) * rate ** 2) / 2;
    expect(Math.abs(sum / ofTwo ** 2 - 1)).toBeLessThan(0.15);
  });
});
