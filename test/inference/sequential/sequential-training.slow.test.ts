import '@tensorflow/tfjs-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Estimator } from '../../../lib/contract/estimator';
import { InterruptedError } from '../../../lib/core/errors';
import { uniform } from '../../../lib/distributions/uniform';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import type { InRoundsOptions } from '../../../lib/inference/sequential/run-options';
import type { SequentialMethod } from '../../../lib/inference/sequential/sequential-method';
import type { SequentialRun } from '../../../lib/inference/sequential/sequential-run';
import { snpeA } from '../../../lib/inference/sequential/snpe-a';
import { snpeB } from '../../../lib/inference/sequential/snpe-b';
import { snpeC } from '../../../lib/inference/sequential/snpe-c';
import { snpeCMixture } from '../../../lib/inference/sequential/snpe-c-mixture';
import { snre } from '../../../lib/inference/sequential/snre';
import { tsnpe } from '../../../lib/inference/sequential/tsnpe';
import { roundsFolder } from '../../../lib/io/rounds-folder';
import { covariance, mean } from '../../../lib/maths/moments';
import { splineAutoregressive } from '../../../lib/nn/density/spline-flows';
import type { Model } from '../../../lib/simulation/model';
import { residual } from '../../../lib/nn/ratio/residual';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactMoments } from '../exact-gaussian';
import { interrupted, quiet, rowsOf } from '../quick-estimator';
import { densityWith } from './small-densities';

const task = gaussianLinear([0.05, 0.1]);
const xObs = [[0.8, -0.9]];
const options = { rounds: 3, calls: 3000, seed: 1, stopWhenStill: false, ...quiet } satisfies InRoundsOptions;
const draws = 4000;
/** What stops short in training leaves, in standard deviations of the posterior. */
const trainingError = 0.1;
const fit = { learningRate: 2e-3, maxEpochs: 60, batchSize: 50 };

/** The methods with a density of one Gaussian, or of several where one is not enough; SNPE-A's has no walls. */
const methods: Record<string, (components?: number) => SequentialMethod> = {
  'SNPE-A': () => snpeA({ components: 1, network: { width: 20, hidden: 1 }, fit }),
  'SNPE-B': (components) => snpeB({ density: densityWith(components), fit }),
  'SNPE-C': (components) => snpeC({ density: densityWith(components), fit }),
  'SNPE-C in closed form': (components = 1) => snpeCMixture({ components, network: { width: 10, hidden: 1 }, fit }),
  TSNPE: (components) => tsnpe({ density: densityWith(components), fit, truncation: { draws: 20_000 } }),
};

/** Draws of the posterior that a run ends with; all else is freed, which is checked. */
async function drawnFrom(run: Promise<SequentialRun>, before = tf.memory().numTensors): Promise<number[][]> {
  const own = await run;
  const rows = await rowsOf(own.posterior.sample(draws, { seed: 2, ...quiet })).finally(() => own.dispose());
  expect(tf.memory().numTensors).toBe(before);
  return rows;
}

