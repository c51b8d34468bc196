import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterruptedError } from '../../../lib/core/errors';
import { covariance, mean } from '../../../lib/maths/moments';
import { straightPath } from '../../../lib/diffusion/straight-path';
import { normal } from '../../../lib/distributions/normal';
import { fmpe } from '../../../lib/inference/score/fmpe';
import { npse } from '../../../lib/inference/score/npse';
import type { NpseOptions, TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import type { TrainingPairs } from '../../../lib/inference/check-pairs';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import type { ScoreEstimator } from '../../../lib/inference/score/score-estimator';
import { dpmSolver } from '../../../lib/samplers/dpm-solver';
import { probabilityFlow } from '../../../lib/samplers/probability-flow';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { simulate } from '../../../lib/simulation/simulate';
import { exactLogProb, exactMoments } from '../exact-gaussian';
import { interrupted, quiet, valuesOf, withPosterior } from '../quick-estimator';

const simulations = 3000;
const samples = 1500;
const task = gaussianLinear([0.3, 0.6]);
const { prior } = task;
const xObs = [
  [0.5, -1],
  [0.2, -0.3],
];
const shape = {
  network: denoisingNetwork({ width: 16, blocks: 1, hidden: 1, dropout: 0.5 }),
  emulated: 0,
  gaussians: 1,
  seed: 1,
  ...quiet,
};
let pairs: TrainingPairs & { dispose(): void };
const tensors = tf.memory().numTensors;
beforeAll(async () => {
  pairs = await simulate(task, simulations, { seed: 1, workers: 0, ...quiet });
  // tensors from here on, so that they count
  for (const each of [pairs.theta, pairs.x]) each.dataSync();
});
afterAll(() => {
  pairs.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
});

/** Draws by default, or by a sampler. */
function drawn(estimator: ScoreEstimator, n: number, options: object = {}): Promise<number[]> {
  return withPosterior(estimator, xObs.slice(0, n), (posterior) =>
    valuesOf(posterior.sample(samples, { seed: 2, ...quiet, ...options })),
  );
}

/** Samples beside the exact posterior: differences of means in its standard deviations, and ratios of covariances. */
function differences(values: number[], n: number): { means: number[]; variances: number[]; correlation: number } {
  const exact = exactMoments(task, xObs.slice(0, n));
  const rows = Array.from({ length: samples }, (_, i) => values.slice(2 * i, 2 * i + 2));
  const [m, c] = [mean(rows), covariance(rows)];
  return {
    means: [0, 1].map((k) => (m[k] - exact.mean[k]) / exact.std[k]),
    variances: [0, 1].map((k) => c[k][k] / exact.std[k] ** 2 - 1),
    correlation: c[0][1] / Math.sqrt(c[0][0] * c[1][1]),
  };
}

/*
 * In standard deviations of the posterior, a mean has the standard error 1 / sqrt(samples) of the draws and, as the
 * regression at an x within two standard deviations has it, at most sqrt(5 / simulations) of the Gaussian part, for
 * each of n observations; variances have sqrt(2 / .).
 */
const meanError = (n: number): number => Math.sqrt(1 / samples + (5 * n) / simulations);
const varianceError = (n: number): number => Math.sqrt(2 / samples + (2 * n) / simulations);

describe.each([
  // with a network that has learned nothing, the flow is the Gaussian's own
  { what: 'FMPE of the Gaussian part alone', train: fmpe.train, epochs: 1, learningRate: 1e-12, trainingError: 0 },
  // a few steps of training leave a network that is off by this much of a standard deviation
  { what: 'FMPE', train: fmpe.train, epochs: 8, learningRate: 1e-3, trainingError: 0.05 },
  { what: 'NPSE', train: npse.train, epochs: 8, learningRate: 1e-3, trainingError: 0.05 },
])('$what on a Gaussian task', ({ train, epochs, learningRate, trainingError }) => {
  let estimator: TrainedScoreEstimator;
  const before: number[] = [];
  beforeAll(async () => {
    before.push(tf.memory().numTensors);
    estimator = await train(pairs, { ...shape, prior, fit: { maxEpochs: epochs, learningRate } });
  });
  afterAll(() => {
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(before[0]);
  });

  it.each([1, 2])('draws the exact posterior of %i observations', async (n) => {
    const { means, variances, correlation } = differences(await drawn(estimator, n), n);
    for (const k of [0, 1]) {
      expect(Math.abs(means[k])).toBeLessThan(4 * meanError(n) + trainingError);
      expect(Math.abs(variances[k])).toBeLessThan(4 * varianceError(n) + 2 * trainingError);
    }
    expect(Math.abs(correlation)).toBeLessThan((4 / Math.SQRT2) * varianceError(n) + trainingError);
  });

  it('has the exact log density', async () => {
    const { mean, std } = exactMoments(task, xObs.slice(0, 1));
    const at = [
      [0, 0],
      [1, -1],
    ];
    const rows = at.map((z) => z.map((value, k) => mean[k] + value * std[k]));
    const theta = tf.tensor2d(rows);
    const expected = exactLogProb(task, xObs.slice(0, 1), rows);
    const values = await withPosterior(estimator, xObs.slice(0, 1), (posterior) =>
      valuesOf(posterior.density.logProb(theta, { tolerance: 1e-3, ...quiet })),
    );
    theta.dispose();
    at.forEach((z, i) => {
      // z dm / sd + (z^2 - 1) / 2 dv / v for each of two parameters, with the errors of the part
      const error =
        Math.SQRT2 * Math.hypot(z[0] ? Math.sqrt(5 / simulations) : 0, z[0] ? 0 : 0.5 * Math.sqrt(2 / simulations));
      expect(Math.abs(values[i] - expected[i])).toBeLessThan(4 * error + 2 * trainingError + 2e-3);
    });
  });
});

describe('an FMPE estimator', () => {
  let estimator: TrainedScoreEstimator;
  beforeAll(async () => void (estimator = await fmpe.train(pairs, { ...shape, prior, fit: { maxEpochs: 4 } })));
  afterAll(() => estimator.dispose());

  it('draws one observation along its flow, the same again, and no unit is left out', async () => {
    const first = await drawn(estimator, 1);
    expect(await drawn(estimator, 1)).toEqual(first);
    expect(await drawn(estimator, 1, { sampler: probabilityFlow() })).toEqual(first);
    expect(await drawn(estimator, 1, { sampler: dpmSolver() })).not.toEqual(first);
    const record = estimator.record();
    const network = { ...(record.config.network as object), dropout: 0 };
    const whole = fmpe.restore({ ...record, config: { ...record.config, network } }, { prior });
    expect(await drawn(whole, 1)).toEqual(first);
    whole.dispose();
  });

  it('is on the straight path, and read back by its own method only', () => {
    const { config } = estimator;
    expect(config).toMatchObject({ kind: 'fmpe', levels: { name: 'continuous', diffusion: straightPath().spec } });
    const record = estimator.record();
    expect(() => npse.restore(record, { prior })).toThrow(/an NPSE estimator of version 1 or 2, received fmpe/);
    expect(() => fmpe.restore(record, { prior: normal({ mean: [0, 1] }) })).toThrow(/the prior of training/);
  });

  it('is handed over, on interrupt, as far as it is', async () => {
    const error = await interrupted((signal) =>
      fmpe.train(pairs, { ...shape, prior, fit: { maxEpochs: 10_000 }, signal, progress: true }),
    );
    expect(error).toBeInstanceOf(InterruptedError);
    const partial = (error as InterruptedError<TrainedScoreEstimator>).partial!;
    expect([partial.config.kind, partial.fit.ended]).toEqual(['fmpe', 'interrupted']);
    expect((await drawn(partial, 1)).every(Number.isFinite)).toBe(true);
    partial.dispose();
  });
});

describe('fmpe.train', () => {
  it.each<[RegExp, Partial<NpseOptions>]>([
    [/^fmpe\.train: theta: expected 3 columns/, { prior: normal({ mean: [0, 0, 0] }) }],
    [/^fmpe\.train: gaussians: .* received -1/, { gaussians: -1 }],
    [/^fmpe\.train: emulated: .* received -1/, { emulated: -1 }],
    [/exchangeable/, { network: denoisingNetwork({ exchangeable: 3 }) }],
    [/learningRate/, { fit: { learningRate: 0 } }],
  ])('refuses with %s', async (message, wrong) => {
    const before = tf.memory().numTensors;
    await expect(fmpe.train(pairs, { ...shape, prior, ...wrong })).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses pairs that do not fit each other, or hold no numbers', async () => {
    const fewer = pairs.x.slice([0, 0], [10, -1]);
    const broken = tf.mul(pairs.x, NaN) as tf.Tensor2D;
    const before = tf.memory().numTensors;
    const refused = (x: tf.Tensor2D) => expect(fmpe.train({ theta: pairs.theta, x }, { ...shape, prior })).rejects;
    await refused(fewer).toThrow(/^fmpe\.train: expected as many rows of theta as of x, received 3000 and 10/);
    await refused(broken).toThrow(/^fmpe\.train: x: expected finite numbers, received 6000/);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([fewer, broken]);
  });
});
