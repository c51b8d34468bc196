import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { mmdFloor, squaredMmd } from '../../lib/metrics/squared-mmd';

const draw = (n: number, { dim = 2, mean = 0, std = 1, seed = 1 } = {}): number[][] => {
  const source = rng(seed);
  return Array.from({ length: n }, () => Array.from({ length: dim }, () => source.normal(mean, std)));
};

/** E k(a, b) for a ~ N(m1, s1^2 I), b ~ N(m2, s2^2 I) in `dim` dimensions: a Gaussian integral. */
function meanKernel(dim: number, length: number, [m1, s1]: [number, number], [m2, s2]: [number, number]): number {
  const variance = length ** 2 + s1 ** 2 + s2 ** 2;
  return (length ** 2 / variance) ** (dim / 2) * Math.exp((-dim * (m1 - m2) ** 2) / (2 * variance));
}

/** The estimates written out pair by pair, in float64. */
function byHand(a: number[][], b: number[][], length: number): { unbiased: number; biased: number } {
  const kernel = (p: number[], q: number[]): number =>
    Math.exp(-p.reduce((sum, value, i) => sum + (value - q[i]) ** 2, 0) / (2 * length ** 2));
  const sum = (p: number[][], q: number[][]): number =>
    p.reduce((total, x) => q.reduce((part, y) => part + kernel(x, y), total), 0);
  const [n, m] = [a.length, b.length];
  const cross = (2 * sum(a, b)) / (n * m);
  return {
    biased: sum(a, a) / n ** 2 + sum(b, b) / m ** 2 - cross,
    unbiased: (sum(a, a) - n) / (n * (n - 1)) + (sum(b, b) - m) / (m * (m - 1)) - cross,
  };
}

