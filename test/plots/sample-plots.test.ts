import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import type { VegaLiteSpec } from '../../lib/records/figure-spec';
import { renderSvg } from '../../lib/io/render';
import { lossPlot } from '../../lib/plots/loss-plot';
import { marginalPlot } from '../../lib/plots/marginal-plot';
import { pairPlot } from '../../lib/plots/pair-plot';
import { colorOf, TRUTH_COLOR } from '../../lib/plots/palette';
import { normalRows, textsOf, warningsOf } from './fixtures';

const sets = (D: number, N = 200) => ({ 'Algorithm 2': normalRows(N, D, 1), exact: normalRows(N, D, 2) });
const figures: [
  string,
  (samples: Parameters<typeof marginalPlot>[0], options?: Parameters<typeof pairPlot>[1]) => VegaLiteSpec,
][] = [
  ['marginalPlot', marginalPlot],
  ['pairPlot', pairPlot],
];

describe.each(figures)('%s', (_, plot) => {
  test.each([2, 3, 5, 10])('draws %i parameters with labels, a legend and the truth', async (D) => {
    const spec = plot(sets(D, 80), { truth: new Float32Array(D) });
    expect(await warningsOf(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    const texts = textsOf(svg);
    for (const expected of [
      'Algorithm 2',
      'exact',
      'true parameter',
      '80 samples each',
      'θ₁',
      D === 10 ? 'θ₁₀' : `θ${String.fromCharCode(0x2080 + D)}`,
    ]) {
      expect(texts).toContain(expected);
    }
    expect(texts.filter((text) => text === 'true parameter')).toHaveLength(1);
    expect(svg).toContain(colorOf('Algorithm 2'));
    expect(svg).toContain(TRUTH_COLOR);
    expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeLessThan(720);
    expect(svg).not.toContain('NaN');
  });

  test('shows chosen parameters under labels of one’s own', async () => {
    const texts = textsOf(
      await renderSvg(plot(sets(4), { labels: ['a', 'k (1/s)', 'c', 'β'], dims: [1, 3], title: 'Mine' })),
    );
    expect(texts).toEqual(expect.arrayContaining(['Mine', 'k (1/s)', 'β']));
    expect(texts).not.toContain('a');
  });

  test('takes typed rows and anything with arraySync, of different sizes', () => {
    const spec = plot({
      a: normalRows(10, 2).map((row) => Float32Array.from(row)),
      b: { arraySync: () => normalRows(20, 2) },
    });
    expect(JSON.stringify(spec)).toContain('samples: 10 a, 20 b');
  });

  test('gives the same figure for the same samples', () => {
    expect(JSON.stringify(plot(sets(3, 900)))).toBe(JSON.stringify(plot(sets(3, 900))));
  });

  test.each([
    ['no sets', {}, {}, 'at least one named sample set'],
    ['an empty set', { a: [] }, {}, 'no rows'],
    ['rows without numbers', { a: [[]] }, {}, 'at least one row of numbers'],
    ['flat numbers', { a: [1, 2] as unknown as number[][] }, {}, 'rows of type number'],
    ['ragged rows', { a: [[1, 2], [3]] }, {}, '1 numbers in row 1'],
    [
      'NaN',
      {
        a: [
          [1, 2],
          [3, NaN],
        ],
      },
      {},
      'NaN in row 1, column 1',
    ],
    ['different D', { a: [[1, 2]], b: [[1, 2, 3]] }, {}, 'expected 2 parameters, as in "a", received 3'],
    ['labels of another length', { a: [[1, 2]] }, { labels: ['x'] }, '2 labels'],
    ['a truth of another length', { a: [[1, 2]] }, { truth: [1] }, '2 finite numbers'],
    ['an index out of range', { a: [[1, 2]] }, { dims: [0, 2] }, 'indices from 0 to 1'],
    ['bounds of another length', { a: [[1, 2]] }, { bounds: [[0, 1] as const] }, '2 pairs'],
  ])('refuses %s', (_name, samples, options, message) => {
    expect(() => plot(samples as Record<string, number[][]>, options)).toThrow(InvalidInputError);
    expect(() => plot(samples as Record<string, number[][]>, options)).toThrow(message);
  });
});

describe('pairPlot', () => {
  test('draws the same few points of each set everywhere', async () => {
    const spec = pairPlot(sets(3, 400), { maxPoints: 25 }) as unknown as { datasets: { points: { set: string }[] } };
    expect(spec.datasets.points).toHaveLength(50);
    expect(spec.datasets.points.filter(({ set }) => set === 'exact')).toHaveLength(25);
    expect(textsOf(await renderSvg(spec as unknown as VegaLiteSpec))).toContain(
      '400 samples each · 25 of each drawn as points',
    );
  });

  test('refuses one and eleven parameters and says what to do', () => {
    expect(() => pairPlot({ a: [[1]] })).toThrow('Use marginalPlot.');
    expect(() => pairPlot({ a: normalRows(5, 2) }, { maxPoints: NaN })).toThrow('maxPoints: expected a positive whole');
    expect(() => pairPlot({ a: normalRows(5, 11) })).toThrow('Choose some with { dims }.');
  });
});

describe('lossPlot', () => {
  const points = [1, 2, 3].map((epoch) => ({ epoch, training: 1 / epoch, validation: Math.abs(epoch - 2) + 0.5 }));

  test('marks the lowest validation loss', async () => {
    const spec = lossPlot(points);
    expect(await warningsOf(spec)).toEqual([]);
    expect(textsOf(await renderSvg(spec))).toEqual(
      expect.arrayContaining([
        'Loss by epoch',
        'best epoch 2: validation loss 0.5',
        'epoch',
        'loss',
        'training',
        'validation',
      ]),
    );
  });

  test('marks the epoch it is told, and the training loss without validation', async () => {
    expect(textsOf(await renderSvg(lossPlot(points, { best: 3 })))).toContain('best epoch 3: validation loss 1.5');
    const texts = textsOf(await renderSvg(lossPlot(points.map(({ epoch, training }) => ({ epoch, training })))));
    expect(texts).toContain('best epoch 3: training loss 0.3333');
    expect(texts).not.toContain('validation');
  });

  test('refuses no loss and NaN', () => {
    expect(() => lossPlot([])).toThrow(InvalidInputError);
    expect(() => lossPlot([{ epoch: 4, training: NaN }])).toThrow('the loss NaN at epoch 4');
  });
});
