import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ve } from '../../../lib/diffusion/ve';
import { uniform } from '../../../lib/distributions/uniform';
import { continuous } from '../../../lib/inference/score/levels';
import { npse } from '../../../lib/inference/score/npse';
import type { TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import { adaptiveFlow } from '../../../lib/samplers/adaptive-flow';
import { dpmSolver } from '../../../lib/samplers/dpm-solver';
import { eulerMaruyama } from '../../../lib/samplers/euler-maruyama';
import { probabilityFlow } from '../../../lib/samplers/probability-flow';
import { quiet, trained, valuesOf, withPosterior } from '../quick-estimator';

describe('the posterior under a prior of a box', () => {
  const prior = uniform({ lower: [0, -1], upper: [1, 2] });
  const xObs = [[0.4, 0.7]];
  let estimator: TrainedScoreEstimator;
  const tensors = tf.memory().numTensors;
  beforeAll(async () => void (estimator = await trained(prior, { levels: continuous(ve()) })));
  afterAll(() => {
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('has a density that integrates to one, with the moments of the samples, and is zero outside of the box', async () => {
    await withPosterior(estimator, xObs, async (posterior) => {
      const cells = 24;
      const points = Array.from({ length: cells ** 2 }, (_, i) => [
        ((i % cells) + 0.5) / cells,
        -1 + (3 * (Math.floor(i / cells) + 0.5)) / cells,
      ]);
      const theta = tf.tensor2d([...points, [1.1, 0], [0.5, -1.5]]);
      const logProb = await valuesOf(posterior.density.logProb(theta, { tolerance: 1e-2, ...quiet }));
      theta.dispose();
      expect(logProb.slice(-2)).toEqual([-Infinity, -Infinity]);
      const shares = points.map((_, i) => (Math.exp(logProb[i]) * 3) / cells ** 2);
      expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(0.02);
      const samples = await posterior.sample(2000, { seed: 1, ...quiet });
      const rows = samples.arraySync();
      samples.dispose();
      for (const k of [0, 1]) {
        const expected = points.reduce((sum, point, i) => sum + shares[i] * point[k], 0);
        const mean = rows.reduce((sum, row) => sum + row[k], 0) / rows.length;
        // the deviation is about .25, and the deterministic and the stochastic samples of a rough score differ a little
        expect(Math.abs(mean - expected)).toBeLessThan(4 * (0.25 / Math.sqrt(rows.length)) + 0.02);
      }
    });
  });

  it('finds the parameters of the highest density', async () => {
    await withPosterior(estimator, xObs, async (posterior) => {
      const mode = await posterior.map({ seed: 1, starts: 16, ...quiet });
      expect(mode.shape).toEqual([2]);
      const draws = await posterior.sample(50, { seed: 2, ...quiet });
      const together = tf.tidy(() => tf.concat([tf.expandDims(mode, 0), draws]) as tf.Tensor2D);
      const [atMode, ...others] = await valuesOf(posterior.density.logProb(together, { tolerance: 1e-2, ...quiet }));
      tf.dispose([mode, draws, together]);
      expect(atMode).toBeGreaterThan(Math.max(...others) - 0.05);
      await expect(posterior.map({ seed: 1, starts: 1 })).rejects.toThrow(/starts/);
    });
  });

  it('of several observations has no normalised density, but one up to a constant', async () => {
    const pair = [xObs[0], [0.5, 0.9]];
    const points = [
      [0.4, 0.6],
      [0.6, 1],
      [2, 0],
    ];
    const options = { tolerance: 1e-2, ...quiet };
    const theta = tf.tensor2d(points);
    const singles: number[][] = [];
    for (const x of pair)
      singles.push(
        await withPosterior(estimator, [x], (posterior) => valuesOf(posterior.density.logProb(theta, options))),
      );
    await withPosterior(estimator, pair, async (posterior) => {
      expect(posterior.density.normalised).toBe(false);
      const sum = await valuesOf(posterior.density.logProb(theta, options));
      // (1 - 2) log p, and p is 1 / 3
      for (const i of [0, 1])
        expect(Math.abs(sum[i] - (singles[0][i] + singles[1][i] + Math.log(3)))).toBeLessThan(1e-3);
      expect(sum[2]).toBe(-Infinity);
      await expect(posterior.sample(10, { seed: 1, sampler: dpmSolver(), ...quiet })).rejects.toThrow(
        /composed of the scores of 2 observations/,
      );
    });
    theta.dispose();
  });

  it('is drawn by every sampler of reverse equations, always inside the box', async () => {
    await withPosterior(estimator, xObs, async (posterior) => {
      const grid = { steps: 12 };
      for (const sampler of [
        eulerMaruyama(grid),
        dpmSolver({ ...grid, stochastic: false }),
        probabilityFlow(grid),
        adaptiveFlow({ tolerance: 1e-2 }),
      ]) {
        const samples = await posterior.sample(100, { seed: 1, sampler, ...quiet });
        for (const [a, b] of samples.arraySync())
          expect([a > 0, a < 1, b > -1, b < 2]).toEqual([true, true, true, true]);
        samples.dispose();
      }
    });
  });

  it('is the same restored, with its diffusion', async () => {
    const restored = npse.restore(estimator.record(), { prior });
    for (const { config } of [estimator, restored])
      expect(config.levels).toEqual({ name: 'continuous', diffusion: ve().spec, weighting: 'balanced', count: 400 });
    const draws: number[][] = [];
    for (const each of [estimator, restored])
      draws.push(await withPosterior(each, xObs, (posterior) => valuesOf(posterior.sample(10, { seed: 1, ...quiet }))));
    expect(draws[1]).toEqual(draws[0]);
    restored.dispose();
  });
});
