import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import type { SequentialRun } from '../../../lib/inference/sequential/sequential-run';
import { tsnpse } from '../../../lib/inference/sequential/tsnpse';
import type { TsnpseOptions } from '../../../lib/inference/sequential/tsnpse';
import { covariance, mean } from '../../../lib/maths/moments';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import type { Model } from '../../../lib/simulation/model';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactMoments } from '../exact-gaussian';
import { quiet, rowsOf } from '../quick-estimator';

const task = gaussianLinear([0.05, 0.1]);
const xObs = [[0.8, -0.9]];
const draws = 4000;
const rounds = 3;
const calls = 3000;
const network = denoisingNetwork({ width: 32, hidden: 2 });
const quick: TsnpseOptions = { network, fit: { maxEpochs: 10 }, truncation: { draws: 4000 } };
const options = { rounds, calls, seed: 1, stopWhenStill: false, ...quiet };

/** Draws of the posterior that a run ends with, and its reports; all else is freed, which is checked. */
async function inferred(model: Model, given: number[][], settings: TsnpseOptions) {
  const before = tf.memory().numTensors;
  const run: SequentialRun = await inRounds(model, given, tsnpse(settings), options);
  const rows = await rowsOf(run.posterior.sample(draws, { seed: 2, ...quiet })).finally(() => run.dispose());
  expect(tf.memory().numTensors).toBe(before);
  return { rows, facts: run.rounds.map(({ method }) => method) };
}

describe('TSNPSE in rounds', () => {
  it.each<[string, TsnpseOptions]>([
    ['with emulated pairs in the last round', { emulated: 3 }],
    ['on simulations alone, of all rounds', { emulated: 0, allRounds: true }],
    [
      'with the region of the flow',
      { emulated: 0, byFlow: true, truncation: { draws: 1000, massOutside: 0.002, leastAcceptance: 0.001 } },
    ],
  ])('draws the exact posterior of a linear Gaussian model, %s', async (_, more) => {
    const { rows, facts } = await inferred(task, xObs, { ...quick, ...more });
    const exact = exactMoments(task, xObs);
    // the linear fit to the simulations inside, of which there are at least those of the last round
    const size = facts[rounds - 1].inside;
    for (const k of [0, 1]) {
      const error = Math.sqrt(1 / draws + 5 / size);
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * error + 0.1);
      expect(Math.abs(Math.sqrt(covariance(rows)[k][k]) / exact.std[k] - 1)).toBeLessThan(4 * error + 0.05);
    }
    // posteriors of .05 and .1 within a prior of 1
    for (const { acceptance } of facts.slice(1)) expect(acceptance).toBeLessThan(0.3);
    expect(facts[rounds - 1].inside < calls).toBe(more.allRounds !== true);
  });

  it('keeps to the posterior at a wall of a uniform prior, and loses nothing beyond it', async () => {
    // theta_0 given x is N(x, .1^2) above 0, where the wall is; x_0 = .05
    const wall: Model = {
      prior: uniform({ lower: [0, -2], upper: [4, 2] }),
      simulator: ([a, b], rng) => [a + 0.1 * rng.normal(), b + 0.3 * rng.normal()],
    };
    const { rows } = await inferred(wall, [[0.05, 1]], { ...quick, fit: { maxEpochs: 60 } });
    expect(rows.every(([a]) => a >= 0)).toBe(true);
    // a normal law above -.5 of its standard deviations: mean .05 + .1 phi(.5) / Phi(.5)
    const shift = 0.3521 / 0.6915;
    const std = 0.1 * Math.sqrt(1 - 0.5 * shift - shift ** 2);
    expect(Math.abs(mean(rows)[0] - (0.05 + 0.1 * shift)) / std).toBeLessThan(0.3);
    expect(Math.abs(mean(rows)[1] - 1) / 0.3).toBeLessThan(0.3);
  });

  it('is for the observations of the run: others it refuses by name, read back as well', async () => {
    const before = tf.memory().numTensors;
    const method = tsnpse({ ...quick, emulated: 0 });
    const run = await inRounds(task, xObs, method, { ...options, rounds: 2, calls: 1500 });
    const again = method.restore(run.estimator.record(), task);
    // posteriors of widths .2 and .3: one a tenth of that away from the run's, one ten times as far as that
    for (const estimator of [run.estimator, again]) {
      const ask = async (x: number[][]): Promise<number> => {
        const posterior = estimator.given(x);
        const rows = rowsOf(posterior.sample(20, { seed: 1, ...quiet }));
        return (await rows.finally(() => posterior.dispose())).length;
      };
      expect([await ask(xObs), await ask([[0.82, -0.93]])]).toEqual([20, 20]);
      await expect(ask([[-1.2, 2.1]])).rejects.toThrow(/xObs: expected observations whose posterior lies where/);
    }
    again.dispose();
    run.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on where most simulations are invalid, more of which are valid round by round', async () => {
    // valid where theta_0 is near its observed value
    const fragile: Model = {
      prior: normal({ mean: [0, 0] }),
      simulator: ([a, b], rng) =>
        Math.abs(a - 1) < 0.4 + 0.1 * rng.normal() ? [a + 0.1 * rng.normal(), b + 0.3 * rng.normal()] : [NaN, b],
    };
    const method = tsnpse({ ...quick, emulated: 0 });
    const run = await inRounds(fragile, [[1, 0.5]], method, { ...options, invalid: 'drop', mostInvalid: 0.95 });
    const valid = run.rounds.map(({ simulations, dropped }) => simulations / (simulations + dropped));
    expect(valid[0]).toBeLessThan(0.4);
    expect(valid[rounds - 1]).toBeGreaterThan(0.8);
    run.dispose();
  });
});
