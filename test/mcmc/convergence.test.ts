import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { convergenceOf, effectiveSampleSize, splitRHat } from '../../lib/mcmc/convergence';
import { diagnose } from '../../lib/mcmc/diagnose';
import { normalQuantile } from '../../lib/mcmc/normal-quantile';
import arviz from './fixtures/convergence.json';

/** Chains x_i = rho x_{i-1} + sqrt(1 - rho^2) e_i with x_0 from the stationary N(0, 1), plus a shift of each chain. */
function autoregressive(chains: number, draws: number, rho: number, shift: (chain: number) => number = () => 0) {
  return Array.from({ length: chains }, (_, c) => {
    const source = rng(7).fork(c);
    let x = source.normal();
    return Float64Array.from({ length: draws }, (_, i) => {
      if (i > 0) x = rho * x + Math.sqrt(1 - rho * rho) * source.normal();
      return x + shift(c);
    });
  });
}

describe('effectiveSampleSize', () => {
  // the estimate of sum rho_t over 40,000 draws is good to about 5% for rho = .9
  it.each([0, 0.5, 0.9, -0.5])('is N (1 - rho) / (1 + rho) for AR(1) chains, rho = %f', (rho) => {
    const chains = autoregressive(8, 5000, rho);
    const expected = Math.min((40_000 * (1 - rho)) / (1 + rho), 40_000 * Math.log10(40_000));
    for (const kind of ['bulk', 'mean'] as const) {
      expect(effectiveSampleSize(chains, kind) / expected).toBeGreaterThan(0.85);
      expect(effectiveSampleSize(chains, kind) / expected).toBeLessThan(1.15);
    }
  });

  it('says how far the mean of many runs of chains strays', () => {
    const [runs, rho] = [400, 0.8];
    const means = autoregressive(runs, 500, rho).map((chain) => chain.reduce((sum, x) => sum + x, 0) / 500);
    const variance = means.reduce((sum, mean) => sum + mean ** 2, 0) / runs;
    const sizes = autoregressive(20, 500, rho).map((chain) => effectiveSampleSize([chain], 'mean'));
    const size = sizes.reduce((sum, value) => sum + value, 0) / sizes.length;
    // 400 runs know the variance to 7%, twenty chains the size to about 7%
    expect(Math.abs(variance * size - 1)).toBeLessThan(0.35);
  });

  it('is about the number of chains that are stuck apart, for the tail too', () => {
    const stuck = autoregressive(10, 400, 0, (c) => (c % 2 === 0 ? -5 : 5));
    expect(effectiveSampleSize(stuck)).toBeLessThan(25);
    expect(effectiveSampleSize(stuck, 'mean')).toBeLessThan(25);
  });

  it('of the tail sees a chain that is stuck in it', () => {
    const calm = autoregressive(4, 1000, 0);
    for (let i = 0; i < 120; i++) calm[0][i] = 6 + 0.001 * (i % 7);
    expect(effectiveSampleSize(calm, 'tail')).toBeLessThan(
      0.2 * effectiveSampleSize(autoregressive(4, 1000, 0), 'tail'),
    );
  });

  it('does not change under a rising map, which squeezes the tails of heavy ones', () => {
    const chains = autoregressive(4, 500, 0.3);
    const heavy = chains.map((chain) => chain.map((x) => x ** 3));
    expect(effectiveSampleSize(heavy)).toBeCloseTo(effectiveSampleSize(chains), 6);
    expect(effectiveSampleSize(heavy, 'mean')).not.toBeCloseTo(effectiveSampleSize(chains, 'mean'), 0);
  });

  it('is NaN for constant chains, and takes the shortest ones there are', () => {
    expect(effectiveSampleSize([[1, 1, 1, 1]])).toBeNaN();
    for (const draws of [4, 5, 6, 7, 8]) expect(effectiveSampleSize(autoregressive(3, draws, 0))).toBeGreaterThan(0);
  });
});

describe('splitRHat', () => {
  it('is near 1 for chains of one law, correlated or not', () => {
    expect(splitRHat(autoregressive(8, 2000, 0))).toBeLessThan(1.005);
    expect(splitRHat(autoregressive(8, 5000, 0.5))).toBeLessThan(1.01);
    expect(splitRHat(autoregressive(8, 2000, 0))).toBeGreaterThan(0.99);
  });

  it('sees chains in different modes, one that drifts, and ones of different width', () => {
    expect(splitRHat(autoregressive(4, 500, 0, (c) => (c === 0 ? 3 : 0)))).toBeGreaterThan(1.2);
    expect(splitRHat(autoregressive(4, 500, 0).map((chain) => chain.map((x, i) => x + i / 100)))).toBeGreaterThan(1.2);
    expect(
      splitRHat(autoregressive(4, 500, 0).map((chain, c) => chain.map((x) => x * (c === 0 ? 5 : 1)))),
    ).toBeGreaterThan(1.05);
  });

  it('sees constant chains: Infinity where they differ, NaN where not', () => {
    expect(splitRHat([new Array(6).fill(1), new Array(6).fill(2)])).toBe(Infinity);
    expect(splitRHat([new Array(6).fill(1), new Array(6).fill(1)])).toBeNaN();
  });
});

