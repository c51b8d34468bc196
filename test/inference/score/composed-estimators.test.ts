import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Composition } from '../../../lib/compose/composed-score';
import { damped } from '../../../lib/compose/damped';
import { factorized } from '../../../lib/compose/factorized';
import { autoGauss, gauss } from '../../../lib/compose/gauss';
import { jac } from '../../../lib/compose/jac';
import { miniBatch } from '../../../lib/compose/mini-batch';
import { InvalidInputError } from '../../../lib/core/errors';
import { logNormal } from '../../../lib/distributions/log-normal';
import { uniform } from '../../../lib/distributions/uniform';
import { nlse } from '../../../lib/inference/score/nlse';
import { npse } from '../../../lib/inference/score/npse';
import type { ScoreEstimator } from '../../../lib/inference/score/score-estimator';
import { covariance, mean } from '../../../lib/maths/moments';
import { simulate } from '../../../lib/simulation/simulate';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactMoments } from '../exact-gaussian';
import { pairsOf, quick, quiet, rowsOf, smallNetwork } from '../quick-estimator';

const all: Composition[] = [...[factorized(), gauss(), autoGauss({ draws: 50 }), jac()], ...[damped(), miniBatch(2)]];

/** Draws of a posterior, which leaves no tensors. */
async function drawn(from: ScoreEstimator, xObs: number[][], compose?: Composition, count = 300): Promise<number[][]> {
  const before = tf.memory().numTensors;
  const posterior = from.given(xObs, compose && { compose });
  try {
    return await rowsOf(posterior.sample(count, { seed: 3, ...quiet }));
  } finally {
    posterior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }
}

describe('compositions of a learned score', () => {
  const task = gaussianLinear([0.3, 0.8]);
  const simulations = 2_000;
  const xObs = [
    [0.8, -0.9],
    [0.2, -0.1],
    [0.5, -0.6],
    [0.1, 0.2],
  ];
  let estimator: ScoreEstimator;
  beforeAll(async () => {
    const pairs = await simulate(task, simulations, { seed: 1, ...quiet });
    const options = { prior: task.prior, seed: 2, network: smallNetwork, fit: { maxEpochs: 4 }, ...quiet };
    estimator = await npse.train(pairs, options);
    pairs.dispose();
  });
  afterAll(() => estimator.dispose());

  it('are the posterior of one observation for one, to the bit', async () => {
    const plain = await drawn(estimator, xObs.slice(0, 1), undefined, 40);
    for (const composition of all)
      expect(await drawn(estimator, xObs.slice(0, 1), composition, 40), composition.id).toEqual(plain);
  });

  it.each([gauss(), autoGauss(), jac(), damped()])('$name draws a Gaussian posterior of four', async (composition) => {
    const exact = exactMoments(task, xObs);
    // of each particle, JAC has matrices
    const count = composition.name === 'JAC' ? 256 : 1_000;
    const rows = await drawn(estimator, xObs, composition, count);
    // the linear fit has an error of sqrt(5 / N) of a posterior's width, and those of n observations add up
    const error = Math.sqrt(1 / count + (5 * xObs.length) / simulations);
    [0, 1].forEach((k) => {
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k]).toBeLessThan(4 * error + 0.1);
      expect(Math.abs(Math.sqrt(covariance(rows)[k][k]) / exact.std[k] - 1)).toBeLessThan(4 * error);
    });
  });

  it('of one name and other settings have draws of their own, the same from the same seed', async () => {
    const few = await drawn(estimator, xObs, autoGauss({ draws: 20 }), 20);
    expect(await drawn(estimator, xObs, autoGauss({ draws: 20 }), 20)).toEqual(few);
    expect(await drawn(estimator, xObs, autoGauss({ draws: 60 }), 20)).not.toEqual(few);
    const batch = await drawn(estimator, xObs, miniBatch(2), 20);
    expect(await drawn(estimator, xObs, miniBatch(2), 20)).toEqual(batch);
    expect(await drawn(estimator, xObs, miniBatch(2, { seed: 1 }), 20)).not.toEqual(batch);
  });

  it('that are none of a diffused density refuse reverse equations for several observations', () => {
    for (const composition of all)
      expect(composition.isDiffused(4), composition.id).toBe(/GAUSS|JAC/.test(composition.name));
  });
});

describe('nlse with walls kept', () => {
  const prior = uniform({ lower: [-1, 0], upper: [1, 3] });
  const xObs = [
    [0.9, 0.1],
    [1.1, 0.2],
    [0.95, -0.1],
  ];
  let estimator: ScoreEstimator;
  beforeAll(async () => {
    const pairs = pairsOf(prior);
    estimator = await nlse.train(pairs, { ...nlse.manySettings, ...quick, prior });
    tf.dispose([pairs.theta, pairs.x]);
  });
  afterAll(() => estimator.dispose());

  it('draws within the walls, up to them, composed by GAUSS unless another is asked for', async () => {
    const rows = await drawn(estimator, xObs);
    rows.forEach(([a, b]) => {
      expect(Math.abs(a)).toBeLessThan(1);
      expect(b > 0 && b < 3).toBe(true);
    });
    expect(Math.max(...rows.map(([a]) => a))).toBeGreaterThan(0.98);
    expect(await drawn(estimator, xObs, gauss())).toEqual(rows);
    expect(await drawn(estimator, xObs, autoGauss({ draws: 20 }))).not.toEqual(rows);
  });

  it('is the same estimator once it is read back', async () => {
    const again = nlse.restore(estimator.record(), { prior });
    expect(await drawn(again, xObs)).toEqual(await drawn(estimator, xObs));
    again.dispose();
  });

  it('gives no density outside of the walls', async () => {
    const posterior = estimator.given(xObs.slice(0, 1));
    const theta = tf.tensor2d([
      [0.5, 1],
      [1.1, 1],
    ]);
    const logProb = await posterior.density.logProb(theta, { tolerance: 1e-2, seed: 1, ...quiet });
    const values = Array.from(logProb.dataSync());
    expect(Number.isFinite(values[0])).toBe(true);
    expect(values[1]).toBe(-Infinity);
    tf.dispose([theta, logProb]);
    posterior.dispose();
  });

  it('refuses another prior, and one with a bound on one side', async () => {
    expect(() => estimator.given(xObs, { prior: uniform({ lower: [-1, 0], upper: [1, 3] }) })).toThrow(
      /walls are kept/,
    );
    const positive = logNormal({ mean: [0, 0], std: [1, 1] });
    const pairs = pairsOf(positive, undefined, 300);
    await expect(nlse.train(pairs, { ...nlse.manySettings, ...quick, prior: positive })).rejects.toThrow(
      InvalidInputError,
    );
    tf.dispose([pairs.theta, pairs.x]);
  });
});
