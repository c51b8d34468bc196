import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { pairsFrom } from '../../lib/diagnostics/drawn-pairs';
import { labelledPairs, learnedRows } from '../../lib/diagnostics/labelled-pairs';
import { localC2st } from '../../lib/diagnostics/local-c2st';
import { gaussianPairs, posteriorDraw } from './gaussian-pairs';

const quick = { trials: 20, draws: 300, seed: 2, progress: false };

/** Pairs whose posterior is wrong only where x > 0: there it lies higher by one standard deviation. */
function locallyWrong(count: number) {
  const { theta, x, ...pairs } = gaussianPairs(4, count, 1);
  const source = rng(5);
  const rows = Array.from({ length: count }, (_, i) => Array.from(theta.subarray(2 * i, 2 * i + 2)));
  const samples = Array.from(x, (value) => [posteriorDraw(value, { shift: value > 0 ? 1 : 0 }, source)]);
  return { ...pairsFrom(rows, samples, { x: Array.from(x, (value) => [value]), seed: 1 }), draws: pairs.draws };
}

const drawn = (x: number, shift: number): number[][] => {
  const source = rng(6);
  return Array.from({ length: 300 }, () => posteriorDraw(x, { shift }, source));
};

describe('localC2st', () => {
  it('passes the right posterior and fails the wrong one, given one observation', async () => {
    const before = tf.memory().numTensors;
    const right = await localC2st(gaussianPairs(3, 400, 1), [[1]], quick);
    expect([right.passes, right.nullValues.length, right.probabilities.length]).toEqual([true, 20, 300]);
    const wrong = await localC2st(gaussianPairs(3, 400, 1, { isUncorrelated: true }), [[1]], quick);
    expect([wrong.passes, wrong.pValue]).toEqual([false, 1 / 21]);
    expect(wrong.value).toBeGreaterThan(2 * right.value);
    expect(wrong.verdict).toMatch(/400 pairs and judged beside 20 .* takes \d+ % of them for no truths/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells where a posterior is wrong from where it is right', async () => {
    const pairs = locallyWrong(600);
    const at = (x: number, shift: number) => localC2st(pairs, [[x]], { ...quick, posterior: drawn(x, shift) });
    const [wrong, right] = [await at(1.5, 1), await at(-1.5, 0)];
    expect(wrong.passes).toBe(false);
    expect(wrong.value).toBeGreaterThan(1.5 * right.value);
  });

  it('gives the same for the same seed, and stops on interrupt', async () => {
    const pairs = gaussianPairs(3, 100, 1);
    const short = { ...quick, trials: 20, maxEpochs: 2 };
    const [a, b] = [await localC2st(pairs, [[1]], short), await localC2st(pairs, [[1]], short)];
    expect(a.value).toBe(b.value);
    const controller = new AbortController();
    controller.abort();
    const stopped = localC2st(pairs, [[1]], { ...quick, maxEpochs: 10_000, signal: controller.signal });
    await expect(stopped).rejects.toThrow(InterruptedError);
  });

  it('refuses too few pairs, pairs without data, other observations and draws', async () => {
    const pairs = gaussianPairs(3, 100, 1);
    await expect(localC2st(gaussianPairs(3, 99, 1), [[1]], quick)).rejects.toThrow(/at least 100, received 99/);
    await expect(localC2st({ ...pairs, dims: { ...pairs.dims, x: 0 } }, [[1]], quick)).rejects.toThrow(
      /with their data/,
    );
    await expect(localC2st(pairs, [[1], [2]], quick)).rejects.toThrow(/1 observations, as in the pairs/);
    await expect(localC2st(pairs, [[1, 2]], quick)).rejects.toThrow(/xObs/);
    await expect(localC2st(pairs, [[1]], { ...quick, trials: 10 })).rejects.toThrow(/trials.*at least 20/);
    const { given: _, ...without } = pairs;
    await expect(localC2st(without, [[1]], quick)).rejects.toThrow(/Hand it draws given xObs/);
  });
});

describe('labelledPairs', () => {
  it('has of each pair truth and draw in both classes, of which a classifier learns one of each', () => {
    const pairs = gaussianPairs(3, 100, 1);
    const { rows, classes, judged } = labelledPairs(pairs, Float32Array.of(0, 0), Float32Array.of(1));
    const [table, labels] = [rows.arraySync(), classes.dataSync()];
    for (const isSwapped of [false, true]) {
      const learned = learnedRows(100, () => isSwapped);
      expect(learned.length).toBe(200);
      learned.forEach((row, i) => expect(labels[row]).toBe((i % 2 === 0) !== isSwapped ? 1 : -1));
      // even places are truths, in the order of the pairs
      const truths = Array.from(
        learned.filter((_, i) => i % 2 === 0),
        (row) => table[row][0],
      );
      const sorted = (values: ArrayLike<number>): number[] =>
        Array.from({ length: 99 }, (_, i) => Math.sign(values[i + 1] - values[i]));
      expect(sorted(truths)).toEqual(sorted(pairs.theta.filter((_, i) => i % 2 === 0)));
    }
    expect(labels[400]).toBe(0);
    tf.dispose([rows, classes, judged]);
  });
});
