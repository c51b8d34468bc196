import '@tensorflow/tfjs-node';
import type * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { independent } from '../../../lib/distributions/independent';
import { normal } from '../../../lib/distributions/normal';
import type { Prior } from '../../../lib/distributions/prior';
import { uniform } from '../../../lib/distributions/uniform';
import { npse } from '../../../lib/inference/score/npse';
import type { TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import { quiet, rowsOf, trained, withPosterior } from '../quick-estimator';

const fit = { maxEpochs: 2 };
const drawn = (estimator: TrainedScoreEstimator, xObs: number[][]): Promise<number[][]> =>
  withPosterior(estimator, xObs, (posterior) => rowsOf(posterior.sample(200, { seed: 1, ...quiet })));

describe("an estimator under priors with walls and of one's own", () => {
  it('keeps every draw in a box, whatever the observation, for 1 and 5 observations', async () => {
    const estimator = await trained(uniform({ lower: [0, -1], upper: [1, 3] }), { fit }, 2);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const xObs of [[[0.1, 0.9]], [[0.1, 50]], new Array(5).fill([0.1, 3.2])]) {
      for (const [a, b] of await drawn(estimator, xObs))
        expect([a > 0, a < 1, b > -1, b < 3]).toEqual([true, true, true, true]);
    }
    warn.mockRestore();
    estimator.dispose();
  });

  it('refuses, when read back, a box beside the one of training', async () => {
    const estimator = await trained(uniform({ lower: [0], upper: [1] }), { fit });
    const record = estimator.record();
    for (const [lower, upper] of [
      [2, 3],
      [0, 2],
      [-1, 0],
    ])
      expect(() => npse.restore(record, { prior: uniform({ lower: [lower], upper: [upper] }) })).toThrow(
        /the prior of training/,
      );
    estimator.dispose();
  });

  it('takes a prior that has but sample and logProb, on a half line beside an open one', async () => {
    const exponential: Prior = {
      dim: 1,
      sample: (source) => [-Math.log(1 - source.uniform())],
      logProb: (theta) => theta.sum(1).neg() as tf.Tensor1D,
      support: { lower: [0], upper: [Infinity] },
    };
    const prior = independent([exponential, normal({ mean: [0] })]);
    const own: Prior = { dim: 2, sample: prior.sample, logProb: prior.logProb, support: prior.support };
    const estimator = await trained(own, { fit }, 3);
    for (const [a, b] of await drawn(estimator, [
      [0.1, 0, 1],
      [0.1, 0.1, 1],
    ]))
      expect([a > 0, Number.isFinite(b)]).toEqual([true, true]);
    estimator.dispose();
  });
});
