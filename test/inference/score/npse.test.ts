import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../../lib/core/errors';
import { installHost, silentHost } from '../../../lib/core/host';
import { rng } from '../../../lib/core/rng';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { independent } from '../../../lib/distributions/independent';
import { normal } from '../../../lib/distributions/normal';
import type { Prior } from '../../../lib/distributions/prior';
import { uniform } from '../../../lib/distributions/uniform';
import { npse } from '../../../lib/inference/score/npse';
import type { NpseOptions, TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import type { ScoreEstimator } from '../../../lib/inference/score/score-estimator';
import { annealedLangevin } from '../../../lib/samplers/annealed-langevin';
import { gaussianTransitions } from '../../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../../lib/samplers/predictor-corrector';

const quick = {
  seed: 1,
  maxEpochs: 2,
  emulated: 0,
  network: { width: 16, hidden: 2, activation: 'silu' as const },
  progress: false,
};
const levels = vpLevels({ count: 20 });
const draw = { seed: 1, levels, progress: false };

/** theta [N, D] of a prior and x [N, L] from a linear map of it with noise and a constant first column. */
function pairs(prior: Prior, width: number, count = 600): { theta: tf.Tensor2D; x: tf.Tensor2D } {
  const source = rng(3);
  const theta = Array.from({ length: count }, () => prior.sample(source));
  const x = theta.map((row) =>
    Array.from({ length: width }, (_, k) => (k === 0 && width > 1 ? 0.1 : row[k % row.length] + 0.3 * source.normal())),
  );
  return { theta: tf.tensor2d(theta), x: tf.tensor2d(x) };
}

async function trained(
  prior: Prior,
  width: number,
  options: Partial<NpseOptions> = {},
): Promise<TrainedScoreEstimator> {
  const sims = pairs(prior, width);
  try {
    return await npse.train(sims, { ...quick, prior, ...options });
  } finally {
    tf.dispose([sims.theta, sims.x]);
  }
}

async function rowsOf(
  estimator: ScoreEstimator,
  xObs: number[][],
  samples = 300,
  options: Record<string, unknown> = {},
): Promise<number[][]> {
  const posterior = estimator.given(xObs);
  const theta = await posterior.sample(samples, { ...draw, ...options });
  const rows = theta.arraySync();
  theta.dispose();
  posterior.dispose();
  return rows;
}

describe('npse.train', () => {
  const prior = normal({ mean: [0, 0, 0] });

  it('refuses pairs that do not fit the prior or each other, before training', async () => {
    const { theta, x } = pairs(prior, 2, 20);
    const before = tf.memory().numTensors;
    await expect(npse.train({ theta, x }, { ...quick, prior: normal({ mean: [0, 0] }) })).rejects.toThrow(
      /expected 2 columns, the prior's parameters, received the shape \[20,3\]/,
    );
    const fewer = x.slice([0, 0], [19, -1]);
    await expect(npse.train({ theta, x: fewer }, { ...quick, prior })).rejects.toThrow(/20 and 19/);
    tf.dispose(fewer);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([theta, x]);
  });

  it('refuses discrete parameters, and ones that the prior cannot have drawn', async () => {
    const { theta, x } = pairs(prior, 2, 20);
    const large = tf.tidy(() => tf.round(tf.mul(theta, 1e9)) as tf.Tensor2D);
    const whole = tf.tidy(
      () =>
        tf.concat([theta.slice([0, 0], [-1, 1]), tf.round(tf.mul(theta.slice([0, 1], [-1, 2]), 3))], 1) as tf.Tensor2D,
    );
    const before = tf.memory().numTensors;
    await expect(npse.train({ theta: whole, x }, { ...quick, prior })).rejects.toThrow(
      /npse\.train: theta: expected continuous parameters, received only whole numbers in column 1\. .*leave it out/,
    );
    const box = uniform({ lower: [-9, -9, 9], upper: [9, 9, 10] });
    await expect(npse.train({ theta, x }, { ...quick, prior: box })).rejects.toThrow(
      /within the prior's support, received 20 of 20 rows outside/,
    );
    expect(tf.memory().numTensors).toBe(before);
    // all float32 as large as these are whole numbers
    const estimator = await npse.train({ theta: large, x }, { ...quick, prior: normal({ mean: [0, 0, 0], std: 1e9 }) });
    estimator.dispose();
    tf.dispose([theta, x, whole, large]);
  });

  it.each([
    ['paperSettings', npse.paperSettings],
    ['discreteSettings', npse.discreteSettings],
  ])('takes nothing of continuous training into %s', async (_, settings) => {
    const { theta, x } = pairs(prior, 2, 300);
    const estimator = await npse.train({ theta, x }, { ...settings, prior, seed: 1, maxEpochs: 1, progress: false });
    const { architecture, parameterisation, diffusion, training } = estimator.config;
    expect([architecture, parameterisation, diffusion, training.emulated]).toEqual(['paper', undefined, undefined, 0]);
    estimator.dispose();
    tf.dispose([theta, x]);
  });

  it('counts NaN and infinity, in data and parameters, and says what to do', async () => {
    const { theta, x } = pairs(prior, 2, 20);
    const broken = tf.tidy(
      () =>
        tf.concat([
          x.slice([0, 0], [18, -1]),
          tf.tensor2d([
            [NaN, 1],
            [Infinity, -Infinity],
          ]),
        ]) as tf.Tensor2D,
    );
    const before = tf.memory().numTensors;
    await expect(npse.train({ theta, x: broken }, { ...quick, prior })).rejects.toThrow(
      /npse\.train: x.*3 that are NaN or infinite.*invalid: 'drop'/,
    );
    await expect(
      npse.train({ theta: broken, x: theta }, { ...quick, prior: normal({ mean: [0, 0] }) }),
    ).rejects.toThrow(/npse\.train: theta.*3 that are NaN/);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([theta, x, broken]);
  });

  it('refuses settings that are none, and leaves no tensor', async () => {
    const sims = pairs(prior, 2, 50);
    const before = tf.memory().numTensors;
    for (const wrong of [{ batchSize: 0 }, { maxEpochs: 1.5 }, { levels: 1 }, { network: { width: 0 } }]) {
      await expect(npse.train(sims, { ...quick, prior, ...wrong })).rejects.toThrow(InvalidInputError);
    }
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([sims.theta, sims.x]);
  });

  it('hands over, on interrupt, the estimator so far, which can draw', async () => {
    const controller = new AbortController();
    const host = installHost({
      ...silentHost,
      report: () => ({ update: () => controller.abort(), curve: () => {}, end: () => {} }),
    });
    const before = tf.memory().numTensors;
    const error = await trained(prior, 2, { signal: controller.signal, maxEpochs: 100_000, progress: true })
      .catch((reason: unknown) => reason)
      .finally(() => installHost(host));
    expect(error).toBeInstanceOf(InterruptedError);
    const partial = (error as InterruptedError<TrainedScoreEstimator>).partial!;
    expect(partial.fit.ended).toBe('interrupted');
    expect((await rowsOf(partial, [[0.1, 0.2]])).flat().every(Number.isFinite)).toBe(true);
    partial.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a trained estimator of 3 parameters and 7 data values, one of them constant', () => {
  const prior = normal({ mean: [0, 1, 2], std: [1, 2, 0.01] });
  const observation = [0.1, 1, 2, 0, 1, 2, 0];
  let estimator: TrainedScoreEstimator;
  const tensors = tf.memory().numTensors;
  beforeAll(async () => void (estimator = await trained(prior, 7)));
  afterAll(() => {
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('draws the same samples for the same seed, and others for another', async () => {
    const first = await rowsOf(estimator, [observation]);
    expect(first).toHaveLength(300);
    expect(first[0]).toHaveLength(3);
    expect(first.flat().every(Number.isFinite)).toBe(true);
    expect(await rowsOf(estimator, [observation])).toEqual(first);
    expect(await rowsOf(estimator, [observation], 300, { seed: 2 })).not.toEqual(first);
  });

  it.each([
    ['gaussianTransitions', gaussianTransitions()],
    ['predictorCorrector', predictorCorrector({ corrections: 2 })],
    ['annealedLangevin', annealedLangevin({ steps: 2 })],
  ])('draws with %s, and without naming levels or sampler', async (_, sampler) => {
    expect((await rowsOf(estimator, [observation, observation], 10, { sampler })).flat().every(Number.isFinite)).toBe(
      true,
    );
  });

  it('takes 50 observations, and narrows with their number', async () => {
    const spread = (rows: number[][]): number => {
      const mean = rows.reduce((sum, row) => sum + row[0], 0) / rows.length;
      return Math.sqrt(rows.reduce((sum, row) => sum + (row[0] - mean) ** 2, 0) / rows.length);
    };
    const many = await rowsOf(estimator, new Array(50).fill(observation), 300, { levels: vpLevels({ count: 100 }) });
    expect(spread(many)).toBeLessThan(
      spread(await rowsOf(estimator, [observation], 300, { levels: vpLevels({ count: 100 }) })) / 2,
    );
  });

  it('does not look at the order of observations', async () => {
    const source = rng(8);
    const xObs = Array.from({ length: 5 }, () =>
      observation.map((value, k) => (k === 0 ? value : value + 0.3 * source.normal())),
    );
    const [one, other] = [await rowsOf(estimator, xObs, 500), await rowsOf(estimator, [...xObs].reverse(), 500)];
    // the noise is the same, so only the rounding of sums differs
    one.forEach((row, i) =>
      row.forEach((value, k) => expect(Math.abs(value - other[i][k])).toBeLessThan(5e-3 * (1 + Math.abs(value)))),
    );
  });

  it('refuses observations of another width, none, NaN, and a single one without its brackets', () => {
    const before = tf.memory().numTensors;
    expect(() => estimator.given([[1, 2]])).toThrow(
      /xObs: expected at least one row of 7 numbers, received the shape \[1, 2\]/,
    );
    expect(() => estimator.given([])).toThrow(InvalidInputError);
    expect(() => estimator.given([observation.map((value, k) => (k === 3 ? NaN : value))])).toThrow(
      /NaN in row 0, column 3/,
    );
    expect(() => estimator.given(observation as unknown as number[][])).toThrow(
      /One row alone is written \[\[\.\.\.\]\]/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('warns once of observations far from the simulations, with the distance', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    estimator.given([observation]).dispose();
    expect(warn).not.toHaveBeenCalled();
    const far = observation.map((value, k) => (k === 1 ? 1000 : value));
    estimator.given([observation, far, far]).dispose();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toMatch(
      /^Observation [12]: value 1 lies \d+\.\d times .* \(and 1 of 3 others are far out\)/,
    );
    warn.mockRestore();
  });

  it('keeps nothing of a posterior but what dispose frees', async () => {
    const before = tf.memory().numTensors;
    const posterior = estimator.given([observation, observation]);
    expect([posterior.n, posterior.dim]).toEqual([2, 3]);
    (await posterior.sample(10, draw)).dispose();
    for (const samples of [0, -1, 1.5])
      await expect(posterior.sample(samples, draw)).rejects.toThrow(InvalidInputError);
    posterior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is the same restored from its record, and refuses another prior or record', async () => {
    const before = tf.memory().numTensors;
    const record = estimator.record();
    const again = npse.restore(JSON.parse(JSON.stringify({ config: record.config, arrays: [] })), { prior });
    again.dispose();
    const restored = npse.restore(record, { prior });
    expect(await rowsOf(restored, [observation])).toEqual(await rowsOf(estimator, [observation]));
    restored.dispose();
    for (const other of [
      normal({ mean: [0, 1, 2], std: [1, 2.1, 0.01] }),
      normal({ mean: [0, 1.5, 2], std: [1, 2, 0.01] }),
      uniform({ lower: [5, 5, 5], upper: [6, 6, 6] }),
      normal({ mean: [0, 1] }),
    ]) {
      expect(() => npse.restore(record, { prior: other })).toThrow(InvalidInputError);
    }
    expect(() => npse.restore({ ...record, config: { ...record.config, version: 2 } }, { prior })).toThrow(
      /npse of version 2/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("priors with walls and of one's own", () => {
  it('keeps every sample in a box, whatever the observation, for 1 and 5 observations', async () => {
    const prior = uniform({ lower: [0, -1], upper: [1, 3] });
    const estimator = await trained(prior, 2);
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    for (const xObs of [[[0.1, 0.9]], [[0.1, 50]], new Array(5).fill([0.1, 3.2])]) {
      for (const [a, b] of await rowsOf(estimator, xObs))
        expect([a > 0, a < 1, b > -1, b < 3]).toEqual([true, true, true, true]);
    }
    vi.restoreAllMocks();
    estimator.dispose();
  });

  it('refuses, when restored, a box beside the one of training', async () => {
    const estimator = await trained(uniform({ lower: [0], upper: [1] }), 1);
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
    const estimator = await trained(own, 3);
    for (const [a, b] of await rowsOf(estimator, [
      [0.1, 0, 1],
      [0.1, 0.1, 1],
    ]))
      expect([a > 0, Number.isFinite(b)]).toEqual([true, true]);
    estimator.dispose();
  });

  it('trains plain and raw, as the paper does', async () => {
    const prior = normal({ mean: [0, 0] });
    // long enough for a score that holds the particles: one of a few steps is rightly told to diverge
    const estimator = await trained(prior, 2, { ...npse.paperSettings, ...quick, learningRate: 2e-3, maxEpochs: 60 });
    expect([estimator.config.network.zeroLast, estimator.config.theta.std, estimator.config.x.mean]).toEqual([
      false,
      [1, 1],
      [0, 0],
    ]);
    expect(estimator.record().arrays.some(({ name }) => name.startsWith('gaussian/'))).toBe(false);
    expect((await rowsOf(estimator, [[0.1, 0.5]])).flat().every(Number.isFinite)).toBe(true);
    estimator.dispose();
  });
});