describe.each(Object.entries(methods))('%s in rounds', (name, method) => {
  it('draws the exact posterior of a linear Gaussian model', async () => {
    const rows = await drawnFrom(inRounds(task, xObs, method(), options));
    const exact = exactMoments(task, xObs);
    // SNPE-A's quotient has twice the relative error of what it divides, and learns from the last round only
    const [size, factor] = name === 'SNPE-A' ? [1000, 2] : [3000, 1];
    for (const k of [0, 1]) {
      const meanError = factor * Math.sqrt(1 / draws + 5 / size);
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * meanError + trainingError);
      const widthError = factor * Math.sqrt(1 / (2 * draws) + 1 / (2 * size));
      const width = Math.sqrt(covariance(rows)[k][k]);
      expect(Math.abs(width / exact.std[k] - 1)).toBeLessThan(4 * widthError + trainingError);
    }
    const correlation = covariance(rows)[0][1] / (exact.std[0] * exact.std[1]);
    expect(Math.abs(correlation)).toBeLessThan(4 * factor * Math.sqrt(1 / draws + 1 / size) + trainingError);
  });

  it('keeps to the posterior at a wall of a uniform prior, and loses nothing beyond it', async () => {
    // theta_0 given x is N(x, .1^2) above 0, where the wall is; x_0 = .05
    const wall: Model = {
      prior: uniform({ lower: [0, -2], upper: [4, 2] }),
      simulator: ([a, b], rng) => [a + 0.1 * rng.normal(), b + 0.3 * rng.normal()],
    };
    const rows = await drawnFrom(inRounds(wall, [[0.05, 1]], method(6), options));
    expect(rows.every(([a]) => a >= 0)).toBe(true);
    const [size, factor] = name === 'SNPE-A' ? [1000, 2] : [3000, 1];
    const error = factor * Math.sqrt(1 / draws + 5 / size);
    expect(Math.abs(mean(rows)[1] - 1) / 0.3).toBeLessThan(4 * error + trainingError);
    // small networks in logits are far from a law that ends at a wall; SNPE-A's Gaussians are cut off there
    if (name !== 'SNPE-A') return;
    // a normal law above -.5 of its standard deviations: mean .05 + .1 phi(.5) / Phi(.5)
    const shift = 0.3521 / 0.6915;
    const std = 0.1 * Math.sqrt(1 - 0.5 * shift - shift ** 2);
    expect(Math.abs(mean(rows)[0] - (0.05 + 0.1 * shift)) / std).toBeLessThan(4 * error + 2 * trainingError);
    expect(Math.abs(Math.sqrt(covariance(rows)[0][0]) / std - 1)).toBeLessThan(2 * (4 * error + trainingError));
  });

  it('goes on from a folder with the result of a run that was not stopped', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scorebook-rounds-'));
    const small = { ...options, calls: 900 };
    const whole = await drawnFrom(inRounds(task, xObs, method(), small));
    let rounds = 0;
    const dying = (of: SequentialMethod): SequentialMethod => ({
      ...of,
      train: (...given) => (++rounds === 3 ? Promise.reject(new Error('killed')) : of.train(...given)),
    });
    const keep = roundsFolder(folder);
    const error = await inRounds(task, xObs, dying(method()), { ...small, keep }).catch((e: unknown) => e);
    (error as { partial: SequentialRun }).partial.dispose();
    expect(await drawnFrom(inRounds(task, xObs, method(), { ...small, keep }))).toEqual(whole);
    rmSync(folder, { recursive: true });
  });

  it('holds no more after four rounds than after two, and frees what an interrupt leaves', async () => {
    const held: number[] = [];
    for (const rounds of [2, 4]) {
      const before = tf.memory().numTensors;
      // with few simulations SNPE-A's quotient may be no Gaussian
      const quick = { ...options, rounds, calls: (name === 'SNPE-A' ? 1000 : 300) * rounds };
      const run: SequentialRun<Estimator> = await inRounds(task, xObs, method(), quick);
      held.push(tf.memory().numTensors - before);
      run.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    expect(held[1]).toBe(held[0]);
    const before = tf.memory().numTensors;
    const error = await interrupted(
      (signal) => inRounds(task, xObs, method(), { ...options, signal, progress: true }),
      'part 4 of 6, round 2: Training: validation',
    );
    expect(error).toBeInstanceOf(InterruptedError);
    const { partial } = error as InterruptedError<SequentialRun>;
    expect(partial!.rounds.length).toBe(1);
    partial!.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Methods whose posteriors come by Markov chains, and need no correction. */
const byChains: Record<string, () => SequentialMethod> = {
  SNRE: () => snre({ classifier: residual({ width: 30, blocks: 1 }), fit }),
};

describe.each(Object.entries(byChains))('%s in rounds', (name, method) => {
  it('draws the exact posterior of a linear Gaussian model, and goes on from a folder with the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scorebook-rounds-'));
    const small = { ...options, rounds: 2, calls: 2000 };
    const rows = await drawnFrom(inRounds(task, xObs, method(), small));
    const keep = roundsFolder(folder);
    await drawnFrom(inRounds(task, xObs, method(), { ...small, keep }));
    rmSync(join(folder, 'round-02'), { recursive: true });
    expect(await drawnFrom(inRounds(task, xObs, method(), { ...small, keep }))).toEqual(rows);
    rmSync(folder, { recursive: true });
    const exact = exactMoments(task, xObs);
    // a ratio is learned from whether rows belong together, which says less than the rows themselves
    const factor = name === 'SNRE' ? 2 : 1;
    for (const k of [0, 1]) {
      const meanError = factor * Math.sqrt(1 / draws + 5 / small.calls);
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * meanError + trainingError);
      const widthError = factor * Math.sqrt(1 / (2 * draws) + 1 / (2 * small.calls));
      const width = Math.sqrt(covariance(rows)[k][k]);
      expect(Math.abs(width / exact.std[k] - 1)).toBeLessThan(4 * widthError + trainingError);
    }
  });
});

describe('SNPE-C', () => {
  it('takes several observations, and a flow', async () => {
    const flow = splineAutoregressive({ transforms: 2, width: 20, bins: 5 });
    const several = [
      [0.8, -0.9],
      [0.6, -0.5],
      [0.9, -0.8],
    ];
    const rows = await drawnFrom(
      inRounds(task, several, snpeC({ density: flow, fit }), { ...options, rounds: 2, calls: 1000 }),
    );
    const exact = exactMoments(task, several);
    for (const k of [0, 1]) {
      // errors of the density add up over the observations
      const error = Math.sqrt(1 / draws + (5 * 3) / 1000);
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * error + 3 * trainingError);
    }
  });
});
