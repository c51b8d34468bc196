import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { loop } from '../../lib/graph/loop';
import {
  foldKey,
  randomInteger,
  randomKey,
  randomNormal,
  randomUniform,
  splitKey,
  type Key,
} from '../../lib/graph/random';
import { expectSame } from './support';

type T = tf.Tensor;
const list = (tensor: T): number[] => Array.from(tensor.dataSync());
const n = 40_000;

/** Pearson's correlation; its standard error is 1 / sqrt(n) for independent draws. */
const correlation = (a: T, b: T): number =>
  tf.tidy(() => {
    const [u, v] = [a, b].map((x) => tf.sub(x, tf.mean(x)));
    return tf.div(tf.sum(tf.mul(u, v)), tf.sqrt(tf.mul(tf.sum(tf.square(u)), tf.sum(tf.square(v))))).dataSync()[0];
  });

/** Pearson's chi-square of counts against equal expectations, as standard errors from its mean k - 1. */
const chiSquare = (bins: number[], k: number): number => {
  const counts = Array<number>(k).fill(0);
  for (const bin of bins) counts[bin]++;
  const expected = bins.length / k;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (statistic - (k - 1)) / Math.sqrt(2 * (k - 1));
};

describe('keys', () => {
  test('of the same seed are equal, of different seeds differ', () => {
    expect(list(randomKey(5))).toEqual(list(randomKey(5)));
    const keys = Array.from({ length: 1000 }, (_, seed) => list(randomKey(seed)).join());
    expect(new Set(keys).size).toBe(1000);
    expect(list(randomKey(0.5))).not.toEqual(list(randomKey(0)));
  });

  test('split and folded are reproducible and all different', () => {
    const key = randomKey(2);
    const family = (): string[] =>
      [key, ...splitKey(key, 100), ...Array.from({ length: 100 }, (_, i) => foldKey(key, i))].map((each) =>
        list(each).join(),
      );
    expect(family()).toEqual(family());
    expect(new Set(family()).size).toBe(201);
  });

  test('folded with a number or with an int32 scalar are the same', () => {
    expect(list(foldKey(randomKey(2), 7))).toEqual(list(foldKey(randomKey(2), tf.scalar(7, 'int32'))));
  });

  test('the first keys of a longer split are those of a shorter one', () => {
    expect(splitKey(randomKey(2), 3).slice(0, 2).map(list)).toEqual(splitKey(randomKey(2), 2).map(list));
  });
});

describe('draws are the same eagerly, compiled, and in another run', () => {
  const everything = (key: Key): T[] => {
    const [a, b, c, d] = splitKey(key, 4);
    return [
      randomNormal(a, [3, 2]),
      randomUniform(b, [5], -1, 3),
      randomInteger(c, [5], -3, 9),
      loop(3, tf.zeros([4]), (i, sum) => tf.add(sum, randomNormal(foldKey(d, i), [4]))),
      randomNormal(a, []),
      randomNormal(a, [0, 2]),
    ];
  };

  test('for a key that is an argument', () => {
    expectSame(compile(everything)(randomKey(7)), everything(randomKey(7)));
  });

  test('for a key that is a constant', () => {
    const key = randomKey(7);
    const drawn = compile((x: T) => everything(key).map((draw) => tf.add(draw, tf.mul(x, 0).cast(draw.dtype))))(
      tf.scalar(0),
    );
    expectSame(drawn, everything(key));
  });

  test('and are these numbers', () => {
    expect(list(randomKey(7))).toEqual([625473574, 305002174]);
    expect(list(randomInteger(randomKey(7), [6], 0, 1000))).toEqual([898, 371, 454, 543, 902, 625]);
    list(randomNormal(randomKey(7), [3])).forEach((value, i) =>
      expect(value).toBeCloseTo([-1.2610985, -0.5344157, 0.3430589][i], 5),
    );
  });

  test('one call with several keys makes several draws', () => {
    const f = compile((key: Key) => randomNormal(key, [3]));
    expect(list(f(randomKey(1)))).not.toEqual(list(f(randomKey(2))));
    expect(f.graphs).toBe(1);
  });
});

describe('independence', () => {
  const key = randomKey(11);
  const others: [string, () => Key[]][] = [
    ['split children', () => splitKey(key, 3)],
    ['keys folded with successive numbers', () => [0, 1, 2].map((i) => foldKey(key, i))],
    ['keys folded with far and negative numbers', () => [-1, 1_000_000, 2 ** 31 - 1].map((i) => foldKey(key, i))],
    ['a key, its child and its fold', () => [key, splitKey(key, 1)[0], foldKey(key, 0)]],
    ['children of different keys', () => [1, 2, 3].map((seed) => splitKey(randomKey(seed), 1)[0])],
    ['successive seeds', () => [1, 2, 3].map((seed) => randomKey(seed))],
  ];
  test.each(others)('%s give uncorrelated normal draws', (_name, keys) => {
    const draws = keys().map((each) => randomNormal(each, [n]));
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ])
      expect(Math.abs(correlation(draws[i], draws[j]))).toBeLessThan(4 / Math.sqrt(n));
  });

  test('the first numbers of folded keys are themselves standard normal draws', () => {
    const firsts = compile((k: Key) =>
      loop(n, tf.zeros([4]), (i, sums) => {
        const z = tf.reshape(randomNormal(foldKey(k, i), [1]), []);
        return tf.add(sums, tf.stack([z, tf.square(z), tf.pow(z, 3), tf.pow(z, 4)]));
      }),
    )(key);
    // Moments 0, 1, 0, 3 with variances 1, 2, 15, 96.
    list(firsts).forEach((sum, i) =>
      expect(Math.abs(sum / n - [0, 1, 0, 3][i])).toBeLessThan(4 * Math.sqrt([1, 2, 15, 96][i] / n)),
    );
  });
});

describe('laws', () => {
  test('normal draws have the moments of N(0, 1)', () => {
    const z = list(randomNormal(randomKey(3), [n]));
    [0, 1, 0, 3].forEach((expected, i) => {
      const mean = z.reduce((sum, value) => sum + value ** (i + 1), 0) / n;
      expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt([1, 2, 15, 96][i] / n));
    });
  });

  test('uniform draws fill their interval evenly', () => {
    const [low, high] = [-3, 5];
    const u = list(randomUniform(randomKey(4), [n], low, high));
    expect(Math.min(...u)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...u)).toBeLessThanOrEqual(high);
    expect(
      Math.abs(
        chiSquare(
          u.map((value) => Math.min(99, Math.floor(((value - low) / (high - low)) * 100))),
          100,
        ),
      ),
    ).toBeLessThan(4);
    const unit = list(randomUniform(randomKey(4), [n]));
    expect(Math.max(...unit)).toBeLessThan(1);
    expect(
      Math.abs(
        chiSquare(
          unit.map((value) => Math.floor(value * 100)),
          100,
        ),
      ),
    ).toBeLessThan(4);
  });

  test('whole numbers are uniform on {low, ..., high - 1}', () => {
    const values = list(randomInteger(randomKey(1), [n], -3, 4));
    expect(new Set(values)).toEqual(new Set([-3, -2, -1, 0, 1, 2, 3]));
    expect(
      Math.abs(
        chiSquare(
          values.map((value) => value + 3),
          7,
        ),
      ),
    ).toBeLessThan(4);
  });
});
