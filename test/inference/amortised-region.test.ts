import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Posterior } from '../../lib/contract/posterior';
import { InvalidInputError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import { truncatedNormal } from '../../lib/distributions/truncated-normal';
import { amortisedWithin, type AmortisedRegion } from '../../lib/inference/amortised-region';
import type { ScoreEstimator } from '../../lib/inference/score/score-estimator';
import { regionOfDraws } from '../../lib/inference/sequential/highest-density-region';
import { exactPosterior } from '../../lib/tasks/exact-posterior';
import { quiet, rowsOf } from './quick-estimator';

const prior = normal({ mean: [0, 0], std: 3 });
const run = [[1, -1]];
const width = 0.2;
/** Posteriors of data that are parameters with noise; those of a truncated prior end at the wall of theta_0 < 1.7. */
const exact = ([a, b]: readonly number[]): Posterior =>
  exactPosterior(
    1,
    truncatedNormal({ mean: [a, b], std: [width, width], lower: [-Infinity, -Infinity], upper: [1.7, Infinity] }),
  );

describe('an estimator that is right within a region', () => {
  let estimator: ScoreEstimator;
  let region: AmortisedRegion;
  beforeAll(async () => {
    const found = await regionOfDraws(exact(run[0]), prior, { massOutside: 5e-4, draws: 8000 }, { seed: 1, ...quiet });
    region = { xObs: run, mixture: found.mixture, rim: found.rim };
    const given = ([x]: number[][]): object => ({ ...exact(x), map: () => Promise.resolve(tf.zeros([2])) });
    const drawEach = async (x: number[][], { draws, seed }: { draws: number; seed: number }) => {
      const each: tf.Tensor2D[] = [];
      for (const row of x) each.push(await exact(row).sample(draws, { seed }));
      return tf.tidy(() => {
        const all = tf.stack(each);
        tf.dispose(each);
        return all;
      });
    };
    estimator = amortisedWithin({ prior, given, drawEach } as unknown as ScoreEstimator, region);
  });
  const before = tf.memory().numTensors;
  afterAll(() => expect(tf.memory().numTensors).toBe(before));

  it('draws for the observations of the run, and for others that have about the same posterior', async () => {
    for (const x of [run[0], [1.05, -1], [0.9, -1.1]])
      expect((await rowsOf(estimator.given([x]).sample(50, { seed: 1 }))).length).toBe(50);
  });

  it.each([
    ['that lies elsewhere', [-1, 2]],
    ['that goes on beyond it', [0.45, -1]],
    ['that is pressed against its wall from within', [3, -1]],
  ])('refuses a posterior %s: its draws, its density and its mode', async (_, x) => {
    const posterior = estimator.given([x]);
    const expected = /given: xObs: expected observations whose posterior lies where the run's does.* % of the draws/;
    await expect(posterior.sample(5, { seed: 1 })).rejects.toThrow(expected);
    await expect(posterior.sample(5, { seed: 1 })).rejects.toThrow(InvalidInputError);
    const theta = tf.zeros<tf.Rank.R2>([1, 2]);
    await expect(posterior.density.logProb(theta)).rejects.toThrow(expected);
    await expect(posterior.map({ seed: 1 })).rejects.toThrow(expected);
    theta.dispose();
  });

  it('looks at the posterior under another prior, too', async () => {
    const same = estimator.given(run, { prior: normal({ mean: [0, 0], std: 2 }) });
    expect((await rowsOf(same.sample(5, { seed: 1 }))).length).toBe(5);
  });

  it('refuses rows of many by number, and lets a few draws pass that chance explains', async () => {
    const each = (x: number[][], draws: number) => estimator.drawEach(x, { draws, seed: 1, ...quiet });
    await expect(each([run[0], [-1, 2]], 100)).rejects.toThrow(/drawEach: row 1 of x: xObs/);
    (await each([run[0], [1.05, -1]], 100)).dispose();
    (await each([[1.05, -1]], 1)).dispose();
  });
});
