import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import type { DensityModel } from '../../../lib/inference/density/density-model';
import { atomicLoss } from '../../../lib/inference/sequential/atomic-loss';
import { weightedLikelihood } from '../../../lib/inference/sequential/weighted-likelihood';
import type { Loss } from '../../../lib/training/loss';

/** q(y | x) = N(slope x, width^2) with the weights [slope, width]. */
const model: DensityModel = {
  weights: [],
  densityWeights: (weights) => weights,
  contextOfEach: (_, x) => x.clone(),
  density: {
    dim: 1,
    weights: [],
    sample: () => tf.zeros([1, 1]),
    logProb: ([slope, width], y, x) => {
      const z = tf.div(tf.sub(y, tf.mul(slope, x)), width);
      return tf.squeeze(tf.sub(tf.mul(-0.5, tf.square(z)), tf.log(width)), [1]) as tf.Tensor1D;
    },
  },
};

const valueOf = (loss: Loss, slope: number, width: number, rows: number[][][]): number =>
  tf.tidy(() => {
    const tables = rows.map((each) => tf.tensor2d(each));
    return loss([tf.scalar(slope), tf.scalar(width)], tables, tf.tensor1d([0, 0], 'int32')).dataSync()[0];
  });

describe('atomicLoss', () => {
  it('is the log of the share of the own parameters among the next ones, by hand', () => {
    const [y, x, logPrior] = [
      [0.1, -0.4, 1.2],
      [0.3, -0.2, 0.7],
      [-1, -0.5, -2],
    ];
    const log = (i: number, j: number): number => -0.5 * (y[j] - x[i]) ** 2 - logPrior[j];
    const expected = [0, 1, 2].map((i) => {
      const next = (i + 1) % 3;
      return -log(i, i) + Math.log(Math.exp(log(i, i)) + Math.exp(log(i, next)));
    });
    const rows = [y, x, logPrior, [0, 0, 0]].map((values) => values.map((value) => [value]));
    const mean = expected.reduce((sum, value) => sum + value, 0) / 3;
    expect(valueOf(atomicLoss(model, 2), 1, 1, rows)).toBeCloseTo(mean, 5);
    // a row of the prior adds its own log density
    const ofPrior = [...rows.slice(0, 3), [[0], [1], [0]]];
    expect(valueOf(atomicLoss(model, 2), 1, 1, ofPrior)).toBeCloseTo(mean + (0.5 * (y[1] - x[1]) ** 2) / 3, 5);
    // as many atoms as rows at most
    expect(valueOf(atomicLoss(model, 3), 1, 1, rows)).toBeCloseTo(valueOf(atomicLoss(model, 10), 1, 1, rows), 5);
  });

  it('is least at the posterior under the prior, whatever law proposed the parameters', () => {
    const source = rng(1);
    // prior N(0, 1), proposal N(1, .5^2), x = y + N(0, .5^2): the posterior is N(.8 x, .2)
    const y = Array.from({ length: 20_000 }, () => [1 + 0.5 * source.normal()]);
    const x = y.map(([value]) => [value + 0.5 * source.normal()]);
    const logPrior = y.map(([value]) => [-0.5 * value * value]);
    const at = (slope: number, width: number): number =>
      valueOf(atomicLoss(model, 10), slope, width, [y, x, logPrior, y.map(() => [0])]);
    const exact = at(0.8, Math.sqrt(0.2));
    // the proposal's posterior, N(.5 x + .5, .125), has another width; and so have those of other slopes
    for (const [slope, width] of [
      [0.8, 0.35],
      [0.8, 0.6],
      [0.6, Math.sqrt(0.2)],
      [1, Math.sqrt(0.2)],
    ])
      expect(at(slope, width)).toBeGreaterThan(exact + 0.002);
    // blind to x it can but guess among ten: log 10, less what the proposal tells from the prior
    expect(at(0, 1e3)).toBeGreaterThan(exact + 0.3);
  });
});

describe('weightedLikelihood', () => {
  it('is the weighted mean of the minus log densities', () => {
    const rows = [
      [[0.1], [2]],
      [[0], [0]],
      [[3], [1]],
    ];
    expect(valueOf(weightedLikelihood(model), 1, 1, rows)).toBeCloseTo((3 * 0.005 + 2) / 4, 5);
  });

  it('is a number where no row of a batch has a weight', () => {
    expect(valueOf(weightedLikelihood(model), 1, 1, [[[0.1]], [[0]], [[0]]])).toBe(0);
  });
});
