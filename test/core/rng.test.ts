import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng, type Rng } from '../../lib/core/rng';

const draws = (source: Rng, n: number, draw: (r: Rng) => number): number[] =>
  Array.from({ length: n }, () => draw(source));
const correlation = (a: number[], b: number[]): number => {
  const average = (v: number[]): number => v.reduce((s, x) => s + x, 0) / v.length;
  const [ma, mb] = [average(a), average(b)];
  const product = average(a.map((x, i) => (x - ma) * (b[i] - mb)));
  return product / Math.sqrt(average(a.map((x) => (x - ma) ** 2)) * average(b.map((x) => (x - mb) ** 2)));
};
const N = 40_000;

describe('rng', () => {
  it('repeats its numbers for a seed, also zero and fractions', () => {
    for (const seed of [0, 1, -1, 0.5, 2 ** 40]) {
      expect(draws(rng(seed), 5, (r) => r.normal())).toEqual(draws(rng(seed), 5, (r) => r.normal()));
    }
    const firsts = [0, 1, -1, 0.5, 0.25, 2 ** 40].map((seed) => rng(seed).uniform());
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it('draws uniforms in [low, high) with the right mean and spread', () => {
    const values = draws(rng(1), N, (r) => r.uniform(2, 6));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...values)).toBeLessThan(6);
    const average = values.reduce((s, x) => s + x, 0) / N;
    const std = 4 / Math.sqrt(12);
    expect(Math.abs(average - 4)).toBeLessThan((4 * std) / Math.sqrt(N));
  });

  it('fills twenty equal bins evenly (chi-square below the 1 - 1e-4 point of 19 degrees, 50.8)', () => {
    const counts = new Array<number>(20).fill(0);
    draws(rng(3), N, (r) => r.uniform()).forEach((u) => counts[Math.floor(u * 20)]++);
    const expected = N / 20;
    expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(50.8);
  });

  it('draws normals with the moments of a normal', () => {
    const values = draws(rng(4), N, (r) => r.normal(1, 2));
    const z = values.map((value) => (value - 1) / 2);
    const moment = (k: number): number => z.reduce((s, x) => s + x ** k, 0) / N;
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / N));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / N));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / N));
  });

  it('draws every whole number of a range equally often', () => {
    const counts = [0, 0, 0, 0];
    draws(rng(5), N, (r) => r.integer(-1, 3)).forEach((value) => counts[value + 1]++);
    counts.forEach((count) => expect(Math.abs(count - N / 4)).toBeLessThan(4 * Math.sqrt(N * 0.25 * 0.75)));
  });

  it('forks the same generator whatever was drawn before', () => {
    const parent = rng(6);
    const before = parent.fork(3).uniform();
    draws(parent, 10, (r) => r.normal());
    parent.fork(99);
    expect(parent.fork(3).uniform()).toBe(before);
  });

  it('forks generators that are unrelated to their neighbours, their parent and their children', () => {
    const first = (index: number): number => rng(7).fork(index).uniform();
    const a = Array.from({ length: N / 2 }, (_, i) => first(i));
    const b = Array.from({ length: N / 2 }, (_, i) => first(i + 1));
    const child = Array.from({ length: N / 2 }, (_, i) => rng(7).fork(i).fork(1).uniform());
    const neighbourSeed = Array.from({ length: N / 2 }, (_, i) => rng(8).fork(i).uniform());
    const limit = 4 / Math.sqrt(N / 2);
    for (const other of [b, child, neighbourSeed]) expect(Math.abs(correlation(a, other))).toBeLessThan(limit);
    expect(new Set([...a, ...child]).size).toBe(a.length + child.length);
  });

  it('refuses a seed that is not a finite number', () => {
    expect(() => rng(NaN)).toThrow(InvalidInputError);
    expect(() => rng(Infinity)).toThrow(/finite/);
  });
});