describe('against ArviZ', () => {
  const { cases } = arviz;
  const bulks = cases.map(({ rHat }) => Number(rHat)).filter(Number.isFinite);
  const sizes = ['bulk', 'tail', 'mean'] as const;
  const isShort = (draws: number[][]): boolean => Math.floor(draws[0].length / 2) < 5;
  const isConstant = (draws: number[][]): boolean => draws.flat().every((value) => value === draws[0][0]);
  const told = cases.filter(({ draws }) => !isShort(draws) && !isConstant(draws));

  it('there are chains of every kind of R-hat', () => {
    for (const [low, high] of [
      [0.99, 1.01],
      [1.01, 1.1],
      [1.1, 1.5],
      [1.5, 3],
    ])
      expect(bulks.some((value) => value > low && value < high)).toBe(true);
  });

  // ArviZ says nothing of the R-hat of one chain
  it.each(cases.filter(({ draws }) => draws.length > 1))('R-hat is the same: $name', ({ rHat, draws }) => {
    const expected = rHat === 'inf' ? Infinity : Number(rHat);
    if (Number.isFinite(expected)) expect(splitRHat(draws) / expected).toBeCloseTo(1, 8);
    else expect(splitRHat(draws)).toBe(expected);
  });

  it.each(told)(
    'effective sample sizes and the error of the mean are the same: $name',
    ({ draws, error, ...sizeOf }) => {
      for (const kind of sizes) expect(effectiveSampleSize(draws, kind) / Number(sizeOf[kind]), kind).toBeCloseTo(1, 7);
      const all = draws.flat();
      const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
      const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1);
      expect(Math.sqrt(variance / effectiveSampleSize(draws, 'mean')) / Number(error)).toBeCloseTo(1, 7);
    },
  );

  it('halves of fewer than five draws count for no more than there, where no autocorrelation is taken', () => {
    const short = cases.filter(({ draws }) => isShort(draws));
    expect(short.length).toBeGreaterThan(4);
    for (const { name, bulk, mean, draws } of short) {
      expect(effectiveSampleSize(draws, 'bulk'), name).toBeLessThan(Number(bulk) + 1e-6);
      expect(effectiveSampleSize(draws, 'mean'), name).toBeLessThan(Number(mean) + 1e-6);
      // the same draws with each one twice in a row tell no more
      const twice = draws.map((chain) => chain.slice(0, 4).flatMap((value) => [value, value]));
      expect(effectiveSampleSize(twice, 'mean'), name).toBeLessThan(twice.flat().length);
    }
  });

  it('equal draws have no size; there, they have all', () => {
    const { draws, bulk } = cases.find(({ draws }) => isConstant(draws))!;
    expect(bulk).toBe(draws.flat().length);
    for (const kind of sizes) expect(effectiveSampleSize(draws, kind)).toBeNaN();
  });

  it('all at once is each by itself', () => {
    for (const { draws } of told) {
      const { rHat, ess, essTail } = convergenceOf(draws);
      expect([rHat, ess, essTail]).toEqual([
        splitRHat(draws),
        effectiveSampleSize(draws),
        effectiveSampleSize(draws, 'tail'),
      ]);
    }
  });
});

describe('both', () => {
  it('refuse short, ragged, missing and infinite chains', () => {
    for (const measure of [splitRHat, effectiveSampleSize]) {
      for (const chains of [
        [],
        [[1, 2, 3]],
        [
          [1, 2, 3, 4],
          [1, 2, 3, 4, 5],
        ],
        [[1, 2, NaN, 4]],
        [[1, 2, 3, Infinity]],
      ])
        expect(() => measure(chains)).toThrow(InvalidInputError);
    }
  });

  it('take 100 chains of 1,000 draws in 10 dimensions', () => {
    const [chains, draws, dim] = [100, 1000, 10];
    const source = rng(1);
    const values = Float32Array.from({ length: chains * draws * dim }, () => source.normal());
    const { mixed, rHat } = diagnose(values, { chains, draws, dim });
    expect(rHat).toHaveLength(dim);
    expect(mixed).toBe(true);
  });
});

describe('diagnose', () => {
  it('says which dimension is worst, and keeps to the limits given', () => {
    const [chains, draws, dim] = [4, 100, 2];
    const source = rng(2);
    const values = Float64Array.from(
      { length: chains * draws * dim },
      (_, i) => source.normal() + (i % 2 === 1 ? 4 * (Math.floor(i / 2) % 4) : 0),
    );
    const { mixed, warnings } = diagnose(values, { chains, draws, dim });
    expect(mixed).toBe(false);
    expect(warnings.join()).toMatch(
      /R-hat is [\d.]+ in dimension 1 \(above 1.01\).*size is \d+ in dimension 1 \(below 400\).*tempered/,
    );
    expect(diagnose(values, { chains, draws, dim }, { rHat: 100, ess: 1 }).warnings).toEqual([]);
  });

  it('does not call chains mixed that are too short to tell', () => {
    expect(diagnose([1, 2, 3], { chains: 1, draws: 3, dim: 1 }).mixed).toBe(false);
  });
});

describe('normalQuantile', () => {
  it('has the known values, is odd and ends at infinity', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 7);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 7);
    expect(normalQuantile(0.3)).toBeCloseTo(-normalQuantile(0.7), 9);
    expect(normalQuantile(0.5)).toBe(0);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });
});