describe('squaredMmd', () => {
  it('is what pairs written out give, biased and unbiased, for samples of different sizes', () => {
    const [a, b] = [draw(40), draw(25, { mean: 0.5, seed: 2 })];
    const expected = byHand(a, b, 1.3);
    expect(squaredMmd(a, b, { length: 1.3 })).toBeCloseTo(expected.unbiased, 5);
    expect(squaredMmd(a, b, { length: 1.3, estimator: 'biased' })).toBeCloseTo(expected.biased, 5);
    expect(expected.biased).toBeGreaterThan(expected.unbiased);
  });

  it.each([
    { dim: 2, mean: 0.7, std: 1, length: 1 },
    { dim: 5, mean: 0.3, std: 0.5, length: 2 },
    { dim: 1, mean: 3, std: 1, length: 0.5 },
  ])(
    'estimates the closed form between two Gaussians: $dim dimensions, mean $mean, std $std, length $length',
    ({ dim, mean, std, length }) => {
      const n = 1500;
      const value = squaredMmd(draw(n, { dim }), draw(n, { dim, mean, std, seed: 2 }), { length });
      const [p, q]: [number, number][] = [
        [0, 1],
        [mean, std],
      ];
      const expected =
        meanKernel(dim, length, p, p) + meanKernel(dim, length, q, q) - 2 * meanKernel(dim, length, p, q);
      // the witness's variance is at most that of the kernel, 1/4: 2 sqrt(1 / (4 n)) for each sample, plus the
      // degenerate part 1 / n
      expect(Math.abs(value - expected)).toBeLessThan(4 * Math.sqrt(expected / n) + 4 / n);
      expect(value).toBeGreaterThan(0);
    },
  );

  it('is symmetric, and near zero but for the floor between samples of one law', () => {
    const [a, b] = [draw(800), draw(900, { seed: 2 })];
    expect(squaredMmd(a, b)).toBeCloseTo(squaredMmd(b, a), 7);
    expect(Math.abs(squaredMmd(a, b))).toBeLessThan(4 / 800);
    expect(squaredMmd(a, a, { estimator: 'biased' })).toBeCloseTo(0, 6);
  });

  it('takes the median distance for the length: scale changes nothing', () => {
    const [a, b] = [draw(300), draw(300, { mean: 1, seed: 2 })];
    const scaled = (rows: number[][]): number[][] => rows.map((row) => row.map((value) => 1000 * value));
    expect(squaredMmd(scaled(a), scaled(b))).toBeCloseTo(squaredMmd(a, b), 5);
    const distances = [...a, ...b]
      .flatMap((p, i, all) => all.slice(0, i).map((q) => Math.hypot(p[0] - q[0], p[1] - q[1])))
      .sort((p, q) => p - q);
    expect(squaredMmd(a, b, { length: distances[distances.length >> 1] })).toBeCloseTo(squaredMmd(a, b), 5);
  });

  it('finds the median among equal distances, too', () => {
    // of the 28 distances among the corners of a square, twice over, 4 are 0, 16 are 1 and 8 the square root of 2
    const corners = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const [a, b] = [corners, [...corners].reverse()];
    expect(squaredMmd(a, b)).toBeCloseTo(squaredMmd(a, b, { length: 1 }), 6);
  });

  it('does not change when both samples are shifted far from zero', () => {
    const [a, b] = [draw(300), draw(300, { mean: 0.5, seed: 2 })];
    // 4,096 keeps the float32 numbers themselves within 2.5e-4
    const far = (rows: number[][]): number[][] => rows.map((row) => row.map((value) => value + 4096));
    expect(Math.abs(squaredMmd(far(a), far(b)) - squaredMmd(a, b))).toBeLessThan(2e-3);
  });

  it('adds up blocks of 2,048 rows: more rows than that give what pairs written out give', () => {
    const [a, b] = [draw(2100, { dim: 1 }), draw(60, { dim: 1, mean: 1, seed: 2 })];
    for (const [p, q] of [
      [a, b],
      [b, a],
    ])
      expect(squaredMmd(p, q, { length: 1 })).toBeCloseTo(byHand(p, q, 1).unbiased, 5);
  });

  it('takes tensors and keeps them, and leaves no tensor', () => {
    const [a, b] = [tf.tensor2d(draw(20)), tf.tensor2d(draw(30, { seed: 2 }))];
    const before = tf.memory().numTensors;
    squaredMmd(a, b);
    expect(tf.memory().numTensors).toBe(before);
    expect(a.shape).toEqual([20, 2]);
    tf.dispose([a, b]);
  });

  it('refuses anything but samples, and invalid lengths', () => {
    const good = draw(5);
    const before = tf.memory().numTensors;
    expect(() => squaredMmd([[1, 2]], good)).toThrow(/at least two rows/);
    expect(() => squaredMmd(good, [[1], [2]])).toThrow(InvalidInputError);
    expect(() =>
      squaredMmd(good, [
        [1, 2],
        [NaN, 0],
      ]),
    ).toThrow(/NaN in row 1/);
    expect(() => squaredMmd([], good)).toThrow(InvalidInputError);
    for (const length of [0, -1, NaN]) expect(() => squaredMmd(good, good, { length })).toThrow(/length/);
    expect(() => squaredMmd([[1], [1], [1]], [[1], [1]])).toThrow(/expected rows that differ.*Set \{ length \}/);
    expect(() => squaredMmd(good, good, { estimator: 'none' as 'biased' })).toThrow(/estimator/);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('mmdFloor', () => {
  const law = normal({ mean: [0, 0, 0] });
  const sample = (seed: number) => priorSamples(law, 200, seed);

  it('is what samples of one law give: about zero on average, with a quantile of some 1 / N', async () => {
    const before = tf.memory().numTensors;
    const floor = await mmdFloor(sample);
    expect(Math.abs(floor.mean)).toBeLessThan(2 / 200);
    expect(floor.quantile95).toBeGreaterThan(floor.mean);
    expect(floor.quantile95).toBeLessThan(6 / 200);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the bias of the biased estimate, (1 - mean kernel) 2 / N', async () => {
    const options = { length: 1.5, repeats: 10 };
    const biased = await mmdFloor(sample, { ...options, estimator: 'biased' });
    const difference = biased.mean - (await mmdFloor(sample, options)).mean;
    const expected = (2 * (1 - meanKernel(3, 1.5, [0, 1], [0, 1]))) / 200;
    expect(difference / expected).toBeGreaterThan(0.95);
    expect(difference / expected).toBeLessThan(1.05);
  });

  it('is seeded, and draws each sample with a seed of its own', async () => {
    const seeds: number[] = [];
    const noted = (seed: number) => (seeds.push(seed), sample(seed));
    const first = await mmdFloor(noted, { repeats: 3, seed: 10 });
    expect(await mmdFloor(sample, { repeats: 3, seed: 10 })).toEqual(first);
    expect(new Set(seeds).size).toBe(6);
    for (const repeats of [0, -1, 1.5]) await expect(mmdFloor(sample, { repeats })).rejects.toThrow(/repeats/);
  });
});
