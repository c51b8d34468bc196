import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { uniformEcdf } from '../../lib/diagnostics/uniform-ecdf';

const numbers = (seed: number, count: number, power = 1): Float64Array => {
  const source = rng(seed);
  return Float64Array.from({ length: count }, () => source.uniform() ** power);
};

describe('uniformEcdf', () => {
  it('finds a fault in uniform numbers as often as its level says, at all places together', () => {
    for (const count of [30, 250]) {
      const law = uniformEcdf(count);
      const sets = 2000;
      const pValues = Array.from({ length: sets }, (_, seed) => law.pValue(numbers(seed + 1, count)));
      for (const level of [0.01, 0.05, 0.5]) {
        const share = pValues.filter((p) => p <= level).length / sets;
        // 4,000 simulated sets know the level to about its own standard error
        const error = Math.sqrt(level * (1 - level) * (1 / sets + 1 / 4000));
        expect(share).toBeLessThan(level + 4 * error);
        // counts are whole numbers: at few of them the p-value jumps past the level
        expect(share).toBeGreaterThan(0.6 * level - 4 * error);
      }
    }
  });

  it('draws the band that its p-value is about', () => {
    const law = uniformEcdf(80);
    for (const tail of [0.01, 0.05, 0.3]) {
      const { lower, upper } = law.band(tail);
      for (let seed = 1; seed <= 200; seed++) {
        const values = numbers(seed, 80, seed % 3 === 0 ? 1.4 : 1);
        const leaves = law.shares(values).some((share, j) => share < lower[j] || share > upper[j]);
        expect(leaves).toBe(law.pValue(values) <= tail);
      }
    }
  });

  it('knows the shares below its places, ends included', () => {
    const law = uniformEcdf(4);
    expect(law.places).toEqual([0.25, 0.5, 0.75]);
    expect(law.shares([0, 0.3, 0.5, 1])).toEqual([0.25, 0.5, 0.75]);
  });

  it('finds numbers that are not uniform', () => {
    expect(uniformEcdf(200).pValue(numbers(1, 200, 1.5))).toBeLessThan(0.001);
    expect(uniformEcdf(200).pValue(new Float64Array(200).fill(0.5))).toBeLessThan(0.001);
  });
});
