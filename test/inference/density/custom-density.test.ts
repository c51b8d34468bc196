import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNormal } from '../../../lib/graph/random';
import { restoreDensityEstimator, type DensityMethod } from '../../../lib/inference/density/density-estimator';
import {
  trainDensityEstimator,
  type TrainedDensityEstimator,
} from '../../../lib/inference/density/train-density-estimator';
import { fitFrame } from '../../../lib/inference/frame';
import { covariance, mean } from '../../../lib/maths/moments';
import type { ConditionalDensity } from '../../../lib/nn/density/conditional-density';
import { simulate } from '../../../lib/simulation/simulate';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactLogProb, exactMoments } from '../exact-gaussian';
import { quiet, rowsOf, valuesOf, withPosterior } from '../quick-estimator';

/** N(context W + b, diag(exp(s))^2): a mean that is linear in the context, and widths. */
function linearGaussian(dim: number, context: number): ConditionalDensity {
  const standard = (theta: tf.Tensor2D, [w, b, s]: readonly tf.Tensor[], at: tf.Tensor2D): tf.Tensor =>
    tf.div(tf.sub(theta, tf.add(tf.matMul(at, w as tf.Tensor2D), b)), tf.exp(s));
  return {
    dim,
    weights: [
      { name: 'slope', shape: [context, dim], initialStd: 0 },
      { name: 'intercept', shape: [1, dim], initialStd: 0 },
      { name: 'logWidth', shape: [1, dim], initialStd: 0 },
    ],
    sample: ([w, b, s], key, at) => {
      const centre = tf.add(tf.matMul(at, w as tf.Tensor2D), b);
      return tf.add(centre, tf.mul(tf.exp(s), randomNormal<tf.Tensor2D>(key, [at.shape[0], dim])));
    },
    logProb: (weights, theta, at) => {
      const squares = tf.sum(tf.square(standard(theta, weights, at)), 1);
      const logVolume = tf.add(tf.sum(weights[2]), (dim / 2) * Math.log(2 * Math.PI));
      return tf.neg(tf.add(tf.mul(0.5, squares), logVolume)) as tf.Tensor1D;
    },
  };
}

const method: DensityMethod<object> = {
  kind: 'linear-gaussian',
  estimator: 'a linear Gaussian estimator',
  model: (dims) => {
    const density = linearGaussian(dims.theta, dims.x);
    const contextOfEach = (_: unknown, x: tf.Tensor2D): tf.Tensor2D => x.clone();
    return {
      weights: density.weights,
      density,
      densityWeights: (weights) => weights,
      contextOfEach,
    };
  },
};

const simulations = 4000;
const task = gaussianLinear([0.3, 0.6]);
const { prior } = task;
const x = [0.8, -0.9];
/** What a running average of Adam's steps leaves, in standard deviations of the posterior. */
const trainingError = 0.02;

describe("a density method of one's own", () => {
  let estimator: TrainedDensityEstimator<object>;
  const tensors = tf.memory().numTensors;
  beforeAll(async () => {
    const pairs = await simulate(task, simulations, { seed: 1, workers: 0, ...quiet });
    const frame = fitFrame(prior, pairs, true);
    const rows = tf.tidy(() => [frame.toNetwork(pairs.theta), frame.toData(pairs.x)]);
    const problem = {
      frame,
      network: {},
      rows,
      contexts: (_: unknown, __: unknown, [, context]: tf.Tensor2D[]) => context,
      maxObservations: 1,
      size: { simulations },
    };
    const options = { seed: 1, maxEpochs: 40, learningRate: 1e-2, cosineDecay: true, ema: 0.99, ...quiet };
    estimator = await trainDensityEstimator(method, problem, options);
    tf.dispose(rows);
    pairs.dispose();
  });
  afterAll(() => {
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('draws the exact posterior of a linear Gaussian model', async () => {
    const draws = 4000;
    const rows = await withPosterior(estimator, [x], (posterior) => rowsOf(posterior.sample(draws, { seed: 2 })));
    const exact = exactMoments(task, [x]);
    for (const k of [0, 1]) {
      // in its standard deviations: of the draws, and of a regression on as many simulations, at an x within two
      // standard deviations of theirs
      const meanError = Math.sqrt(1 / draws + 5 / simulations);
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * meanError + trainingError);
      const widthError = Math.sqrt(1 / (2 * draws) + 1 / (2 * simulations));
      const width = Math.sqrt(covariance(rows)[k][k]);
      expect(Math.abs(width / exact.std[k] - 1)).toBeLessThan(4 * widthError + trainingError);
    }
  });

  it('has its log density', async () => {
    const { mean: centre, std } = exactMoments(task, [x]);
    const rows = [centre.map((value, k) => value + std[k]), [...centre]];
    const exact = exactLogProb(task, [x], rows);
    const received = await withPosterior(estimator, [x], async ({ density }) => {
      const theta = tf.tensor2d(rows);
      return valuesOf(density.logProb(theta)).finally(() => theta.dispose());
    });
    // z dm / sd of two parameters, one standard deviation out
    const error = Math.sqrt((2 * 5) / simulations);
    received.forEach((value, i) => expect(Math.abs(value - exact[i])).toBeLessThan(4 * error + 2 * trainingError));
  });

  it('tells what it is, and is read back as the same', async () => {
    expect(estimator.config).toMatchObject({ kind: 'linear-gaussian', version: 2, training: { simulations } });
    const restored = restoreDensityEstimator(method, estimator.record(), prior);
    const drawn: number[][][] = [];
    for (const each of [estimator, restored])
      drawn.push(await withPosterior(each, [x], (posterior) => rowsOf(posterior.sample(5, { seed: 2 }))));
    expect(drawn[1]).toEqual(drawn[0]);
    restored.dispose();
    const record = { ...estimator.record(), config: { kind: 'npse', version: 2 } };
    expect(() => restoreDensityEstimator(method, record, prior)).toThrow(
      /a linear Gaussian estimator of version 1 or 2/,
    );
  });
});
