import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import {
  flowNpe,
  type FlowNpeOptions,
  type TrainedFlowEstimator,
  type TrainingSets,
} from '../../../lib/inference/density/flow-npe';
import { simulateSets } from '../../../lib/simulation/simulate-sets';
import { interrupted, rowsOf, withPosterior } from '../quick-estimator';
import { here, noisy, quickFlow, three, tiny } from './quick-flow';

describe('the types of flowNpe', () => {
  it('refuse pairs, a missing prior and settings of another method at compile time', () => {
    const sets = {} as TrainingSets;
    const misuse = [
      // @ts-expect-error pairs are not sets
      () => flowNpe.train({ theta: sets.theta, x: sets.theta }, { ...quickFlow, prior: three }),
      // @ts-expect-error the prior is required
      () => flowNpe.train(sets, quickFlow),
      // @ts-expect-error a flow has no noise levels
      () => flowNpe.train(sets, { ...quickFlow, prior: three, levels: 10 }),
    ];
    expect(misuse).toHaveLength(3);
  });
});

describe('flowNpe.train', () => {
  let sets: { theta: tf.Tensor2D; x: tf.Tensor3D; counts: tf.Tensor1D };
  let tensors: number;
  beforeAll(async () => {
    sets = await simulateSets({ prior: three, simulator: noisy }, { ...here, calls: 300, maxObservations: 4 });
    [sets.theta, sets.x, sets.counts].forEach((each) => each.dataSync());
    tensors = tf.memory().numTensors;
  });
  afterAll(() => tf.dispose([sets.theta, sets.x, sets.counts]));

  const pick = ({ theta, x, counts }: TrainingSets): TrainingSets => ({ theta, x, counts });
  const refused = async (
    change: (sets: TrainingSets) => Partial<TrainingSets>,
    options: Partial<FlowNpeOptions> = {},
  ): Promise<string> => {
    const changed = change(sets);
    const error = await flowNpe.train({ ...pick(sets), ...changed }, { ...quickFlow, prior: three, ...options }).then(
      () => expect.unreachable('flowNpe.train did not throw'),
      (error: Error) => error,
    );
    tf.dispose(Object.values(changed));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(tf.memory().numTensors).toBe(tensors);
    return error.message;
  };

  it('refuses sets that do not fit the prior or each other, before training', async () => {
    expect(await refused(() => ({}), { prior: normal({ mean: [0, 0] }) })).toMatch(/theta: expected 2 columns/);
    expect(await refused(({ x }) => ({ x: x.slice([0, 0, 0], [5, -1, -1]) }))).toMatch(/as many theta and counts/);
    expect(await refused(({ counts }) => ({ counts: counts.slice(0, 5) }))).toMatch(/as many theta and counts/);
    expect(await refused(({ x }) => ({ x: tf.reshape(x, [x.shape[0], -1]) as unknown as tf.Tensor3D }))).toMatch(
      /x: expected the shape \[sets, observations, values\], received the shape \[\d+,8\]/,
    );
  });

  it('refuses a prior of one parameter, with what to do instead', async () => {
    expect(
      await refused(({ theta }) => ({ theta: theta.slice([0, 0], [-1, 1]) }), { prior: normal({ mean: 0 }) }),
    ).toMatch(/prior: expected at least two parameters.*received 1\. npse\.train/);
  });

  it('refuses invalid sizes, NaN among the observations and too small a budget', async () => {
    const sized = (size: number): Promise<string> =>
      refused(({ counts }) => ({ counts: tf.fill(counts.shape, size) as tf.Tensor1D }));
    for (const size of [0, 5, 1.5, NaN])
      expect(await sized(size)).toMatch(/counts: expected whole numbers from 1 to 4/);
    expect(await refused(({ theta }) => ({ theta: tf.div<tf.Tensor2D>(theta, 0) }))).toMatch(
      /theta: expected finite numbers/,
    );
    expect(await refused(({ x }) => ({ x: tf.mul<tf.Tensor3D>(x, NaN) }))).toMatch(
      /x: expected finite numbers, received 600 that are NaN or infinite\. simulateSets/,
    );
    expect(await refused(() => ({}), { fit: { batchSize: 301 } })).toMatch(
      /at least 301 observations in all.*received 300 in \d+ sets\. Simulate more calls, or pass a smaller batchSize/,
    );
  });

  it('refuses invalid settings', async () => {
    expect(await refused(() => ({}), { network: { couplings: 0 } })).toMatch(/setFlow couplings/);
    expect(await refused(() => ({}), { fit: { learningRate: -1 } })).toMatch(/learningRate/);
    expect(await refused(() => ({}), { fit: { batchSize: 0 } })).toMatch(/batchSize/);
  });

  it('gives the same estimator for the same seed, and does not look behind the observations of a set', async () => {
    const dirty = tf.tidy(() => {
      const isReal = tf.less(tf.range(0, 4).expandDims(0), tf.expandDims(sets.counts, 1)).expandDims(2);
      return tf.where(isReal, sets.x, tf.fill(sets.x.shape, NaN)) as tf.Tensor3D;
    });
    const weights: string[] = [];
    for (const [x, seed] of [
      [sets.x, 1],
      [dirty, 1],
      [sets.x, 2],
    ] as const) {
      const estimator = await flowNpe.train({ ...pick(sets), x }, { ...quickFlow, prior: three, seed, network: tiny });
      weights.push(String(estimator.record().arrays.map(({ values }) => values.join())));
      estimator.dispose();
    }
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
    dirty.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('hands over the best estimator so far on interrupt, and when the loss leaves the finite numbers', async () => {
    const attempt = (options: Partial<FlowNpeOptions>, fit: FlowNpeOptions['fit'] = {}) =>
      flowNpe.train(pick(sets), {
        ...quickFlow,
        prior: three,
        network: tiny,
        fit: { ...quickFlow.fit, maxEpochs: 2_000, ...fit },
        ...options,
      });
    const stopped = await interrupted((signal) => attempt({ progress: true, signal }));
    expect(stopped).toBeInstanceOf(InterruptedError);
    const broken = await attempt({}, { learningRate: 1e30 }).catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(NonFiniteError);
    for (const [error, ended] of [
      [stopped, 'interrupted'],
      [broken, 'not finite'],
    ] as const) {
      const best = (error as InterruptedError<TrainedFlowEstimator>).partial!;
      expect(best.fit.ended).toBe(ended);
      const rows = await withPosterior(best, [[0, 1]], (posterior) => rowsOf(posterior.sample(20, { seed: 5 })));
      expect(rows.flat().every(Number.isFinite)).toBe(true);
      best.dispose();
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
