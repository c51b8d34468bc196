import '@tensorflow/tfjs-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../../lib/core/errors';
import { installHost, silentHost } from '../../../lib/core/host';
import { covariance, mean } from '../../../lib/maths/moments';
import { normal } from '../../../lib/distributions/normal';
import type { Prior } from '../../../lib/distributions/prior';
import { uniform } from '../../../lib/distributions/uniform';
import type { FlowEstimator, FlowPosterior } from '../../../lib/inference/density/flow-estimator';
import {
  flowNpe,
  type FlowNpeOptions,
  type TrainedFlowEstimator,
  type TrainingSets,
} from '../../../lib/inference/density/flow-npe';
import { npse } from '../../../lib/inference/score/npse';
import { readEstimator, saveEstimator } from '../../../lib/io/saved-estimator';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { simulateSets } from '../../../lib/simulation/simulate-sets';
import type { AnySimulator } from '../../../lib/simulation/simulator';

const quick = { seed: 1, maxEpochs: 3, batchSize: 64, network: { width: 16, hidden: 2 }, progress: false };
/** Little to record and to compile. */
const tiny = { width: 8, hidden: 1, couplings: 2 };
const here = { seed: 1, workers: 0, progress: false };
const task = gaussianLinear([0.3, 0.6]);
/** Three parameters, two values. */
const three = normal({ mean: [0, 0, 1] });
const noisy: AnySimulator = ([a, b], rng) => [a + 0.5 * rng.normal(), b + 0.5 * rng.normal()];

async function trained(prior: Prior, options: Partial<FlowNpeOptions> = {}): Promise<TrainedFlowEstimator> {
  const sets = await simulateSets({ prior, simulator: noisy }, { ...here, calls: 600, maxObservations: 4 });
  try {
    return await flowNpe.train(sets, { ...quick, prior, ...options });
  } finally {
    sets.dispose();
  }
}

function drawn(estimator: FlowEstimator, xObs: number[][], samples = 20, seed = 5): number[][] {
  const posterior = estimator.given(xObs);
  const theta = posterior.sample(samples, { seed });
  const rows = theta.arraySync();
  theta.dispose();
  posterior.dispose();
  return rows;
}

