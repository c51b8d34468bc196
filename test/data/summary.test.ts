import '@tensorflow/tfjs-node';
import { DataFrame } from 'danfojs-node';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { summary } from '../../lib/data/summary';
import { effectiveSampleSize, splitRHat } from '../../lib/mcmc/convergence';
import { renderTable, tableRows } from '../../lib/notebook/table';

const source = rng(1);
const n = 20_000;
const draws = Array.from({ length: n }, () => [source.normal(2, 3), -Math.log(1 - source.uniform())]);

describe('a summary of draws', () => {
  it('gives the moments, quantiles and shortest intervals of known laws', () => {
    const [a, b] = summary(draws, { names: ['mass', 'wait'] });
    expect([a.parameter, b.parameter]).toEqual(['mass', 'wait']);
    // four standard errors of a mean, a standard deviation and a quantile of N(2, 9)
    expect(Math.abs(a.mean - 2)).toBeLessThan((4 * 3) / Math.sqrt(n));
    expect(Math.abs(a.sd - 3)).toBeLessThan((4 * 3) / Math.sqrt(2 * n));
    expect(Math.abs((a['5%'] as number) - (2 - 3 * 1.6449))).toBeLessThan(
      (4 * 3 * Math.sqrt((0.05 * 0.95) / n)) / 0.1031,
    );
    expect(Math.abs((a['50%'] as number) - 2)).toBeLessThan((4 * 3 * 1.2533) / Math.sqrt(n));
    expect(Math.abs((a['hdi 97%'] as number) - (2 + 3 * 1.8808))).toBeLessThan(0.5);
    // the shortest interval of an exponential law begins at 0
    expect(b['hdi 3%'] as number).toBeLessThan(0.01);
    expect(Math.abs((b['hdi 97%'] as number) + Math.log(0.06))).toBeLessThan(0.15);
    expect(Object.keys(a)).toEqual(['parameter', 'mean', 'sd', 'hdi 3%', 'hdi 97%', '5%', '50%', '95%']);
  });

  it('is exact for few draws', () => {
    const [row] = summary([[3], [1], [2], [10]], { quantiles: [0, 0.5, 1], mass: 0.5 });
    expect(row).toEqual({
      ...{ parameter: 'theta_1', mean: 4, sd: Math.sqrt(50 / 3) },
      ...{ 'hdi 25%': 1, 'hdi 75%': 3, '0%': 1, '50%': 2.5, '100%': 10 },
    });
  });

  it('tells chains by their effective sample size and R-hat', () => {
    const [chains, length] = [4, 200];
    // one slow chain after the other: autoregressive, and the last one elsewhere
    const all = Array.from({ length: chains }, (_, c) => {
      let state = 0;
      return Array.from({ length }, () => (state = 0.9 * state + source.normal()) + (c === 3 ? 20 : 0));
    });
    const rows = Array.from({ length: length * chains }, (_, i) => [all[i % chains][Math.floor(i / chains)]]);
    const [row] = summary(rows, { chains });
    expect(row.ess).toBeCloseTo(effectiveSampleSize(all), 2);
    expect(row['ess tail']).toBeCloseTo(effectiveSampleSize(all, 'tail'), 2);
    expect(row.rHat).toBeCloseTo(splitRHat(all), 4);
    expect(row.rHat!).toBeGreaterThan(1.2);
  });

  it('is a table as it is, and a danfojs table', () => {
    const rows = summary(draws.slice(0, 100));
    const { text } = renderTable(tableRows(rows), { digits: 3 });
    expect(text.split('\n')[0]).toMatch(/^parameter +mean +sd +hdi 3% +hdi 97% +5% +50% +95%$/);
    const frame = new DataFrame(rows);
    expect(frame.shape).toEqual([2, 8]);
    expect(renderTable(tableRows(frame as never), { digits: 3 }).text).toBe(text);
  });

  it('is refused for other draws and options', () => {
    const wrong = [
      () => summary([[1]]),
      () => summary([[NaN], [1]]),
      () => summary([[1], [2]], { names: ['a', 'b'] }),
      () => summary([[1, 2], [2, 3]], { names: ['a', 'a'] }),
      () => summary([[1], [2]], { quantiles: [1.2] }),
      () => summary([[1], [2]], { mass: 1 }),
      () => summary(draws.slice(0, 10), { chains: 3 }),
      () => summary(draws.slice(0, 6), { chains: 2 }),
    ]; // prettier-ignore
    for (const call of wrong) expect(call).toThrow(InvalidInputError);
  });
});
