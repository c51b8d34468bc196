import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import type { TrainedRatioEstimator } from '../../../lib/inference/ratio/fit-ratio';
import { nre } from '../../../lib/inference/ratio/nre';
import type { Embedding } from '../../../lib/nn/embedding/embedding';
import { residual } from '../../../lib/nn/ratio/residual';
import { simulate } from '../../../lib/simulation/simulate';
import { fixedReference, nreA, nreC } from '../../../lib/training/ratio';
import { exactLogRatio, gaussianPairs, noise } from '../../training/ratio/gaussian-pairs';
import { pairsOf, quiet, valuesOf, withPosterior } from '../quick-estimator';

const [count, fresh] = [2000, gaussianPairs(400, 77)];
const prior = normal({ mean: [0], std: 1 });
const column = (values: readonly number[]): tf.Tensor2D => tf.tensor2d([...values], [values.length, 1]);
const settings = { seed: 1, classifier: residual({ width: 24, blocks: 1, squares: 4 }), ...quiet };

/** Trains on pairs of one parameter and one data value. */
async function trainedOn(
  { theta, x }: { theta: number[]; x: number[] },
  options: Partial<Parameters<typeof nre.train>[1]> = {},
): Promise<TrainedRatioEstimator> {
  const pairs = { theta: column(theta), x: column(x) };
  try {
    return await nre.train(pairs, { prior, ...settings, ...options });
  } finally {
    tf.dispose([pairs.theta, pairs.x]);
  }
}

/** The root mean square of log r less the exact one, over fresh pairs; of NaN for a ratio that is blind. */
async function errorOf(estimator: TrainedRatioEstimator): Promise<number> {
  const errors = await Promise.all(
    fresh.theta.slice(0, 100).map(async (theta, i) => {
      const [found] = await valuesOf(estimator.logRatio([[theta]], [[fresh.x[i]]]));
      return found - exactLogRatio(theta, fresh.x[i]);
    }),
  );
  return Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
}

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

  it.each([1, 3])('draws the exact posterior given %d observations', async (n) => {
    const xs = [[0.8], [0.2], [0.9]].slice(0, n);
    const [draws, precision] = [4000, 1 + n / noise];
    const exact = { mean: xs.reduce((sum, [x]) => sum + x / noise, 0) / precision, std: 1 / Math.sqrt(precision) };
    const rows = await withPosterior(estimator, xs, (posterior) =>
      valuesOf(posterior.sample(draws, { seed: 2, ...quiet })),
    );
    const mean = rows.reduce((sum, value) => sum + value, 0) / draws;
    const std = Math.sqrt(rows.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws);
    // what as many simulations leave of the posterior's mean and width, and the chains
    const allowed = 4 * Math.sqrt(1 / draws + (5 * n) / count);
    expect(Math.abs(mean - exact.mean) / exact.std).toBeLessThan(allowed);
    expect(Math.abs(std / exact.std - 1)).toBeLessThan(allowed);
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

  it('takes another prior, and refuses one of another size', async () => {
    const narrow = normal({ mean: [0.5], std: 0.2 });
    const xs = [[1.2]];
    const posterior = estimator.given(xs, { prior: narrow });
    const rows = await valuesOf(posterior.sample(2000, { seed: 3, ...quiet }));
    posterior.dispose();
    const precision = 1 / 0.04 + 1 / noise;
    const expected = (0.5 / 0.04 + 1.2 / noise) / precision;
    const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length;
    expect(Math.abs(mean - expected) * Math.sqrt(precision)).toBeLessThan(4 * Math.sqrt(1 / 2000 + 5 / count));
    expect(() => estimator.given(xs, { prior: normal({ mean: [0, 0], std: 1 }) })).toThrow(/1 parameters/);
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
  it('fails where the classifier is blind to the data', async () => {
    const blind = {
      spec: { name: 'blind' },
      build: (): Embedding => ({ weights: [], outputs: 1, apply: (_, rows) => tf.zeros([rows.shape[0], 1]) }),
    };
    const estimator = await trainedOn(gaussianPairs(count), { embedding: blind });
    expect(await errorOf(estimator)).toBeGreaterThan(0.5);
    estimator.dispose();
  });

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

  it('tells what share of pairs is beyond the support of a fixed reference', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const box = uniform({ lower: [-1], upper: [1] });
    const shareOf = async (std: number): Promise<number> => {
      const simulator = ([at]: readonly number[], rng: { normal(): number }): number[] => [at + std * rng.normal()];
      const own = await simulate({ prior: box, simulator }, 1000, { seed: 1, workers: 0, ...quiet });
      const point = { ...box, sample: () => [0] };
      const reference = await simulate({ prior: point, simulator }, 1000, { seed: 2, workers: 0, ...quiet });
      const loss = fixedReference({ theta: [0], x: reference.x });
      const estimator = await nre.train(own, { ...settings, prior: box, loss });
      const { withoutSupport } = estimator.fit;
      estimator.dispose();
      own.dispose();
      reference.dispose();
      return withoutSupport!;
    };
    expect(await shareOf(5)).toBe(0);
    expect(warn.mock.calls.filter(([text]) => /do not overlap/.test(String(text)))).toEqual([]);
    // |log r| > log 900 where |x theta - theta^2 / 2| > .0001 log 900: for all but theta within about .037
    expect(await shareOf(0.01)).toBeGreaterThan(0.8);
    const told = warn.mock.calls.map(([text]) => String(text)).filter((text) => /do not overlap/.test(text));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/p\(x \| theta\) and p\(x \| theta_ref\) do not overlap for \d+ % of pairs/);
    warn.mockRestore();
  });
});
