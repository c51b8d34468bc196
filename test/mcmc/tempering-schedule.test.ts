import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { systematicResampling } from '../../lib/mcmc/systematic-resampling';
import { nextPower } from '../../lib/mcmc/tempering-schedule';

const source = rng(1);
const logs = Array.from({ length: 2000 }, () => -50 * source.normal() ** 2);

describe('the next power', () => {
  it('leaves the share of the effective sample size that was asked for', () => {
    for (const share of [0.3, 0.5, 0.9]) {
      const { power, weights } = nextPower(logs, 0, share);
      expect(power).toBeGreaterThan(0);
      expect(power).toBeLessThan(1);
      const sum = weights.reduce((all, weight) => all + weight, 0);
      const squares = weights.reduce((all, weight) => all + weight ** 2, 0);
      expect(sum ** 2 / squares / logs.length).toBeCloseTo(share, 6);
      weights.forEach((weight, i) => expect(weight).toBeCloseTo(Math.exp(power * (logs[i] - Math.max(...logs))), 9));
    }
  });

  it('is 1 where that leaves enough, and the step counts from the power before', () => {
    expect(nextPower(logs, 0.9999, 0.5).power).toBe(1);
    const { power } = nextPower(logs, 0.25, 0.5);
    expect(power - 0.25).toBeCloseTo(nextPower(logs, 0, 0.5).power, 9);
  });

  it('is tiny for logarithms of a huge range, and leaves NaN and infinity without weight', () => {
    const { power, weights } = nextPower([...logs.map((value) => 1e9 * value), NaN, -Infinity, Infinity], 0, 0.5);
    expect(power).toBeGreaterThan(0);
    expect(power).toBeLessThan(1e-9);
    expect([...weights.slice(-3)]).toEqual([0, 0, 0]);
  });
});

describe('systematic resampling', () => {
  it('takes each row as often as its weight says, rounded up or down', () => {
    const weights = [0, 0.5, 2.25, 0, 1, 0.25, 0];
    for (const shift of [0, 0.3, 0.999]) {
      const rows = [...systematicResampling(weights, 40, shift)];
      expect(rows).toEqual([...rows].sort((a, b) => a - b));
      weights.forEach((weight, i) => {
        const times = rows.filter((row) => row === i).length;
        expect(Math.abs(times - weight * 10)).toBeLessThan(1);
        if (weight === 0) expect(times).toBe(0);
      });
    }
  });
});
