import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { expectedCoverage } from '../../lib/diagnostics/expected-coverage';
import { pairsFrom } from '../../lib/diagnostics/drawn-pairs';
import { recovery } from '../../lib/diagnostics/recovery';
import { sbc } from '../../lib/diagnostics/sbc';
import { tarp } from '../../lib/diagnostics/tarp';
import { gaussianPairs, type Fault } from './gaussian-pairs';

const product = { product: ([a, b]: readonly number[]): number => a * b };

describe('right posteriors', () => {
  it('fail each diagnostic as often as its level says', async () => {
    const seeds = 200;
    const level = 0.1;
    const fails = { sbc: 0, kolmogorovSmirnov: 0, chiSquared: 0, density: 0, marginals: 0, tarp: 0, recovery: 0 };
    for (let seed = 1; seed <= seeds; seed++) {
      const pairs = gaussianPairs(seed, 60, 19);
      const ranks = sbc(pairs, { level, quantities: product });
      const found = {
        sbc: !ranks.passes,
        kolmogorovSmirnov: ranks.quantities[0].kolmogorovSmirnov <= level,
        chiSquared: ranks.quantities[1].chiSquared <= level,
        density: !(await expectedCoverage(pairs, { level, progress: false })).passes,
        marginals: !(await expectedCoverage(pairs, { level, by: 'marginals' })).passes,
        tarp: !tarp(pairs, { level }).passes,
        recovery: !recovery(pairs, { level }).passes,
      };
      for (const name of Object.keys(found) as (keyof typeof found)[]) fails[name] += Number(found[name]);
    }
    const error = Math.sqrt((level * (1 - level)) / seeds);
    for (const [name, count] of Object.entries(fails)) {
      expect(count / seeds, name).toBeLessThan(level + 4 * error);
      expect(count / seeds, name).toBeGreaterThan(level - 4 * error);
    }
  }, 60_000);
});

describe('wrong posteriors', () => {
  const of = (fault: Fault) => gaussianPairs(1, 300, 99, fault);

  it('that are too narrow or too wide fail, and are called so', async () => {
    const ranks = sbc(of({ width: 0.7 }));
    expect([ranks.passes, ranks.quantities.map(({ fault }) => fault)]).toEqual([false, ['too narrow', 'too narrow']]);
    expect(ranks.verdict).toMatch(/300 pairs.*p = .*too narrow.*Train|train/);
    const coverage = await expectedCoverage(of({ width: 0.7 }), { progress: false });
    expect([coverage.passes, coverage.by]).toEqual([false, 'density']);
    expect(coverage.value).toBeLessThan(0.8);
    expect(coverage.curves[0].area).toBeLessThan(-0.05);
    expect(coverage.verdict).toMatch(/too small \(overconfident\)/);
    const points = tarp(of({ width: 0.7 }));
    expect([points.passes, points.value < 0]).toEqual([false, true]);

    expect(sbc(of({ width: 1.4 })).quantities.map(({ fault }) => fault)).toEqual(['too wide', 'too wide']);
    const wide = await expectedCoverage(of({ width: 1.4 }), { by: 'marginals' });
    expect(wide.verdict).toMatch(/conservative/);
    expect(wide.value).toBeGreaterThan(0.93);
  });

  it('that lie too high fail, and the parameter is named', () => {
    const ranks = sbc(of({ shift: 0.5 }), { labels: ['first', 'second'] });
    expect(ranks.passes).toBe(false);
    expect(ranks.quantities.map(({ fault }) => fault)).toEqual(['too high', 'none']);
    expect(ranks.verdict).toContain('those of first are too high');
    const found = recovery(of({ shift: 0.5 }));
    expect(found.passes).toBe(false);
    expect(found.parameters[0].zMean).toBeCloseTo(0.5, 0);
    expect(found.verdict).toMatch(/θ₁ lie 0\.\d+ standard deviations too high/);
  });

  it('of a wrong correlation pass by marginals, and fail by all that joins parameters', async () => {
    const pairs = of({ isUncorrelated: true });
    expect(sbc(pairs).passes).toBe(true);
    expect((await expectedCoverage(pairs, { by: 'marginals' })).passes).toBe(true);
    const sum = { sum: ([a, b]: readonly number[]): number => a + b };
    expect(sbc(pairs, { quantities: sum }).quantities.map(({ fault }) => fault !== 'none')).toEqual([
      false,
      false,
      true,
    ]);
    expect(tarp(pairs).passes).toBe(false);
    expect((await expectedCoverage(pairs, { by: 'density', progress: false })).passes).toBe(false);
  });

  it('that ignore the data pass by ranks, and are seen by what they contract and by quantities of the data', () => {
    const pairs = of({ isPrior: true });
    expect([sbc(pairs).passes, tarp(pairs).passes]).toEqual([true, true]);
    expect(Math.abs(recovery(pairs).value)).toBeLessThan(0.2);
    const misfit = { misfit: ([a, b]: readonly number[], [[x]]: readonly (readonly number[])[]) => (x - a - b) ** 2 };
    expect(sbc(pairs, { quantities: misfit }).passes).toBe(false);
  });
});

