import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import type { TrainedRatioEstimator } from '../../../lib/inference/ratio/fit-ratio';
import { nre } from '../../../lib/inference/ratio/nre';
import { fixedReference, nreA, nreC } from '../../../lib/training/ratio';
import { gaussianPairs } from '../../training/ratio/gaussian-pairs';
import { pairsOf, valuesOf } from '../quick-estimator';
import { count, errorOf, fresh, prior, settings, trainedOn } from './one-parameter';

describe('nre of one parameter', () => {
  const before = tf.memory().numTensors;
  let estimator: TrainedRatioEstimator;
  beforeAll(async () => {
    estimator = await trainedOn(gaussianPairs(count));
  });
  afterAll(() => {
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('finds the exact log ratio, and adds it up over observations', async () => {
    expect(await errorOf(estimator)).toBeLessThan(0.2);
    const [theta, xs] = [
      [[0.4], [-1.1]],
      [0.3, -0.8, 0.1],
    ];
    const each = await Promise.all(xs.map((x) => valuesOf(estimator.logRatio(theta, [[x]]))));
    const sum = await valuesOf(
      estimator.logRatio(
        theta,
        xs.map((x) => [x]),
      ),
    );
    sum.forEach((value, i) =>
      expect(value).toBeCloseTo(
        each.reduce((total, one) => total + one[i], 0),
        4,
      ),
    );
  });

  it('stays what it is at the last parameter of training for all beyond, so that no prior is outgrown', async () => {
    const { range, frame } = estimator.config;
    const [low, high] = [range!.lower[0], range!.upper[0]].map((y) => frame.theta.mean[0] + frame.theta.std[0] * y);
    const above = await valuesOf(estimator.logRatio([[high], [high + 0.01], [high + 5], [1e19]], [[0.3]]));
    const below = await valuesOf(estimator.logRatio([[low], [low - 5], [-1e19]], [[0.3]]));
    for (const values of [above, below]) values.forEach((value) => expect(value).toBeCloseTo(values[0], 4));
    const [within, rim] = await valuesOf(estimator.logRatio([[high - 0.5], [high]], [[0.3]]));
    expect(Math.abs(within - rim)).toBeGreaterThan(0.01);
  });

  it('has a calibrated classifier, by the simulations that training held out and by fresh ones', async () => {
    const { calibration, withoutSupport } = estimator.fit;
    expect([calibration!.isCalibrated, withoutSupport]).toEqual([true, undefined]);
    expect(calibration!.bins.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(2 * 0.1 * count);
    const pairs = { theta: fresh.theta.map((value) => [value]), x: fresh.x.map((value) => [value]) };
    const ofFresh = await estimator.calibration(pairs);
    expect(ofFresh.isCalibrated).toBe(true);
    // the same data with parameters that did not make them
    const wrong = await estimator.calibration({ ...pairs, theta: [...pairs.theta].reverse() });
    expect(wrong.isCalibrated).toBe(false);
    await expect(estimator.calibration({ ...pairs, x: [[1]] })).rejects.toThrow(/400 rows/);
  });

  it('is the same read back from its record', async () => {
    const record = estimator.record();
    const again = nre.restore({ config: JSON.parse(JSON.stringify(record.config)), arrays: record.arrays }, { prior });
    const at = (one: Pick<TrainedRatioEstimator, 'logRatio'>) => valuesOf(one.logRatio([[0.3]], [[0.7]]));
    expect(await at(again)).toEqual(await at(estimator));
    again.dispose();
    expect(() => nre.restore({ ...record, config: { ...record.config, kind: 'npe' } }, { prior })).toThrow(/NRE/);
    expect(() => nre.restore(record, { prior: normal({ mean: [3], std: 1 }) })).toThrow(/prior of training/);
  });
});

describe('nre', () => {
  it('averages the log ratios of several networks', async () => {
    const pairs = gaussianPairs(300);
    const estimator = await trainedOn(pairs, { members: 2, fit: { maxEpochs: 2 } });
    expect([estimator.config.network.members, estimator.fit.parts?.length]).toEqual([2, 2]);
    expect(estimator.fit.calibration).toBeUndefined();
    const [both] = await valuesOf(estimator.logRatio([[0.5]], [[1]]));
    const { config, arrays } = estimator.record();
    const half = arrays.length / 2;
    const alone = await Promise.all(
      [arrays.slice(0, half), arrays.slice(half)].map(async (own) => {
        const one = nre.restore(
          { config: { ...config, network: { ...estimator.config.network, members: 1 } }, arrays: own },
          { prior },
        );
        const [value] = await valuesOf(one.logRatio([[0.5]], [[1]]));
        one.dispose();
        return value;
      }),
    );
    expect(alone[0]).not.toBeCloseTo(alone[1], 4);
    expect(both).toBeCloseTo((alone[0] + alone[1]) / 2, 5);
    estimator.dispose();
  });

  it('sees boxes as they are and half-bounded parameters by their logarithm', async () => {
    const box = uniform({ lower: [0], upper: [2] });
    const pairs = pairsOf(box, undefined, 200);
    const estimator = await nre.train(pairs, { prior: box, ...settings, fit: { maxEpochs: 1 } });
    const { mean, std } = estimator.config.frame.theta;
    expect(Math.abs(mean[0] - 1)).toBeLessThan((4 * std[0]) / Math.sqrt(200));
    expect(std[0]).toBeGreaterThan(0.4);
    const wide = uniform({ lower: [0], upper: [3] });
    expect(() => estimator.given([[1]], { prior: wide })).toThrow(/support within that of training/);
    estimator.dispose();
    tf.dispose([pairs.theta, pairs.x]);
  });

  it('refuses simulations that are fewer than a loss has contrasts, and too few at the reference', async () => {
    const pairs = gaussianPairs(200);
    await expect(trainedOn(pairs, { loss: nreC({ classes: 30 }) })).rejects.toThrow(/held-out simulations.*30/);
    await expect(trainedOn(pairs, { loss: nreA(), fit: { batchSize: 1 } })).rejects.toThrow(/rows in a batch/);
    const few = fixedReference({ theta: [0], x: [[1], [2]] });
    await expect(trainedOn(pairs, { loss: few })).rejects.toThrow(/at least 200 rows/);
    const wide = fixedReference({ theta: [0], x: [[1, 2]] });
    await expect(trainedOn(pairs, { loss: wide })).rejects.toThrow(/equally many|rows? of 1/);
  });
});
