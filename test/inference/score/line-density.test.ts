import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { lineDensity } from '../../../lib/inference/score/line-density';
import { npse } from '../../../lib/inference/score/npse';
import type { ScoreEstimator } from '../../../lib/inference/score/score-estimator';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import { simulate } from '../../../lib/simulation/simulate';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactLogProb } from '../exact-gaussian';
import { quiet, valuesOf, withPosterior } from '../quick-estimator';

describe('a log density along lines', () => {
  it('is the integral of the score, without the error of order sigma^2 that its noise makes', async () => {
    const before = tf.memory().numTensors;
    const [width, n, sigma] = [0.5, 1e5, 0.1];
    // n observations whose densities of width .5 the noise widens
    const density = lineDensity(({ centre }: { centre: tf.Tensor2D }, y, u) =>
      tf.mul(-n, tf.div(tf.sub(y, centre), tf.add(width ** 2, tf.exp(tf.mul(2, u))))),
    );
    const context = { centre: tf.tensor2d([[1, -2]]) };
    const scale = width / Math.sqrt(n);
    const y = tf.tensor2d([
      [1 + 2 * scale, -2],
      [1, -2 - 3 * scale],
      [1 - scale, -2 + scale],
    ]);
    const path = { from: context.centre, y, u: Math.log(sigma) };
    const logs = await valuesOf(density.logRatio(context, path, {}));
    // (2 / (1 + a) - 1 / (1 + 2 a)) of the exact with a = (sigma / width)^2: 1 - 2 a^2
    const share = 2 / (1 + 0.04) - 1 / (1 + 0.08);
    expect(Math.abs(share - 1)).toBeLessThan(0.004);
    [-2, -4.5, -1].forEach((exact, i) => expect(Math.abs(logs[i] - share * exact)).toBeLessThan(0.01));
    density.dispose();
    tf.dispose([context, y]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is exact for scores of degree 9 on the line', async () => {
    const density = lineDensity((_: tf.Tensor, y) => tf.mul(10, tf.pow(y, 9)) as tf.Tensor2D);
    const [context, from, y] = [tf.scalar(0), tf.tensor2d([[0.2]]), tf.tensor2d([[1.3], [-1]])];
    const logs = await valuesOf(density.logRatio(context, { from, y, u: -3 }, {}));
    [1.3, -1].forEach((to, i) => expect(logs[i]).toBeCloseTo(to ** 10 - 0.2 ** 10, 4));
    density.dispose();
    tf.dispose([context, from, y]);
  });
});

describe('the log density of many observations that a score has learned', () => {
  const task = gaussianLinear([0.4, 0.8]);
  let estimator: ScoreEstimator;
  beforeAll(async () => {
    // the noise of seed 1 has a mean of three standard errors, which no fit can tell from an intercept
    const pairs = await simulate(task, 4000, { seed: 2, ...quiet });
    const network = denoisingNetwork({ width: 16, blocks: 1, hidden: 1 });
    estimator = await npse.train(pairs, { prior: task.prior, seed: 2, network, fit: { maxEpochs: 3 }, ...quiet });
    tf.dispose([pairs.theta, pairs.x]);
  });
  afterAll(() => estimator.dispose());
  const observed = (n: number): number[][] => {
    const source = rng(5);
    return Array.from({ length: n }, () =>
      [0.7, -0.4].map((value, i) => value + Math.sqrt(task.noiseVariance[i]) * source.normal()),
    );
  };
  /** Points about the exact posterior, and how far log densities there are from the exact ones, but for a constant. */
  const spreadOf = (found: number[], exact: number[]): number => {
    const errors = found.map((value, i) => value - exact[i]);
    return Math.max(...errors) - Math.min(...errors);
  };
  const around = (x: number[][]): number[][] => {
    const { mean, covariance } = task.exactPosterior(x);
    const offsets = [
      [0, 0],
      [1, 0],
      [0, 1],
      [-1, 1],
      [1.5, 1.5],
      [-2, 0],
    ];
    return offsets.map((row) => row.map((value, i) => mean[i] + value * Math.sqrt(covariance[i][i])));
  };

  it('is near that of the closed form, and leaves nothing', async () => {
    const x = observed(17);
    const rows = around(x);
    const theta = tf.tensor2d(rows);
    await withPosterior(estimator, x, async (posterior) => {
      expect(posterior.density.normalised).toBe(false);
      const found = await valuesOf(posterior.density.logProb(theta, quiet));
      const exact = exactLogProb(task, x, rows);
      // a fit to 4,000 pairs is off by about sqrt(17 / 4000) of a width, over up to five of them: a third of a unit
      expect(Math.max(...exact) - Math.min(...exact)).toBeGreaterThan(2);
      expect(spreadOf(found, exact)).toBeLessThan(0.5);
    });
    theta.dispose();
  });

  it('is about the sum of those of each', async () => {
    const x = observed(17);
    const rows = around(x);
    const theta = tf.tensor2d(rows);
    const prior = await valuesOf(Promise.resolve(tf.tidy(() => task.prior.logProb(theta).as1D())));
    const sum = prior.map((value) => (1 - x.length) * value);
    for (const row of x) {
      const one = await withPosterior(estimator, [row], (posterior) =>
        valuesOf(posterior.density.logProb(theta, { tolerance: 1e-3, ...quiet })),
      );
      one.forEach((value, i) => (sum[i] += value));
    }
    const along = await withPosterior(estimator, x, (posterior) => valuesOf(posterior.density.logProb(theta, quiet)));
    expect(spreadOf(along, sum)).toBeLessThan(0.3);
    theta.dispose();
  });
});