describe('sbc', () => {
  it('has the ranks of a count by hand, of parameters and of quantities', () => {
    const pairs = gaussianPairs(3, 40, 25, { width: 0.9 });
    const { quantities } = sbc(pairs, { quantities: product });
    for (let i = 0; i < 40; i++) {
      const truth = [pairs.theta[2 * i], pairs.theta[2 * i + 1]];
      const draws = Array.from({ length: 25 }, (_, k) => [0, 1].map((d) => pairs.samples[(i * 25 + k) * 2 + d]));
      const rank = (of: (row: number[]) => number): number => draws.filter((row) => of(row) < of(truth)).length;
      expect(quantities.map(({ ranks }) => ranks[i])).toEqual([
        rank(([a]) => a),
        rank(([, b]) => b),
        rank(([a, b]) => a * b),
      ]);
    }
    const { uniform, ranks } = quantities[0];
    expect(Array.from(uniform, (u) => Math.floor(u * 26))).toEqual(Array.from(ranks));
  });

  it('breaks ties of whole-numbered parameters at random: their right posteriors pass', () => {
    const seeds = 200;
    let fails = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const source = rng(seed);
      const coin = (): number[] => [source.integer(0, 3)];
      const theta = Array.from({ length: 60 }, coin);
      const pairs = pairsFrom(
        theta,
        theta.map(() => Array.from({ length: 30 }, coin)),
        { seed },
      );
      fails += Number(!sbc(pairs, { level: 0.1 }).passes);
    }
    expect(fails / seeds).toBeLessThan(0.1 + 4 * Math.sqrt(0.09 / seeds));
    expect(fails / seeds).toBeGreaterThan(0.01);
  });

  it('gives the same for the same seed, and its p-values of one parameter and many are those of all', () => {
    const pairs = gaussianPairs(1, 50, 9);
    expect(sbc(pairs).pValue).toBe(sbc(pairs).pValue);
    const { pValue, quantities } = sbc(pairs);
    expect(pValue).toBe(Math.min(1, 2 * Math.min(...quantities.map((each) => each.pValue))));
  });

  it('refuses too few pairs, foreign values and quantities that are no numbers', () => {
    expect(() => sbc(gaussianPairs(1, 19, 10))).toThrow(/at least 20, received 19\. Draw more/);
    expect(() => sbc({ count: 50 } as never)).toThrow(/expected what drawPairs gives/);
    expect(() => sbc(gaussianPairs(1, 20, 10), { quantities: { a: () => NaN } })).toThrow(/"a".*NaN for pair 0/);
    expect(() => sbc(gaussianPairs(1, 20, 10), { labels: ['a'] })).toThrow(/2 labels/);
    expect(() => sbc(gaussianPairs(1, 20, 10), { level: 1 })).toThrow(/sbc: level/);
  });
});

describe('expectedCoverage', () => {
  it('tells the share of truths inside, and the credibility to ask for', async () => {
    const narrow = await expectedCoverage(gaussianPairs(1, 400, 99, { width: 0.7 }), {
      densities: 99,
      progress: false,
    });
    const [wider] = narrow.credibilityFor(0.8);
    expect(wider).toBeGreaterThan(0.88);
    expect(narrow.coverageOf(wider)).toBeCloseTo(0.8, 2);
    // two dimensions: a set of credibility c has radius^2 -2 log(1 - c), and holds the truth with 1 - (1 - c)^(w^2)
    const expected = 1 - 0.1 ** (0.7 ** 2);
    expect(Math.abs(narrow.value - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 400));
  });

  it('looks at the first pairs alone where that is asked for', async () => {
    const few = await expectedCoverage(gaussianPairs(1, 80, 20), { most: 30, progress: false });
    expect(few.curves[0].credibilities.length).toBe(30);
    expect(few.verdict).toContain('30 pairs');
    const marginals = await expectedCoverage(gaussianPairs(1, 80, 20), { most: 30, by: 'marginals' });
    expect(marginals.curves[0].credibilities.length).toBe(80);
  });

  it('goes by marginals where there is no density, and says so where one was asked for', async () => {
    const { given: _, ...pairs } = gaussianPairs(1, 30, 20);
    expect((await expectedCoverage(pairs)).curves.map(({ name }) => name)).toEqual(['θ₁', 'θ₂']);
    await expect(expectedCoverage(pairs, { by: 'density' })).rejects.toThrow(/these posteriors have no density/);
  });
});

describe('recovery', () => {
  it('has contraction, correlation and z-scores of the closed form', () => {
    const pairs = gaussianPairs(1, 2000, 200);
    for (const { contraction, correlation, zDeviation, zMean } of recovery(pairs).parameters) {
      // posterior variance 1 - 1 / 2.09; posterior means have variance 1 / 2.09
      expect(contraction).toBeCloseTo(1 / 2.09, 1);
      expect(correlation).toBeCloseTo(Math.sqrt(1 / 2.09), 1);
      expect(Math.abs(zMean)).toBeLessThan(4 / Math.sqrt(2000));
      expect(Math.abs(zDeviation - 1)).toBeLessThan(4 / Math.sqrt(4000) + 0.01);
    }
  });

  it('finds draws that are all alike, beside the truth, infinitely wrong', () => {
    const theta = Array.from({ length: 20 }, (_, i) => [i]);
    const pairs = pairsFrom(
      theta,
      theta.map(([value]) => [[value + 1], [value + 1]]),
    );
    expect(recovery(pairs).pValue).toBe(0);
  });
});
