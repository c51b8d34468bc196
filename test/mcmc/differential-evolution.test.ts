import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { mixture } from '../../lib/distributions/mixture';
import { normal } from '../../lib/distributions/normal';
import { differentialEvolution } from '../../lib/mcmc/differential-evolution';
import { tempered } from '../../lib/mcmc/tempered';
import { estimate } from './chains-of';
import { run } from './quiet-run';

describe('differential evolution', () => {
  it('samples a narrow, correlated Gaussian of three parameters from starts of width 1', async () => {
    const [mean, std, correlation] = [[1, -2, 30], [0.01, 1, 20], 0.95];
    const covariance = std.map((a, i) => std.map((b, j) => (i === j ? a * a : correlation * a * b)));
    const initial = normal({ mean: [0, 0, 0], std: 1 });
    const options = { initial, chains: 60, warmup: 400, draws: 40, thin: 20 };
    const { rows, rHat } = await run(normal({ mean, covariance }), differentialEvolution(), options);
    expect(Math.max(...rHat)).toBeLessThan(1.05);
    for (const i of [0, 1, 2])
      for (let j = 0; j <= i; j++) {
        const first = estimate(rows, 60, (row) => row[i]);
        expect(Math.abs(first.mean - mean[i]) / first.error).toBeLessThan(4);
        const second = estimate(rows, 60, (row) => (row[i] - mean[i]) * (row[j] - mean[j]));
        expect(Math.abs(second.mean - covariance[i][j]) / second.error).toBeLessThan(4);
      }
  });

  it('crosses between far modes by moves of step 1, and finds their weights from a wrong start', async () => {
    const target = mixture([
      { weight: 0.3, component: normal({ mean: [-10, 0], std: 0.2 }) },
      { weight: 0.7, component: normal({ mean: [10, 5], std: 0.3 }) },
    ]);
    const initial = Array.from({ length: 100 }, (_, c) => (c % 4 === 0 ? [10, 5] : [-10, 0]));
    const options = { initial, chains: 100, warmup: 1600, draws: 60, thin: 30 };
    const { rows, rHat } = await run(target, differentialEvolution(), options);
    const share = estimate(rows, 100, ([a]) => (a < 0 ? 1 : 0));
    expect(share.error).toBeLessThan(0.03);
    expect(Math.abs(share.mean - 0.3)).toBeLessThan(4 * share.error);
    expect(rHat[0]).toBeLessThan(1.1);
  });

  it('keeps each temperature to itself where it is tempered', async () => {
    const target = normal({ mean: [2], std: 0.5 });
    const kernel = tempered(differentialEvolution(), { temperatures: [1, 4] });
    const options = { initial: normal({ mean: [0], std: 1 }), chains: 40, warmup: 160, draws: 50, thin: 8 };
    const { rows, exchanges } = await run(target, kernel, options);
    const mean = estimate(rows, 40, ([a]) => a);
    const variance = estimate(rows, 40, ([a]) => (a - 2) ** 2);
    expect(Math.abs(mean.mean - 2) / mean.error).toBeLessThan(4);
    expect(Math.abs(variance.mean - 0.25) / variance.error).toBeLessThan(4);
    expect(exchanges[0]).toBeGreaterThan(0.3);
  });

  it('refuses fewer chains than span the space twice, and shares out of range', async () => {
    const target = normal({ mean: [0, 0], std: 1 });
    const tensors = tf.memory().numTensors;
    const few = { initial: target, chains: 5, warmup: 10, draws: 4 };
    await expect(run(target, differentialEvolution(), few)).rejects.toThrow(/chains: expected at least 6/);
    expect(tf.memory().numTensors).toBe(tensors);
    for (const jumps of [-0.1, 1, NaN]) expect(() => differentialEvolution({ jumps })).toThrow(/jumps/);
  });
});
