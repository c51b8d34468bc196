import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colorOf, palette, TRUTH_COLOR } from '../../lib/plots/palette';

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 14 });

describe('palette', () => {
  test('gives every name a colour of its own, whatever the order', () => {
    fc.assert(
      fc.property(names, (some) => {
        const colors = palette(some);
        expect(palette([...some].reverse())).toEqual(colors);
        const unknown = some.filter((name) => colorOf(name) !== TRUTH_COLOR);
        expect(new Set(unknown.map((name) => colors[name])).size).toBe(unknown.length);
      }),
      { seed: 7 },
    );
  });

  test('a name keeps its colour in every figure unless another of the figure has the same', () => {
    fc.assert(
      fc.property(names, (some) => {
        const colors = palette(some);
        expect(palette([some[0]])[some[0]]).toBe(colorOf(some[0]));
        const apart = new Set(some.map(colorOf)).size === some.length;
        if (apart) expect(some.map((name) => colors[name])).toEqual(some.map(colorOf));
      }),
      { seed: 7 },
    );
  });

  test('methods often compared have fixed colours that differ', () => {
    for (const together of [
      ['Algorithm 1', 'Algorithm 2', 'predictor-corrector', 'Flow NPE'],
      ['NPE', 'NLE', 'NRE', 'NPSE', 'NLSE', 'TSNPSE'],
      ['F-NPSE', 'GAUSS', 'JAC'],
    ]) {
      expect(together.map((name) => palette(together)[name])).toEqual(together.map(colorOf));
      expect(new Set(together.map(colorOf)).size).toBe(together.length);
    }
  });

  test('what is exact is black, and case, spaces and dashes do not count', () => {
    expect(['exact', 'Exact posterior', 'HMC'].map(colorOf)).toEqual([TRUTH_COLOR, TRUTH_COLOR, TRUTH_COLOR]);
    expect(colorOf('algorithm-2')).toBe(colorOf('Algorithm 2'));
  });

  test('overrides take precedence and are not given to others', () => {
    const colors = palette(['Algorithm 1', 'Algorithm 2'], { 'Algorithm 2': colorOf('Algorithm 1') });
    expect(colors['Algorithm 2']).toBe(colorOf('Algorithm 1'));
    expect(colors['Algorithm 1']).not.toBe(colors['Algorithm 2']);
  });
});
