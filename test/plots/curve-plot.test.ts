import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { renderSvg } from '../../lib/io/render';
import { curvePlot } from '../../lib/plots/curve-plot';
import { curvePoints } from '../../lib/plots/curve-points';
import { curveSeries } from '../../lib/plots/curve-series';
import { colorOf } from '../../lib/plots/palette';
import { resultRow, sweep, textsOf, warningsOf } from './fixtures';

const keys = { series: () => 's', facet: () => '', x: () => 1 };

describe('the spread over seeds', () => {
  const rows = [1, 2, 3, 6].map((value, seed) => resultRow({ value, seed }));

  test('is the mean with one standard error', () => {
    const [point] = curvePoints(rows, keys, 'standard error');
    const error = Math.sqrt((4 + 1 + 0 + 9) / 3 / 4);
    expect(point).toMatchObject({ center: 3, low: 3 - error, high: 3 + error, repeats: 4 });
  });

  test('or the median with the 10 % and 90 % quantiles, or the mean alone', () => {
    expect(curvePoints(rows, keys, 'quantiles')[0]).toMatchObject({
      center: 2.5,
      low: 1.3,
      high: expect.closeTo(5.1, 9),
    });
    expect(curvePoints(rows, keys, 'none')[0]).toMatchObject({ center: 3, low: 3, high: 3 });
  });

  test('of one seed is its own standard error, and rows of one seed count once', () => {
    expect(curvePoints([resultRow({ value: 1, standardError: 0.2 })], keys, 'standard error')[0]).toMatchObject({
      low: 0.8,
      high: 1.2,
      repeats: 1,
    });
    expect(curvePoints([resultRow({ value: 1 }), resultRow({ value: 3 })], keys, 'standard error')[0]).toMatchObject({
      center: 2,
      low: 2,
      repeats: 1,
    });
  });
});

describe('the spread over observations', () => {
  const ours = [1, 2, 3].map((observation) => resultRow({ observation, value: observation, seed: 1 }));
  const published = resultRow({ method: 'NPE', setting: 'published', value: 5, standardError: 0.5 });

  test('counts each observation once, whatever its seeds', () => {
    const again = ours.map((row) => ({ ...row, seed: 2, value: row.value + 2 }));
    const [point] = curvePoints([...ours, ...again], keys, 'standard error', 'observation');
    expect(point).toMatchObject({ center: 3, low: expect.closeTo(3 - 1 / Math.sqrt(3), 9), repeats: 3 });
  });

  test('stands beside published means, which keep their own standard error and are not counted', () => {
    const figure = curvePlot([...ours, published], { over: 'observation', facet: 'task', columns: 5 });
    const { title, data } = figure as unknown as { title: { subtitle: string[] }; data: { values: object[] } };
    expect(title.subtitle.join(' ')).toContain('mean ±1 standard error over 3 observations');
    expect(data.values).toContainEqual(expect.objectContaining({ center: 5, low: 4.5, high: 5.5, repeats: 0 }));
  });

  test('may be drawn in as many columns as are wanted', async () => {
    const tasks = Array.from({ length: 10 }, (_, i) => resultRow({ task: `task ${i}`, observation: 1 }));
    const figure = curvePlot(tasks, { over: 'observation', facet: 'task', columns: 5 });
    expect(figure).toMatchObject({ columns: 5 });
    expect(await renderSvg(figure)).toContain('task 9');
    expect(() => curvePlot(tasks, { facet: 'task', columns: 0 })).toThrow('columns: expected a positive whole number');
  });
});

describe('series', () => {
  test('of one method keep its colour and differ by dash and shape', () => {
    const series = curveSeries(sweep({ settings: ['paper', 'ours'] }));
    expect(series.names).toEqual([
      'Algorithm 1 · paper',
      'Algorithm 1 · ours',
      'Algorithm 2 · paper',
      'Algorithm 2 · ours',
    ]);
    expect(series.colors).toEqual(['Algorithm 1', 'Algorithm 1', 'Algorithm 2', 'Algorithm 2'].map(colorOf));
    expect(new Set(series.dashes.slice(0, 2).map(String)).size).toBe(2);
    expect(new Set(series.shapes.slice(0, 2)).size).toBe(2);
  });

  test('are told apart by colour where there is one method', () => {
    const series = curveSeries(sweep({ methods: ['NPE'], settings: ['paper', 'ours'] }));
    expect(series.names).toEqual(['paper', 'ours']);
    expect(new Set(series.colors).size).toBe(2);
  });
});

