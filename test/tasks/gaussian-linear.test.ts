import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { gaussian10d, gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { simulationsFrom } from '../../lib/simulation/simulations';
import { simulate } from '../../lib/simulation/simulate';

describe('gaussian10d', () => {
  const task = gaussian10d();

  it('is the model of the paper', async () => {
    expect([task.name, task.prior.dim, task.dataDim]).toEqual(['gaussian-10d', 10, 10]);
    expect(task.noiseVariance[0]).toBe(0.6);
    expect(task.noiseVariance[9]).toBeCloseTo(1.4, 12);
    expect(task.noiseVariance[4] - task.noiseVariance[3]).toBeCloseTo(0.8 / 9, 12);
    const n = 20_000;
    const sims = await simulate(task, n, { seed: 3, workers: 0, progress: false });
    const variance = tf.tidy(() => sims.x.sub(sims.theta).square().mean(0).arraySync() as number[]);
    variance.forEach((value, i) =>
      expect(Math.abs(value - task.noiseVariance[i])).toBeLessThan(4 * task.noiseVariance[i] * Math.sqrt(2 / n)),
    );
    sims.dispose();
  });

  it('has the posterior of conjugate algebra: its score is the sum of prior and likelihood scores', () => {
    const { xObs } = drawObservations(task, 5, 1);
    const posterior = task.exactPosterior(xObs);
    tf.tidy(() => {
      const theta = tf.randomNormal([4, 10], 0, 1, 'float32', 7) as tf.Tensor2D;
      const likelihood = xObs.map((x) =>
        tf
          .tensor1d(x)
          .sub(theta)
          .div(tf.tensor1d(task.noiseVariance as number[])),
      );
      const expected = tf.addN([theta.neg(), ...likelihood]).arraySync() as number[][];
      posterior
        .score(theta)
        .arraySync()
        .forEach((row, i) => row.forEach((value, k) => expect(Math.abs(value - expected[i][k])).toBeLessThan(1e-4)));
    });
    posterior.covariance.forEach((row, i) => expect(row[i]).toBeCloseTo(1 / (1 + 5 / task.noiseVariance[i]), 12));
  });

  it('draws from its posterior within four standard errors', async () => {
    const before = tf.memory().numTensors;
    const posterior = task.exactPosterior(drawObservations(task, 3, 2).xObs);
    const n = 10_000;
    const draws = await posterior.sample(n, { seed: 4 });
    expect(draws.shape).toEqual([n, 10]);
    const mean = tf.tidy(() => draws.mean(0).arraySync() as number[]);
    mean.forEach((value, i) =>
      expect(Math.abs(value - posterior.mean[i])).toBeLessThan(4 * Math.sqrt(posterior.covariance[i][i] / n)),
    );
    draws.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes tensors, and refuses observations that do not fit', () => {
    const before = tf.memory().numTensors;
    const xObs = tf.zeros([2, 10]) as tf.Tensor2D;
    expect(task.exactPosterior(xObs).mean).toEqual(new Array(10).fill(0));
    xObs.dispose();
    expect(() => task.exactPosterior([[1, 2]])).toThrow(InvalidInputError);
    expect(() => task.exactPosterior([])).toThrow(InvalidInputError);
    expect(() => task.exactPosterior([new Array(10).fill(NaN)])).toThrow(/NaN/);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('gaussianLinear', () => {
  it('weighs prior and data by their precisions', () => {
    const posterior = gaussianLinear([0.1, 1], [0.1, 3]).exactPosterior([
      [1, 2],
      [3, 4],
    ]);
    // precisions 10 + 20 and 1 / 3 + 2
    expect(posterior.mean[0]).toBeCloseTo((20 * 2) / 30, 6);
    expect(posterior.mean[1]).toBeCloseTo((2 * 3) / (1 / 3 + 2), 6);
    expect(posterior.covariance[1][1]).toBeCloseTo(3 / 7, 12);
  });

  it('refuses variances that are not positive or do not match', () => {
    expect(() => gaussianLinear([1, 0])).toThrow(/0 at 1/);
    expect(() => gaussianLinear([1], [1, 1])).toThrow(InvalidInputError);
    expect(() => gaussianLinear([])).toThrow(InvalidInputError);
  });
});

describe('drawObservations', () => {
  const task = gaussian10d();

  it('is seeded, grows at its end, and is unrelated to simulate', async () => {
    const long = drawObservations(task, 8, 1);
    expect(drawObservations(task, 3, 1)).toEqual({ theta: long.theta, xObs: long.xObs.slice(0, 3) });
    expect(drawObservations(task, 8, 2).theta).not.toEqual(long.theta);
    const sims = await simulate(task, 1, { seed: 1, workers: 0, progress: false });
    expect(Array.from(sims.theta.dataSync())).not.toEqual(long.theta);
    sims.dispose();
  });

  it('simulates from a given theta', () => {
    expect(
      drawObservations({ prior: task.prior, simulator: ([a]) => [a] }, 2, 1, [7, 0, 0, 0, 0, 0, 0, 0, 0, 0]).xObs,
    ).toEqual([[7], [7]]);
    expect(() => drawObservations(task, 2, 1, [1])).toThrow(/10 finite numbers/);
    expect(() => drawObservations(task, 0, 1)).toThrow(InvalidInputError);
  });
});

describe('simulationsFrom', () => {
  it('holds tables made elsewhere and refuses those that do not match', () => {
    const before = tf.memory().numTensors;
    const sims = simulationsFrom(
      [[1], [2]],
      [
        [3, 4],
        [5, 6],
      ],
    );
    expect([sims.theta.shape, sims.x.shape, sims.calls, sims.dropped]).toEqual([[2, 1], [2, 2], 2, 0]);
    sims.dispose();
    expect(() => simulationsFrom([[1]], [[1], [2]])).toThrow(/x: expected 1 rows.*received 2 rows/);
    expect(() => simulationsFrom([[1]], [[NaN]])).toThrow(InvalidInputError);
    expect(tf.memory().numTensors).toBe(before);
  });
});
