import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { renderSvg } from '../../lib/io/render';
import { colorOf } from '../../lib/plots/palette';
import { samplePanels } from '../../lib/plots/sample-panels';
import type { PlaneLogDensity } from '../../lib/plots/shaded-regions';
import { normalRows, textsOf, warningsOf } from './fixtures';

const panels = (N = 100) => ({
  'Algorithm 2': { 'n = 1': normalRows(N, 2, 1), 'n = 5': normalRows(N, 2, 2) },
  exact: { 'n = 1': normalRows(N, 2, 3), 'n = 5': normalRows(N, 2, 4) },
});
const round: PlaneLogDensity = (points) => points.map(([a, b]) => -(a * a + b * b) / 2);
const density = { 'n = 1': round, 'n = 5': round };

describe('samplePanels', () => {
  test('draws a row a method and a column a posterior, with regions, marks and both axes', async () => {
    const spec = samplePanels(panels(), { density, marks: { 'true θ': [1, 1], 'its mirror': [-1, -1] } });
    expect(await warningsOf(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    const texts = textsOf(svg);
    for (const once of ['n = 1', 'n = 5', 'true θ', 'its mirror'])
      expect(texts.filter((text) => text === once)).toHaveLength(1);
    for (const expected of ['θ₁', 'θ₂']) expect(svg.split(`>${expected}<`)).toHaveLength(3);
    expect(svg).toContain(colorOf('Algorithm 2'));
    expect(texts.join()).toContain('100 samples in each panel · shaded: the smallest regions that hold 50 % and 95 %');
    expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeLessThan(720);
    expect(svg).not.toContain('NaN');
  });

  test('shades each column by its own density, and none without', () => {
    const data = (options: object) => Object.keys((samplePanels(panels(), options) as { datasets: object }).datasets);
    expect(data({})).toEqual([]);
    expect(data({ density: { 'n = 5': round }, marks: { a: [0, 0] } })).toEqual(['marks', 'density n = 5']);
  });

  test('draws the same few points for the same samples, in colours and labels of one’s own', async () => {
    const options = {
      maxPoints: 20,
      colors: { exact: '#ff0000' },
      labels: ['a [m]', 'b'],
      title: 'Mine',
      shares: [0.9],
    };
    const spec = samplePanels(panels(), { ...options, density });
    expect(JSON.stringify(spec)).toBe(JSON.stringify(samplePanels(panels(), { ...options, density })));
    const svg = await renderSvg(spec);
    for (const expected of ['Mine', 'a [m]', 'b']) expect(svg).toContain(`>${expected}<`);
    expect(textsOf(svg).join()).toContain('20 of 100 samples drawn in each panel');
    expect(textsOf(svg).join()).toContain('hold 90 % of');
    expect(svg).toContain('#ff0000');
  });

  test('counts samples where panels have different numbers', () => {
    const spec = samplePanels({ a: { 'n = 1': normalRows(40, 2), 'n = 2': normalRows(50, 2) } });
    expect(JSON.stringify(spec)).toContain('40 to 50 samples in each panel');
  });

  test.each([
    ['no panels', {}, {}, 'at least one row of panels'],
    ['an empty row', { a: {} }, {}, 'at least one named sample set'],
    [
      'different columns',
      { a: { x: [[1, 2]] }, b: { y: [[1, 2]] } },
      {},
      'expected the columns x, as in the first row',
    ],
    ['three parameters', { a: { x: [[1, 2, 3]] } }, {}, 'expected two parameters, received 3'],
    ['NaN', { a: { x: [[1, NaN]] } }, {}, 'NaN in row 0'],
    ['a density of no column', { a: { x: [[1, 2]] } }, { density: { z: round } }, 'columns among x'],
    ['a density of another length', { a: { x: [[1, 2]] } }, { density: { x: () => [1] } }, 'log densities'],
    [
      'a density that is NaN',
      { a: { x: [[1, 2]] } },
      { density: { x: (p: number[][]) => p.map(() => NaN) } },
      'log densities',
    ],
    ['marks of another length', { a: { x: [[1, 2]] } }, { marks: { t: [1] } }, '2 finite numbers'],
    ['labels of another length', { a: { x: [[1, 2]] } }, { labels: ['u'] }, '2 labels'],
    ['shares beyond one', { a: { x: [[1, 2]] } }, { shares: [2] }, 'between 0 and 1'],
    ['no points', { a: { x: [[1, 2]] } }, { maxPoints: 0 }, 'maxPoints: expected a positive whole number'],
  ])('refuses %s', (_name, samples, options, message) => {
    const draw = () => samplePanels(samples as Parameters<typeof samplePanels>[0], options);
    expect(draw).toThrow(InvalidInputError);
    expect(draw).toThrow(message);
  });
});