describe('curvePlot', () => {
  test('draws titles, both axes, the legend and what the band means', async () => {
    const spec = curvePlot(sweep(), { floor: 0.002 });
    expect(await warningsOf(spec)).toEqual([]);
    const texts = textsOf(await renderSvg(spec));
    for (const expected of [
      'Squared MMD against observations n',
      'observations n',
      'squared MMD',
      'Algorithm 1',
      'Algorithm 2',
    ])
      expect(texts).toContain(expected);
    expect(texts).toContain(
      'gaussian10d · 1,000 simulator calls · mean ±1 standard error over 3 seeds · dotted: sampling floor 0.002',
    );
  });

  test('draws one panel a budget in order of size, all lines with their colours', async () => {
    const spec = curvePlot(sweep({ budgets: [10_000, 1000], settings: ['paper', 'ours'] }), {
      facet: 'budget',
      log: 'both',
      spread: 'quantiles',
    });
    expect(await warningsOf(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    const texts = textsOf(svg);
    expect(texts.indexOf('1,000 simulator calls')).toBeLessThan(texts.indexOf('10,000 simulator calls'));
    expect(texts).toContain('Algorithm 1 · ours');
    expect(texts.some((text) => text.includes('median and 10–90 % quantiles'))).toBe(true);
    for (const name of ['Algorithm 1', 'Algorithm 2']) expect(svg).toContain(`stroke="${colorOf(name)}"`);
  });

  test('draws a grid of panels, a panel missing where there are no rows', async () => {
    const other = sweep({ budgets: [1000, 3000] }).map((row) => ({ ...row, task: 'mixture10d' }));
    const spec = curvePlot([...sweep(), ...other], { facet: ['budget', 'task'] });
    expect(await warningsOf(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    const texts = textsOf(svg);
    const names = ['gaussian10d', 'mixture10d'].flatMap((task) =>
      [1, 3].map((k) => `${task} · ${k},000 simulator calls`),
    );
    for (const name of names) expect(texts.filter((text) => text === name)).toHaveLength(1);
    expect(texts.filter((text) => text === 'no rows')).toHaveLength(1);
    expect(texts.filter((text) => text === 'Algorithm 1')).toHaveLength(1);
    expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeLessThan(720);
    expect(() => curvePlot([...sweep(), ...other], { facet: ['budget', 'n'] })).toThrow('one task in a panel');
  });

  test('has a logarithmic budget axis with the budgets that were run', async () => {
    const svg = await renderSvg(
      curvePlot(sweep({ budgets: [1000, 3000, 30_000], ns: [1] }), { x: 'budget', spread: 'none', title: 'Budget' }),
    );
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['Budget', '1k', '3k', '30k', 'simulator calls']));
  });

  test('draws values at or below 0 at the end of a logarithmic axis and says how many', async () => {
    const rows = [
      resultRow({ n: 1, value: -0.001 }),
      resultRow({ n: 2, value: 0.01 }),
      resultRow({ n: 4, value: 0.1 }),
    ];
    const svg = await renderSvg(curvePlot(rows, { log: 'y' }));
    expect(textsOf(svg).join()).toContain('1 value at or below 0 drawn at the lower end');
    expect(svg).not.toContain('NaN');
    expect(() => curvePlot([resultRow({ value: 0 })], { log: 'y' })).not.toThrow();
    const floored = curvePlot([...rows, resultRow({ n: 8, value: 1e-7 })], { log: 'y', floor: 0.001 });
    const { subtitle } = floored.title as { subtitle: string[] };
    expect(subtitle.join(' ')).toContain('2 values below a quarter of the floor');
  });

  test('chooses one of several metrics', () => {
    const rows = [...sweep(), ...sweep().map((row) => ({ ...row, metric: 'C2ST', value: 0.6 }))];
    expect(() => curvePlot(rows)).toThrow('rows of one metric, received squared MMD, C2ST');
    expect(JSON.stringify(curvePlot(rows, { metric: 'C2ST' }))).toContain('C2ST against');
    expect(() => curvePlot(rows, { metric: 'SWD' })).toThrow(InvalidInputError);
  });

  test('refuses what it would mix, no rows, NaN and a logarithm of 0', () => {
    expect(() => curvePlot([])).toThrow('at least one result row');
    expect(() => curvePlot([resultRow({ value: Number.NaN })])).toThrow(InvalidInputError);
    expect(() => curvePlot(sweep({ budgets: [1000, 3000] }))).toThrow(
      "one budget in a panel, received 1000, 3000. Filter the rows, or set { facet: 'budget' }.",
    );
    expect(() => curvePlot([resultRow({ budget: 0 })], { x: 'budget' })).toThrow(InvalidInputError);
    const options = [{ x: 'seed' }, { spread: 'std' }, { over: '' }, { log: 'z' }, { facet: 'seed' }, { floor: NaN }];
    for (const wrong of options)
      expect(() => curvePlot(sweep(), wrong as Parameters<typeof curvePlot>[1])).toThrow(InvalidInputError);
  });
});
