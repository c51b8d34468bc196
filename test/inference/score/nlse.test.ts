import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import { nlse } from '../../../lib/inference/score/nlse';
import type { TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import { covariance, mean } from '../../../lib/maths/moments';
import { simulate } from '../../../lib/simulation/simulate';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactLogProb, exactMoments } from '../exact-gaussian';
import { quiet, rowsOf, withPosterior } from '../quick-estimator';

const task = gaussianLinear([0.3, 0.8]);
const one = [[0.8, -0.9]];
const three = [...one, [0.2, -0.1], [0.5, -0.6]];
const draws = 2000;
const simulations = 3000;

describe('nlse of a Gaussian model', () => {
  let estimator: TrainedScoreEstimator;
  const before = tf.memory().numTensors;
  beforeAll(async () => {
    const pairs = await simulate(task, simulations, { seed: 1, ...quiet });
    estimator = await nlse.train(pairs, { prior: task.prior, seed: 2, fit: { maxEpochs: 4 }, ...quiet });
    pairs.dispose();
  });
  afterAll(() => {
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  const moments = async (xObs: number[][], exact: { mean: readonly number[]; std: number[] }, prior = task.prior) => {
    const options = prior === task.prior ? {} : { prior };
    const posterior = estimator.given(xObs, options);
    const rows = await rowsOf(posterior.sample(draws, { seed: 3, ...quiet })).finally(() => posterior.dispose());
    for (const k of [0, 1]) {
      // the linear fit of each observation has an error of sqrt(5 / N) of its posterior's width, and n of them add up
      const error = Math.sqrt(1 / draws + (5 * xObs.length) / simulations);
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * error + 0.1);
      expect(Math.abs(Math.sqrt(covariance(rows)[k][k]) / exact.std[k] - 1)).toBeLessThan(4 * error);
    }
  };

  it('draws the exact posterior given one observation and given three', async () => {
    for (const xObs of [one, three]) await moments(xObs, exactMoments(task, xObs));
  });

  it('draws the exact posterior under another prior than that of training', async () => {
    const [centre, width] = [0.5, 0.4];
    const other = normal({ mean: [centre, centre], std: width });
    for (const xObs of [one, three]) {
      const exact = task.exactPosterior(xObs);
      // precision of the likelihood: the posterior's less the prior's, 1
      const parts = [0, 1].map((k) => {
        const likelihood = 1 / exact.covariance[k][k] - 1 / task.prior.covariance[k][k];
        const shift = exact.mean[k] / exact.covariance[k][k] - task.prior.mean[k] / task.prior.covariance[k][k];
        const variance = 1 / (likelihood + 1 / width ** 2);
        return { mean: variance * (shift + centre / width ** 2), std: Math.sqrt(variance) };
      });
      await moments(xObs, { mean: parts.map((part) => part.mean), std: parts.map((part) => part.std) }, other);
    }
  });

  it('knows the log density: normalised of one observation, up to a constant of several', async () => {
    const theta = [
      [0.5, -0.3],
      [0, 0],
      [1, -0.8],
    ];
    for (const xObs of [one, three]) {
      const exact = exactLogProb(task, xObs, theta);
      const values = await withPosterior(estimator, xObs, async (posterior) => {
        const at = tf.tensor2d(theta);
        const logProb = await posterior.density!.logProb(at, quiet);
        const own = Array.from(logProb.dataSync());
        tf.dispose([at, logProb]);
        return own;
      });
      const constant = xObs.length === 1 ? 0 : values[0] - exact[0];
      values.forEach((value, i) => expect(Math.abs(value - constant - exact[i])).toBeLessThan(0.35 * xObs.length));
    }
  });

  it('is read back as the same', async () => {
    const again = nlse.restore(estimator.record(), { prior: task.prior });
    const drawn: number[][][] = [];
    for (const each of [estimator, again])
      drawn.push(await withPosterior(each, one, (posterior) => rowsOf(posterior.sample(5, { seed: 2, ...quiet }))));
    expect(drawn[1]).toEqual(drawn[0]);
    again.dispose();
  });

  it('refuses another prior with walls of its own', () => {
    const walls = uniform({ lower: [0, 0], upper: [1, 1] });
    expect(() => estimator.given(one, { prior: walls })).toThrow(/given: prior: expected one with the support of/);
  });
});