/** The mass of a posterior of two parameters in each cell of a grid. */
function gridMass(posterior: FlowPosterior, lower: number[], upper: number[], points: number): number[] {
  const steps = lower.map((low, k) => (upper[k] - low) / points);
  const axis = (k: number): number[] => Array.from({ length: points }, (_, i) => lower[k] + (i + 0.5) * steps[k]);
  return tf.tidy(() => {
    const grid = tf.tensor2d(axis(0).flatMap((a) => axis(1).map((b) => [a, b])));
    return Array.from(
      posterior
        .logProb(grid)
        .exp()
        .mul(steps[0] * steps[1])
        .dataSync(),
    );
  });
}
const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('the types of flowNpe', () => {
  it('refuse pairs, a missing prior and settings of another method at compile time', () => {
    const sets = {} as TrainingSets;
    const misuse = [
      // @ts-expect-error pairs are not sets
      () => flowNpe.train({ theta: sets.theta, x: sets.theta }, { ...quick, prior: three }),
      // @ts-expect-error the prior is required
      () => flowNpe.train(sets, quick),
      // @ts-expect-error a flow has no noise levels
      () => flowNpe.train(sets, { ...quick, prior: three, levels: 10 }),
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
  afterEach(() => vi.restoreAllMocks());

  const refused = async (
    change: (sets: TrainingSets) => Partial<TrainingSets>,
    options: Partial<FlowNpeOptions> = {},
  ): Promise<string> => {
    const changed = change(sets);
    const error = await flowNpe.train({ ...pick(sets), ...changed }, { ...quick, prior: three, ...options }).then(
      () => expect.unreachable('flowNpe.train did not throw'),
      (error: Error) => error,
    );
    tf.dispose(Object.values(changed));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(tf.memory().numTensors).toBe(tensors);
    return error.message;
  };
  const pick = ({ theta, x, counts }: TrainingSets): TrainingSets => ({ theta, x, counts });

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

  it('refuses sizes that are none, NaN among the observations and too small a budget', async () => {
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
    expect(await refused(() => ({}), { batchSize: 301 })).toMatch(
      /at least 301 observations in all.*received 300 in \d+ sets\. Simulate more calls, or pass a smaller batchSize/,
    );
  });

  it('refuses settings that are none', async () => {
    expect(await refused(() => ({}), { network: { couplings: 0 } })).toMatch(/setFlow couplings/);
    expect(await refused(() => ({}), { learningRate: -1 })).toMatch(/learningRate/);
    expect(await refused(() => ({}), { batchSize: 0 })).toMatch(/batchSize/);
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
      const estimator = await flowNpe.train({ ...pick(sets), x }, { ...quick, prior: three, seed, network: tiny });
      weights.push(
        estimator
          .record()
          .arrays.map(({ values }) => values.join())
          .join(),
      );
      estimator.dispose();
    }
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
    dirty.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('hands over the best estimator so far on interrupt, and when the loss leaves the finite numbers', async () => {
    const controller = new AbortController();
    installHost({
      report: () => ({ update: () => controller.abort(), curve: () => {}, end: () => {} }),
      onInterrupt: () => () => {},
    });
    const attempt = (options: Partial<FlowNpeOptions>) =>
      flowNpe
        .train(pick(sets), { ...quick, prior: three, maxEpochs: 2_000, network: tiny, progress: true, ...options })
        .catch((error: InterruptedError<TrainedFlowEstimator>) => error);
    const interrupted = await attempt({ signal: controller.signal });
    installHost(silentHost);
    expect(interrupted).toBeInstanceOf(InterruptedError);
    const broken = await attempt({ learningRate: 1e30 });
    expect(broken).toBeInstanceOf(NonFiniteError);
    for (const [error, ended] of [
      [interrupted, 'interrupted'],
      [broken, 'not finite'],
    ] as const) {
      const best = (error as InterruptedError<TrainedFlowEstimator>).partial!;
      expect(best.fit.ended).toBe(ended);
      expect(
        drawn(best, [[0, 1]])
          .flat()
          .every(Number.isFinite),
      ).toBe(true);
      best.dispose();
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe('a flow estimator', () => {
  let estimator: TrainedFlowEstimator;
  const xObs = [
    [0.1, 0.5],
    [-0.3, 0.2],
    [0.4, 0.1],
  ];
  beforeAll(async () => {
    estimator = await trained(three, { maxEpochs: 20 });
  });
  afterAll(() => estimator.dispose());
  afterEach(() => vi.restoreAllMocks());

  it('tells its shapes and how training went', () => {
    const { config, fit } = estimator;
    expect(config).toMatchObject({ kind: 'flow-npe', dims: { theta: 3, x: 2 }, maxObservations: 4 });
    expect(config.training).toMatchObject({ observations: 600, bestEpoch: fit.bestEpoch, steps: fit.steps });
    expect(config.x.std.every((std) => std > 0.5 && std < 2)).toBe(true);
    expect(fit.history.length).toBeGreaterThan(1);
  });

  it('draws the same for the same seed, and other samples for another or other observations', () => {
    const first = drawn(estimator, xObs);
    expect(drawn(estimator, xObs)).toEqual(first);
    expect(drawn(estimator, xObs, 20, 6)).not.toEqual(first);
    expect(drawn(estimator, [[0.1, 0.5]])).not.toEqual(first);
  });

  it('does not look at the order of observations', () => {
    const [one, other] = [drawn(estimator, xObs), drawn(estimator, [...xObs].reverse())];
    one.forEach((row, i) => row.forEach((value, k) => expect(Math.abs(value - other[i][k])).toBeLessThan(1e-4)));
  });

  it('has the density of its draws: log q = log N(z) - log |det dtheta / dz|', () => {
    tf.tidy(() => {
      const posterior = estimator.given(xObs);
      const samples = posterior.sample(20_000, { seed: 2 });
      // the entropy of a flow of couplings is not known, but E[q'(theta) / q(theta)] = 1 for every density q', here a Gaussian's
      const rows = samples.arraySync();
      const other = normal({ mean: mean(rows), covariance: covariance(rows).map((row) => row.map((v) => 0.7 * v)) });
      const ratio = tf.exp(tf.sub(other.logProb(samples), posterior.logProb(samples)));
      const { mean: average, variance } = tf.moments(ratio);
      expect(Math.abs(average.dataSync()[0] - 1)).toBeLessThan(4 * Math.sqrt(variance.dataSync()[0] / 20_000));
      posterior.dispose();
    });
  });

  it('works in passes for many rows, with the same numbers', () => {
    tf.tidy(() => {
      const posterior = estimator.given(xObs);
      const samples = posterior.sample(40_000, { seed: 2 });
      expect(samples.shape).toEqual([40_000, 3]);
      const some = samples.slice([33_000, 0], [10, -1]);
      const [all, few] = [posterior.logProb(samples).slice(33_000, 10), posterior.logProb(some)];
      expect(tf.sub(all, few).abs().max().dataSync()[0]).toBeLessThan(1e-4);
      posterior.dispose();
    });
  });

  it('lets its log density be differentiated', () => {
    tf.tidy(() => {
      const posterior = estimator.given(xObs);
      const theta = posterior.sample(5, { seed: 1 });
      const score = tf.grad((at: tf.Tensor) => posterior.logProb(at as tf.Tensor2D).sum())(theta);
      const step = tf.tensor2d([[0.01, 0, 0]]);
      const at = (moved: tf.Tensor): tf.Tensor => posterior.logProb(moved as tf.Tensor2D);
      const difference = tf.div(tf.sub(at(tf.add(theta, step)), at(tf.sub(theta, step))), 0.02);
      const off = tf.sub(score.slice([0, 0], [-1, 1]).squeeze([1]), difference);
      expect(off.abs().max().dataSync()[0]).toBeLessThan(0.02 * (1 + difference.abs().max().dataSync()[0]));
      posterior.dispose();
    });
  });

  it('warns of more observations than training had, and of such far from the simulations, and gives them all the same', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(drawn(estimator, new Array(4).fill(xObs[0])).flat().every(Number.isFinite)).toBe(true);
    expect(warn).not.toHaveBeenCalled();
    expect(drawn(estimator, new Array(5).fill(xObs[0])).flat().every(Number.isFinite)).toBe(true);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/has seen at most 4 observations.*and 5 came/)]]);
    estimator.given([[0, 1000]]).dispose();
    expect(warn).toHaveBeenCalledTimes(2);
    expect(warn.mock.calls[1][0]).toMatch(/^Observation 0: value 1 lies \d+/);
  });

  it('refuses observations of another width, none and NaN, and bad numbers of samples and parameters', () => {
    const before = tf.memory().numTensors;
    expect(() => estimator.given([[1, 2, 3]])).toThrow(/xObs: expected at least one row of 2 numbers/);
    expect(() => estimator.given([])).toThrow(InvalidInputError);
    expect(() => estimator.given([[1, NaN]])).toThrow(/NaN in row 0, column 1/);
    const posterior = estimator.given(xObs);
    expect([posterior.n, posterior.dim]).toEqual([3, 3]);
    for (const samples of [0, -1, 1.5])
      expect(() => posterior.sample(samples, { seed: 1 })).toThrow(/samples: expected a positive whole number/);
    expect(() => tf.tidy(() => posterior.logProb(tf.zeros([2, 2])))).toThrow(/rows of 3 parameters.*\[2,2\]/);
    posterior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps nothing of a posterior but what dispose frees', () => {
    const before = tf.memory().numTensors;
    const posterior = estimator.given(xObs);
    const samples = posterior.sample(10, { seed: 1 });
    const logProb = posterior.logProb(samples);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([samples, logProb]);
    posterior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is the same saved and read back, and refuses another prior or the record of another method', async () => {
    const before = tf.memory().numTensors;
    const folder = mkdtempSync(join(tmpdir(), 'scorebook-flow-'));
    await saveEstimator(estimator, join(folder, 'model'));
    const record = await readEstimator(join(folder, 'model'));
    rmSync(folder, { recursive: true });
    const restored = flowNpe.restore(record, { prior: three });
    expect(drawn(restored, xObs)).toEqual(drawn(estimator, xObs));
    restored.dispose();
    expect(() => flowNpe.restore(record, { prior: normal({ mean: [0, 0] }) })).toThrow(/prior of 3 parameters/);
    expect(() => flowNpe.restore(record, { prior: normal({ mean: [0, 0, 0] }) })).toThrow(/the prior of training/);
    expect(() => npse.restore(record, { prior: three })).toThrow(
      /an NPSE or FMPE estimator of version 1, received flow-npe/,
    );
    expect(() => flowNpe.restore({ ...record, config: { kind: 'npse', version: 1 } }, { prior: three })).toThrow(
      /a flow NPE estimator of version 1, received npse of version 1/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('trains raw, as the paper does', async () => {
    const raw = await trained(three, { ...flowNpe.paperSettings, ...quick, network: tiny });
    expect([raw.config.theta.std, raw.config.theta.mean, raw.config.x.std]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [1, 1],
    ]);
    expect(drawn(raw, xObs).flat().every(Number.isFinite)).toBe(true);
    raw.dispose();
  });
});

describe('the density of a flow estimator', () => {
  it('integrates to one in a box with walls, is nothing outside of it, and has the draws in its cells', async () => {
    const prior = uniform({ lower: [0, -1], upper: [1, 3] });
    const estimator = await trained(prior, { maxEpochs: 30 });
    const posterior = estimator.given([
      [0.2, 2.8],
      [0.6, 2.2],
    ]);
    const fine = gridMass(posterior, [0, -1], [1, 3], 200);
    expect(Math.abs(total(fine) - 1)).toBeLessThan(5e-3);
    tf.tidy(() => {
      const outside = tf.tensor2d([
        [-0.1, 0],
        [1.1, 0],
        [0.5, 3.5],
        [0.5, 2],
      ]);
      const values = Array.from(posterior.logProb(outside).dataSync());
      expect(values.slice(0, 3)).toEqual([-Infinity, -Infinity, -Infinity]);
      expect(Number.isFinite(values[3])).toBe(true);
    });
    const count = 20_000;
    const samples = posterior.sample(count, { seed: 3 });
    const seen = new Array<number>(16).fill(0);
    for (const [a, b] of samples.arraySync()) {
      expect(a > 0 && a < 1 && b > -1 && b < 3).toBe(true);
      seen[4 * Math.floor(4 * a) + Math.floor(b + 1)]++;
    }
    const expected = new Array<number>(16).fill(0);
    fine.forEach((mass, i) => {
      const [row, column] = [Math.floor(i / 200), i % 200];
      expected[4 * Math.floor(row / 50) + Math.floor(column / 50)] += mass;
    });
    expected.forEach((share, cell) =>
      // 4 standard errors, and what the grid rounds
      expect(Math.abs(seen[cell] / count - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count) + 2e-3),
    );
    samples.dispose();
    posterior.dispose();
    estimator.dispose();
  });

  it('reaches the closed-form posterior of a Gaussian task for 1 and 5 observations', async () => {
    const sets = await simulateSets(task, { ...here, calls: 20_000, maxObservations: 6 });
    const estimator = await flowNpe.train(sets, {
      prior: task.prior,
      seed: 3,
      batchSize: 256,
      maxEpochs: 60,
      learningRate: 3e-3,
      network: { width: 32, hidden: 2, activation: 'silu' },
      progress: false,
    });
    sets.dispose();
    const all = [0, 1, 2, 3, 4].map((j) => [0.8 + 0.2 * j, -0.9 + 0.1 * j]);
    for (const n of [1, 5]) {
      const xObs = all.slice(0, n);
      const exact = task.exactPosterior(xObs);
      const posterior = estimator.given(xObs);
      const samples = posterior.sample(4_000, { seed: 4 });
      const rows = samples.arraySync();
      const [centre, spread] = [mean(rows), covariance(rows)];
      exact.mean.forEach((value, k) => {
        const std = Math.sqrt(exact.covariance[k][k]);
        // in posterior standard deviations; sampling error is about .016 and .011
        expect(Math.abs(centre[k] - value) / std).toBeLessThan(0.2);
        expect(Math.abs(Math.sqrt(spread[k][k]) / std - 1)).toBeLessThan(0.15);
      });
      // the Kullback-Leibler divergence from the exact posterior
      const divergence = tf.tidy(() => {
        const theta = exact.sample(4_000, 5);
        return tf.mean(tf.sub(exact.logProb(theta), posterior.logProb(theta))).dataSync()[0];
      });
      expect(divergence).toBeLessThan(0.05);
      const fine = gridMass(posterior, [-3, -4], [4, 3], 300);
      expect(Math.abs(total(fine) - 1)).toBeLessThan(5e-3);
      samples.dispose();
      posterior.dispose();
    }
    estimator.dispose();
  });
});
