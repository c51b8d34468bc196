import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factorized } from '../../../lib/compose/factorized';
import { gauss } from '../../../lib/compose/gauss';
import { InvalidInputError } from '../../../lib/core/errors';
import { pfNpse } from '../../../lib/inference/score/pf-npse';
import { rowsOfObservations, rowsOfSets } from '../../../lib/inference/score/set-rows';
import type { TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import { covariance, mean } from '../../../lib/maths/moments';
import { drawObservations } from '../../../lib/simulation/draw-observations';
import { simulateSets } from '../../../lib/simulation/simulate-sets';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';

const task = gaussianLinear([1, 0.5]);
const { prior } = task;
const most = 4;
const quiet = { progress: false } as const;

describe('rows of sets', () => {
  it('hold the observations, the first again in the place of missing ones, and their number', () => {
    const x = tf.tensor3d([
      [
        [1, 2],
        [3, 4],
        [9, 9],
      ],
    ]);
    expect(rowsOfSets({ x, counts: tf.tensor1d([2], 'int32') }).arraySync()).toEqual([[1, 2, 3, 4, 1, 2, 2]]);
  });

  it('are as few as there can be, of nearly the same size, each observation in one', () => {
    for (const [n, sizes] of [
      [1, [1]],
      [4, [4]],
      [5, [3, 2]],
      [10, [3, 4, 3]],
    ] as const) {
      const rows = rowsOfObservations(
        Array.from({ length: n }, (_, i) => [i]),
        most,
        1,
      ).arraySync();
      expect(rows.map((row) => row[most])).toEqual(sizes);
      expect(rows.flatMap((row) => row.slice(0, row[most]))).toEqual(Array.from({ length: n }, (_, i) => i));
    }
  });
});

describe('pfNpse', () => {
  let estimator: TrainedScoreEstimator;
  beforeAll(async () => {
    const sets = await simulateSets(task, { calls: 8_000, maxObservations: most, seed: 1, ...quiet });
    estimator = await pfNpse.train(sets, {
      prior,
      seed: 1,
      network: { width: 32, blocks: 1, dropout: 0 },
      fit: { maxEpochs: 60, batchSize: 64 },
      ...quiet,
    });
    sets.dispose();
  });
  afterAll(() => estimator.dispose());

  const drawn = async (
    xObs: number[][],
    of: Pick<TrainedScoreEstimator, 'given'> = estimator,
    compose = factorized(),
  ) => {
    const posterior = of.given(xObs, { compose });
    expect(posterior.n).toBe(xObs.length);
    const draws = await posterior.sample(1_000, { seed: 3, ...quiet });
    posterior.dispose();
    const rows = draws.arraySync();
    draws.dispose();
    return rows;
  };

  // a network that does not see the data has a posterior of width 1, and one blind to the number one of all numbers'
  it.each([1, 2, 4, 7, 10])('is near the exact posterior of %i observations', async (n) => {
    const { xObs } = drawObservations(task, n, 5, [0.8, -0.6]);
    const rows = await drawn(xObs);
    const exact = task.exactPosterior(xObs);
    const [ofMean, ofCovariance] = [mean(rows), covariance(rows)];
    exact.mean.forEach((value, i) => {
      const std = Math.sqrt(exact.covariance[i][i]);
      expect(Math.abs(ofMean[i] - value) / std).toBeLessThan(0.5);
      expect(Math.abs(Math.log(Math.sqrt(ofCovariance[i][i]) / std))).toBeLessThan(0.3);
    });
  });

  it('is the score of the network for a single set, whatever the composition', async () => {
    for (const n of [1, most]) {
      const { xObs } = drawObservations(task, n, 6);
      expect(await drawn(xObs, estimator, gauss())).toEqual(await drawn(xObs));
    }
  });

  it('does not look at the order within a set', async () => {
    const { xObs } = drawObservations(task, most, 7);
    const [a, b] = [await drawn(xObs), await drawn([...xObs].reverse())];
    const largest = Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i][j]))));
    expect(largest).toBeLessThan(1e-3);
    const { xObs: other } = drawObservations(task, most, 8);
    expect(await drawn(other)).not.toEqual(a);
  });

  it('draws for each row by itself as for one observation', async () => {
    const { xObs } = drawObservations(task, 2, 9, [0.8, -0.6]);
    const each = await estimator.drawEach(xObs, { draws: 2_000, seed: 1, ...quiet });
    const rows = each.arraySync() as number[][][];
    each.dispose();
    for (const [j, own] of rows.entries()) {
      const alone = mean(await drawn([xObs[j]]));
      mean(own).forEach((value, i) => expect(Math.abs(value - alone[i])).toBeLessThan(0.15));
    }
  });

  it('is the same after it was read back', async () => {
    const { xObs } = drawObservations(task, 6, 7);
    const again = pfNpse.restore(estimator.record(), { prior });
    expect(await drawn(xObs, again)).toEqual(await drawn(xObs));
    again.dispose();
  });

  it('leaves no tensors, and refuses other widths and what are no sets', async () => {
    const { xObs } = drawObservations(task, 6, 7);
    await drawn(xObs);
    const before = tf.memory().numTensors;
    await drawn(xObs);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => estimator.given([[1]])).toThrow(InvalidInputError);
    const pairs = { theta: tf.zeros([4, 2]), x: tf.zeros([4, 2]), counts: tf.ones([4]) };
    await expect(pfNpse.train(pairs as never, { prior, seed: 1 })).rejects.toThrow(/sets \[M, m, L\]/);
  });
});
