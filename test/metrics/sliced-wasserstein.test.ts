import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { slicedWasserstein } from '../../lib/metrics/sliced-wasserstein';

interface Case<T> {
  a: T[];
  b: T[];
  distances: Record<string, number>;
}

const fixture = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'sliced-wasserstein.json'), 'utf8')) as {
  line: Case<number>;
  space: Case<number[]>;
};

const draw = (n: number, dim: number, seed: number, mean: number[] = []): number[][] => {
  const source = rng(seed);
  return Array.from({ length: n }, () => Array.from({ length: dim }, (_, i) => source.normal(mean[i])));
};
const shifted = (rows: number[][], shift: number[]): number[][] =>
  rows.map((row) => row.map((value, i) => value + shift[i]));

describe('slicedWasserstein', () => {
  it.each(['1', '2', '3'])(
    'is what scipy and numpy give in one dimension for order %s and unequal numbers',
    (order) => {
      const { a, b, distances } = fixture.line;
      const column = (values: number[]): number[][] => values.map((value) => [value]);
      for (const [p, q] of [
        [a, b],
        [b, a],
      ]) {
        const result = slicedWasserstein(column(p), column(q), { order: Number(order) });
        expect(result.value).toBeCloseTo(distances[order], 5);
        expect(result.standardError).toBe(0);
      }
    },
  );

  it.each(['1', '2'])('is the average over all directions for order %s within its standard error', (order) => {
    const { a, b, distances } = fixture.space;
    const { value, standardError, spread } = slicedWasserstein(a, b, { order: Number(order), projections: 2_000 });
    expect(Math.abs(value - distances[order])).toBeLessThan(4 * standardError);
    expect(standardError).toBeLessThan(0.02 * value);
    expect(spread).toBeGreaterThan(standardError);
  });

  it('is |m| between a sample and its shift by m in one dimension, for every order', () => {
    const a = draw(500, 1, 1);
    for (const order of [1, 1.5, 2, 4])
      expect(slicedWasserstein(a, shifted(a, [-1.25]), { order }).value).toBeCloseTo(1.25, 5);
  });

  it('is |m| / sqrt(d) between a sample and its shift by m in d dimensions, within its standard error', () => {
    const m = [1, -2, 0.5, 0, 1];
    const a = draw(200, 5, 1);
    const { value, standardError } = slicedWasserstein(a, shifted(a, m), { projections: 2_000 });
    expect(Math.abs(value - Math.hypot(...m) / Math.sqrt(5))).toBeLessThan(4 * standardError);
    // the projection u'm has E (u'm)^4 = 3 |m|^4 / (d (d + 2)), so that u'm squared has the variance 8 |m|^4 / 175 at d
    // = 5
    const expected = (Math.sqrt(8 / 175) * Math.hypot(...m) ** 2) / (2 * value * Math.sqrt(2_000));
    expect(standardError / expected).toBeGreaterThan(0.9);
    expect(standardError / expected).toBeLessThan(1.1);
  });

  it('tends to the distance of the laws: two Gaussians of unit variance, shifted', () => {
    const [n, m] = [20_000, 15_000];
    const { value } = slicedWasserstein(draw(n, 1, 1), draw(m, 1, 2, [0.8]));
    // the difference of the means has the variance 1/n + 1/m; what noise adds to W_2 beside it is of order log n / n
    expect(Math.abs(value - 0.8)).toBeLessThan(4 * Math.sqrt(1 / n + 1 / m));
  });

  it('is symmetric, zero between a sample and itself reordered or repeated, small between samples of one law', () => {
    const [a, b] = [draw(300, 3, 1), draw(200, 3, 2)];
    expect(slicedWasserstein(a, b).value).toBeCloseTo(slicedWasserstein(b, a).value, 9);
    expect(slicedWasserstein(a, [...a].reverse())).toEqual({ value: 0, standardError: 0, spread: 0 });
    expect(slicedWasserstein(a, [...a, ...a]).value).toBe(0);
    expect(slicedWasserstein(a, b).value).toBeLessThan(4 * Math.sqrt(1 / 300 + 1 / 200));
  });

  it('scales with the samples', () => {
    const [a, b] = [draw(50, 2, 1), draw(40, 2, 2, [1, 1])];
    const scaled = (rows: number[][]): number[][] => rows.map((row) => row.map((value) => 8 * value));
    expect(slicedWasserstein(scaled(a), scaled(b)).value).toBeCloseTo(8 * slicedWasserstein(a, b).value, 4);
  });

  it('is seeded, and takes tensors, of which it leaves none', () => {
    const [a, b] = [tf.tensor2d(draw(20, 2, 1)), tf.tensor2d(draw(30, 2, 2))];
    const before = tf.memory().numTensors;
    const result = slicedWasserstein(a, b, { seed: 5 });
    expect(slicedWasserstein(a, b, { seed: 5 })).toEqual(result);
    expect(slicedWasserstein(a, b, { seed: 6 }).value).not.toBe(result.value);
    expect(tf.memory().numTensors).toBe(before);
    expect(a.isDisposed).toBe(false);
    tf.dispose([a, b]);
  });

  it('refuses anything but samples, counting what is not finite, and invalid options', () => {
    const good = draw(5, 2, 1);
    const before = tf.memory().numTensors;
    expect(() => slicedWasserstein(good, [[1], [2]])).toThrow(InvalidInputError);
    expect(() => slicedWasserstein([], good)).toThrow(InvalidInputError);
    const bad = [
      [NaN, 1],
      [Infinity, 2],
    ];
    expect(() => slicedWasserstein(good, bad)).toThrow(/second sample.*2 of 4 places/);
    for (const projections of [0, 1, 2.5])
      expect(() => slicedWasserstein(good, good, { projections })).toThrow(/projections/);
    for (const order of [0.5, NaN, Infinity]) expect(() => slicedWasserstein(good, good, { order })).toThrow(/order/);
    expect(() => slicedWasserstein(good, good, { seed: NaN })).toThrow(/seed/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
