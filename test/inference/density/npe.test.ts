import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import { randomNormal } from '../../../lib/graph/random';
import { npe, type NpeEstimator, type NpeOptions, type TrainedNpeEstimator } from '../../../lib/inference/density/npe';
import { covariance, mean } from '../../../lib/maths/moments';
import type { DensityDefinition } from '../../../lib/nn/density/density-definition';
import { splineAutoregressive } from '../../../lib/nn/density/spline-flows';
import { mlp } from '../../../lib/nn/embedding/mlp';
import { simulate } from '../../../lib/simulation/simulate';
import type { AnySimulator } from '../../../lib/simulation/simulator';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactMoments } from '../exact-gaussian';
import { quiet, rowsOf, valuesOf, withPosterior } from '../quick-estimator';

const small = splineAutoregressive({ transforms: 2, width: 20, bins: 5 });
const fit = { maxEpochs: 25, learningRate: 2e-3 };
const draws = 4000;

/** An estimator of a model, quickly trained on so many simulations. */
async function trainedOn(
  model: { prior: NpeOptions['prior']; simulator: AnySimulator },
  count: number,
  options: Partial<NpeOptions> = {},
): Promise<TrainedNpeEstimator> {
  const pairs = await simulate(model, count, { seed: 1, workers: 0, ...quiet });
  const all = { prior: model.prior, seed: 1, density: small, fit, ...quiet, ...options };
  return npe.train(pairs, all).finally(() => pairs.dispose());
}

const drawn = (estimator: NpeEstimator, x: number[]): Promise<number[][]> =>
  withPosterior(estimator, [x], (posterior) => rowsOf(posterior.sample(draws, { seed: 2, ...quiet })));

/** Mean and standard deviation of a density on [0, 1], up to a constant. */
function momentsOn(density: (theta: number) => number): { mean: number; std: number } {
  const at = Array.from({ length: 2000 }, (_, i) => (i + 0.5) / 2000);
  const total = at.reduce((sum, theta) => sum + density(theta), 0);
  const centre = at.reduce((sum, theta) => sum + theta * density(theta), 0) / total;
  const square = at.reduce((sum, theta) => sum + (theta - centre) ** 2 * density(theta), 0) / total;
  return { mean: centre, std: Math.sqrt(square) };
}

/** What stops short in training leaves, in standard deviations of the posterior. */
const trainingError = 0.06;
const meanError = (simulations: number): number => 4 * Math.sqrt(1 / draws + 5 / simulations) + trainingError;
const widthError = (simulations: number): number =>
  4 * Math.sqrt(1 / (2 * draws) + 1 / (2 * simulations)) + trainingError;

