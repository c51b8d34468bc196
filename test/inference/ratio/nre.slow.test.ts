import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import type { TrainedRatioEstimator } from '../../../lib/inference/ratio/fit-ratio';
import { nre } from '../../../lib/inference/ratio/nre';
import type { Embedding } from '../../../lib/nn/embedding/embedding';
import { simulate } from '../../../lib/simulation/simulate';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { bnre, fixedReference, nreA, nreB, nreC, type RatioLoss } from '../../../lib/training/ratio';
import { gaussianPairs, noise } from '../../training/ratio/gaussian-pairs';
import { estimatorLaws, halfBounded } from '../contract-laws';
import { exactLogProb } from '../exact-gaussian';
import { quiet, valuesOf, withPosterior } from '../quick-estimator';
import { count, errorOf, settings, trainedOn } from './one-parameter';

describe('nre of a bounded and an open parameter', () => {
  estimatorLaws(
    async () => {
      const pairs = await simulate(halfBounded, 1000, { seed: 1, workers: 0, ...quiet });
      const estimator = await nre.train(pairs, { ...settings, prior: halfBounded.prior });
      pairs.dispose();
      return { estimator, restore: (record) => nre.restore(record, { prior: halfBounded.prior }) };
    },
    // the grid's own error
    { cells: 100, integral: 0.02, areChains: true },
  );
});

describe('nre of two parameters', () => {
  const task = gaussianLinear([0.3, 0.6]);
  const simulations = 4000;
  const fresh = 200;
  let pairs: Awaited<ReturnType<typeof simulate>>;
  let reference: tf.Tensor2D;
  let judged: { theta: number[][]; x: number[][] };
  beforeAll(async () => {
    pairs = await simulate(task, simulations, { seed: 1, workers: 0, ...quiet });
    const at = { ...task.prior, sample: () => [0, 0] };
    const there = await simulate({ ...task, prior: at }, simulations, { seed: 2, workers: 0, ...quiet });
    reference = there.x;
    there.theta.dispose();
    const others = await simulate(task, fresh, { seed: 3, workers: 0, ...quiet });
    judged = { theta: others.theta.arraySync(), x: others.x.arraySync() };
    others.dispose();
  });
  afterAll(() => {
    reference.dispose();
    pairs.dispose();
  });
  /** log p(x | theta) - log p(x | 0), by log p(theta | x) = log p(theta) + log p(x | theta) - log p(x). */
  const againstZero = (theta: number[], x: number[]): number => {
    const [at, zero] = exactLogProb(task, [x], [theta, [0, 0]]);
    return at - zero + theta.reduce((sum, value) => sum + value ** 2 / 2, 0);
  };
  /** log p(x | theta) / p(x). */
  const againstEvidence = (theta: number[], x: number[]): number =>
    exactLogProb(task, [x], [theta])[0] +
    theta.reduce((sum, value) => sum + value ** 2 / 2 + Math.log(2 * Math.PI) / 2, 0);

  it.each<[string, (x: tf.Tensor2D) => RatioLoss, number]>([
    ['nreA', () => nreA(), 0.35],
    ['nreB', () => nreB(), 0.3],
    ['nreC', () => nreC(), 0.3],
    ['bnre', () => bnre(), 0.5],
    ['fixedReference', (x) => fixedReference({ theta: [0, 0], x }), 0.5],
  ])('finds the log ratio with %s', async (_, make, allowed) => {
    const estimator = await nre.train(pairs, {
      prior: task.prior,
      seed: 1,
      loss: make(reference),
      fit: { maxEpochs: 25 },
      ...quiet,
    });
    const { denominator } = estimator.config;
    const errors = await Promise.all(
      judged.theta.map(async (theta, i) => {
        const other = judged.theta[(i + 1) % fresh];
        const [at, there] = await valuesOf(estimator.logRatio([theta, other], [judged.x[i]]));
        if (denominator === 'reference') return at - againstZero(theta, judged.x[i]);
        const exact = againstEvidence(theta, judged.x[i]);
        if (denominator === 'evidence') return at - exact;
        // up to a function of x: by the difference of the two
        return at - there - (exact - againstEvidence(other, judged.x[i]));
      }),
    );
    estimator.dispose();
    // the median: ratios of pairs that never come together matter to none
    const sizes = errors.map(Math.abs).sort((a, b) => a - b);
    expect(sizes[fresh / 2]).toBeLessThan(allowed);
  });
});

describe('nre of one parameter', () => {
  let estimator: TrainedRatioEstimator;
  beforeAll(async () => {
    estimator = await trainedOn(gaussianPairs(count));
  });
  afterAll(() => estimator.dispose());

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
