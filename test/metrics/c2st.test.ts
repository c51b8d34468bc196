import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { installHost, silentHost, type Progress } from '../../lib/core/host';
import { rng } from '../../lib/core/rng';
import { c2st } from '../../lib/metrics/c2st';
import { c2stPairs, samplesOf, sumOfSquares } from './fixtures/c2st-pairs';

const draw = (n: number, { dim = 2, mean = 0, std = 1, seed = 1 } = {}): number[][] => {
  const source = rng(seed);
  return Array.from({ length: n }, () => Array.from({ length: dim }, () => source.normal(mean, std)));
};
const near = 4;
const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('c2st', () => {
  it('is 0.5 between samples of one law, within its standard error', async () => {
    const { value, standardError, folds, epochs, spread } = await c2st(draw(500), draw(500, { seed: 2 }));
    expect(Math.abs(value - 0.5)).toBeLessThan(near * standardError);
    expect(standardError).toBeCloseTo(Math.sqrt((value * (1 - value)) / 1000), 12);
    expect(folds).toHaveLength(5);
    expect(average(folds)).toBeCloseTo(value, 12);
    expect(spread).toBeCloseTo(Math.sqrt(folds.reduce((sum, each) => sum + (each - value) ** 2, 0) / 4), 12);
    // the rule needs eleven epochs without progress after the first one
    expect(Math.min(...epochs)).toBeGreaterThanOrEqual(12);
  });

  it('is 1 between samples that lie apart', async () => {
    expect((await c2st(draw(200), draw(300, { mean: 20, seed: 2 }))).value).toBe(1);
  });

  it("reaches the best rule's accuracy Phi(d / 2) between two normal laws in one dimension, d apart", async () => {
    const { value, standardError } = await c2st(draw(1500, { dim: 1 }), draw(1500, { dim: 1, mean: 1, seed: 2 }));
    expect(Math.abs(value - 0.6915)).toBeLessThan(near * standardError);
  });

  it.each([0, 1, 2])("is what scikit-learn's classifiers give, pair %i", async (index) => {
    const pair = c2stPairs()[index];
    const [a, b] = samplesOf(pair);
    [a, b].forEach((rows, i) => expect(sumOfSquares(rows) / pair.squares[i]).toBeCloseTo(1, 6));
    const { value } = await c2st(a, b, { seed: 3 });
    // one seed of ours against the mean of five of theirs, which differ among each other by up to 0.01 here
    expect(Math.abs(value - average(pair.scores))).toBeLessThan(0.02);
  });

  it("does not depend on the columns' units, nor, but for noise, on their origin and the samples' order", async () => {
    const [a, b] = [draw(300), draw(300, { mean: 0.5, std: 1.5, seed: 2 })];
    const change = (rows: number[][], scale: number[], shift: number): number[][] =>
      rows.map((row) => row.map((value, i) => scale[i] * value + shift));
    const [original, scaled, shifted, swapped] = [
      await c2st(a, b),
      await c2st(change(a, [8, 0.25], 0), change(b, [8, 0.25], 0)),
      await c2st(change(a, [10, -3], 5), change(b, [10, -3], 5)),
      await c2st(b, a),
    ];
    expect(scaled).toEqual(original);
    for (const other of [shifted, swapped])
      expect(Math.abs(other.value - original.value)).toBeLessThan(near * Math.SQRT2 * original.standardError);
  });

  it('is seeded, takes tensors, which it keeps, and leaves no tensor', async () => {
    const [a, b] = [tf.tensor2d(draw(300)), tf.tensor2d(draw(200, { mean: 1, seed: 2 }))];
    const before = tf.memory().numTensors;
    const options = { seed: 7, folds: 3, maxEpochs: 40 };
    const first = await c2st(a, b, options);
    expect(first.folds).toHaveLength(3);
    expect(await c2st(a, b, options)).toEqual(first);
    expect((await c2st(a, b, { ...options, seed: 8 })).folds).not.toEqual(first.folds);
    expect(tf.memory().numTensors).toBe(before);
    expect(a.isDisposed).toBe(false);
    tf.dispose([a, b]);
  });

  it('takes as few rows as folds, and folds that need different numbers of batches', async () => {
    expect((await c2st([[1], [2]], [[8], [9]], { folds: 2, maxEpochs: 3 })).epochs).toEqual([3, 3]);
    // 200 rows are one batch and 201 are two
    const { folds } = await c2st(draw(125, { mean: 9 }), draw(126));
    expect(folds).toEqual([1, 1, 1, 1, 1]);
  });

  it('centres a column that is constant in the first sample, and does not divide by its std', async () => {
    const withColumn = (rows: number[][], value: number): number[][] => rows.map((row) => [...row, value]);
    const [a, b] = [draw(100, { dim: 1 }), draw(100, { dim: 1, seed: 2 })];
    const same = await c2st(withColumn(a, 3), withColumn(b, 3));
    expect(Math.abs(same.value - 0.5)).toBeLessThan(near * same.standardError);
    expect((await c2st(withColumn(a, 3), withColumn(b, 8))).value).toBe(1);
  });

  it('shows its progress, and stops when it is interrupted, leaving no tensor', async () => {
    const shown = { update: vi.fn<Progress['update']>(), resize: vi.fn(), curve: vi.fn(), end: vi.fn() };
    const before = installHost({ ...silentHost, report: () => shown });
    const tensors = tf.memory().numTensors;
    const [a, b] = [draw(2000, { dim: 3 }), draw(2000, { dim: 3, seed: 2 })];
    try {
      const controller = new AbortController();
      shown.update.mockImplementation(() => controller.abort());
      const error: unknown = await c2st(a, b, { signal: controller.signal }).catch((each: unknown) => each);
      expect(error).toBeInstanceOf(InterruptedError);
      expect((error as Error).message).toMatch(/after epoch \d+, with 5 of 5 folds/);
      expect(shown.update.mock.calls[0][1]).toMatch(/^epoch \d+, loss 0\.\d{4}$/);
      await expect(c2st(a, b, { signal: controller.signal })).rejects.toThrow(InterruptedError);
      expect(tf.memory().numTensors).toBe(tensors);
    } finally {
      installHost(before);
    }
  });

  it('refuses anything but two samples, counting what is not finite, and invalid options', async () => {
    const good = draw(5);
    const tensors = tf.memory().numTensors;
    await expect(c2st(good, draw(5, { dim: 3 }))).rejects.toThrow(InvalidInputError);
    await expect(c2st(good, draw(4))).rejects.toThrow(/at least 5 rows in each sample, received 5 and 4/);
    await expect(c2st([...good.slice(1), [NaN, Infinity]], good)).rejects.toThrow(/first sample.*2 of 10 places/);
    await expect(c2st([], good)).rejects.toThrow(InvalidInputError);
    await expect(c2st('no' as unknown as number[][], good)).rejects.toThrow(/table/);
    for (const folds of [1, 2.5, NaN]) await expect(c2st(good, good, { folds })).rejects.toThrow(/folds/);
    for (const maxEpochs of [0, 1.5]) await expect(c2st(good, good, { maxEpochs })).rejects.toThrow(/maxEpochs/);
    await expect(c2st(good, good, { seed: Infinity })).rejects.toThrow(/seed/);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