describe('npe', () => {
  it('draws the exact posterior of a linear Gaussian model, as an ensemble too', async () => {
    const task = gaussianLinear([0.3, 0.6]);
    const estimator = await trainedOn(task, 4000, { members: 2 });
    for (const x of [
      [0.8, -0.9],
      [-1.2, 0.4],
    ]) {
      const rows = await drawn(estimator, x);
      const exact = exactMoments(task, [x]);
      for (const k of [0, 1]) {
        expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(meanError(4000));
        expect(Math.abs(Math.sqrt(covariance(rows)[k][k]) / exact.std[k] - 1)).toBeLessThan(widthError(4000));
      }
    }
    estimator.dispose();
  });

  it('learns nothing from data that say nothing: the posterior is the prior', async () => {
    const blind: AnySimulator = (_, source) => [source.normal()];
    const estimator = await trainedOn({ prior: normal({ mean: 2, std: 3 }), simulator: blind }, 3000);
    const rows = await drawn(estimator, [1]);
    expect(Math.abs(mean(rows)[0] - 2) / 3).toBeLessThan(meanError(3000));
    expect(Math.abs(Math.sqrt(covariance(rows)[0][0]) / 3 - 1)).toBeLessThan(widthError(3000));
    estimator.dispose();
  });

  it('keeps a posterior at the wall of a bounded prior inside it, and whole', async () => {
    const noise = 0.25;
    const simulator: AnySimulator = ([theta], source) => [source.normal(theta, noise)];
    const estimator = await trainedOn({ prior: uniform({ lower: 0, upper: 1 }), simulator }, 4000);
    const x = -0.15;
    const rows = await drawn(estimator, [x]);
    expect(rows.every(([theta]) => theta >= 0 && theta <= 1)).toBe(true);
    const exact = momentsOn((theta) => Math.exp(-0.5 * ((x - theta) / noise) ** 2));
    expect(Math.abs(mean(rows)[0] - exact.mean) / exact.std).toBeLessThan(meanError(4000));
    expect(Math.abs(Math.sqrt(covariance(rows)[0][0]) / exact.std - 1)).toBeLessThan(2 * widthError(4000));
    const cells = 4000;
    const grid = tf.tensor2d(Array.from({ length: cells }, (_, i) => [(i + 0.5) / cells]));
    const logProb = await withPosterior(estimator, [[x]], ({ density }) => valuesOf(density.logProb(grid, quiet)));
    grid.dispose();
    const mass = logProb.reduce((sum, value) => sum + Math.exp(value) / cells, 0);
    expect(Math.abs(mass - 1)).toBeLessThan(0.01);
    estimator.dispose();
  });

  it('takes data of many columns through an embedding', async () => {
    // the mean of 100 values says all
    const simulator: AnySimulator = ([theta], source) => Array.from({ length: 100 }, () => source.normal(theta, 5));
    const embedding = mlp({ outputs: 4, width: 16, hidden: 1 });
    const estimator = await trainedOn({ prior: normal({ mean: 0, std: 1 }), simulator }, 4000, { embedding });
    // x whose mean is 1: N(0.8, 0.2)
    const rows = await drawn(estimator, new Array<number>(100).fill(1));
    expect(Math.abs(mean(rows)[0] - 0.8) / Math.sqrt(0.2)).toBeLessThan(0.4);
    expect(Math.sqrt(covariance(rows)[0][0])).toBeLessThan(0.75);
    estimator.dispose();
  });

  it("is read back with a density of one's own, which has to be given", async () => {
    // N(0, exp(s)^2) that sees nothing
    const own: DensityDefinition = {
      spec: { name: 'wide' },
      build: ({ dim }) => ({
        dim,
        weights: [{ name: 's', shape: [dim], initialStd: 0 }],
        sample: ([s], key, at) => tf.mul(tf.exp(s), randomNormal<tf.Tensor2D>(key, [at.shape[0], dim])),
        logProb: ([s], theta) =>
          tf.sub(
            tf.mul(-0.5, tf.sum(tf.square(tf.div(theta, tf.exp(s))), 1)),
            tf.add(tf.sum(s), (dim / 2) * Math.log(2 * Math.PI)),
          ) as tf.Tensor1D,
      }),
    };
    const prior = normal({ mean: [0, 0] });
    const simulator: AnySimulator = ([a, b], source) => [source.normal(a), source.normal(b)];
    const estimator = await trainedOn({ prior, simulator }, 300, { density: own, fit: { maxEpochs: 2 } });
    const again = npe.restore(estimator.record(), { prior, density: own });
    expect(await drawn(again, [0, 1])).toEqual(await drawn(estimator, [0, 1]));
    expect(() => npe.restore(estimator.record(), { prior })).toThrow(/density: expected one of the library/);
    again.dispose();
    estimator.dispose();
  });

  it('refuses simulations and observations that are not finite, before any work', async () => {
    const prior = normal({ mean: 0, std: 1 });
    for (const bad of [NaN, Infinity]) {
      const pairs = { theta: tf.tensor2d([[0], [1], [2]]), x: tf.tensor2d([[0], [bad], [1]]) };
      await expect(npe.train(pairs, { prior, seed: 1, ...quiet })).rejects.toThrow(InvalidInputError);
      tf.dispose([pairs.theta, pairs.x]);
    }
    const simulator: AnySimulator = ([theta], source) => [source.normal(theta)];
    const estimator = await trainedOn({ prior, simulator }, 100, { fit: { maxEpochs: 1 } });
    for (const bad of [NaN, Infinity]) expect(() => estimator.given([[bad]])).toThrow(InvalidInputError);
    estimator.dispose();
  });
});
