import { describe, expect, test } from 'vitest';
import * as vega from 'vega';
import * as vegaLite from 'vega-lite';
import { renderSvg } from '../../lib/io/render';
import { readable } from '../../lib/plots/ground';
import { calibrationPlot } from '../../lib/plots/calibration-plot';
import { curvePlot } from '../../lib/plots/curve-plot';
import { lossPlot } from '../../lib/plots/loss-plot';
import { marginalPlot } from '../../lib/plots/marginal-plot';
import { pairPlot } from '../../lib/plots/pair-plot';
import { samplePanels } from '../../lib/plots/sample-panels';
import type { VegaLiteSpec } from '../../lib/records/figure-spec';
import { normalRows, sweep } from './fixtures';

const sets = { prior: normalRows(60, 3, 1), exact: normalRows(60, 3, 2), FMPE: normalRows(60, 3, 3) };
const rows = sweep({ budgets: [1000, 3000], settings: ['paper', 'ours'] });
const of1000 = rows.filter(({ budget }) => budget === 1000);
const rings = (points: number[][]): number[] => points.map(([x, y]) => -8 * (Math.hypot(x, y) - 1.2) ** 2);
const twoD = (seed: number) => ({ 'n = 1': normalRows(50, 2, seed), 'n = 2': normalRows(50, 2, seed + 1) });

/** Every plot function, in each of its arrangements. */
const figures: Readonly<Record<string, VegaLiteSpec>> = {
  loss: lossPlot([1, 2, 3].map((epoch) => ({ epoch, training: 1 / epoch, validation: 2 / epoch }))),
  'loss without validation': lossPlot([{ epoch: 1, training: 1 }]),
  calibration: calibrationPlot({
    bins: [{ probability: 0.2, frequency: 0.3, pairs: 50, lower: 0.1, upper: 0.35 }],
    expectedError: 0.1,
    isCalibrated: true,
    level: 0.95,
  }),
  marginals: marginalPlot(sets, { truth: [0, 0, 0] }),
  'one marginal': marginalPlot({ posterior: normalRows(50, 1) }),
  pairs: pairPlot(sets, { truth: [0, 0, 0] }),
  'one pair': pairPlot({ posterior: normalRows(50, 2) }),
  curves: curvePlot(of1000, { log: 'y', floor: 0.001 }),
  'curves in panels': curvePlot(rows, { facet: 'budget', log: 'y', floor: 0.001 }),
  'curves in a grid': curvePlot(rows, { facet: ['task', 'budget'], log: 'y' }),
  'a grid with an empty panel': curvePlot(
    [...rows, ...of1000.map((row) => ({ ...row, task: 'other' }))].filter(({ n }) => n > 1),
    { facet: ['task', 'budget'] },
  ),
  'curves by budget': curvePlot(
    rows.filter(({ n }) => n === 1),
    { x: 'budget', log: 'both' },
  ),
  panels: samplePanels(
    { 'NPSE · ours': twoD(4), exact: twoD(6) },
    { density: { 'n = 1': rings }, marks: { truth: [0, 0] } },
  ),
};
const names = Object.keys(figures);

/** A view of a figure, and what Vega-Lite and Vega had to say. */
async function viewOf(
  figure: VegaLiteSpec,
  config: vegaLite.Config = {},
): Promise<{ view: vega.View; said: string[] }> {
  const said: string[] = [];
  const hear = (...words: readonly unknown[]): vega.LoggerInterface => (said.push(words.join(' ')), logger);
  const quiet = (): vega.LoggerInterface => logger;
  const methods = { level: quiet, info: quiet, debug: quiet, warn: hear, error: hear };
  const logger = methods as unknown as vega.LoggerInterface;
  const copy = JSON.parse(JSON.stringify(figure)) as VegaLiteSpec;
  const runtime = vega.parse(vegaLite.compile(copy, { config, logger }).spec);
  const view = new vega.View(runtime, { renderer: 'none', logger });
  await view.runAsync();
  // there is no window here to drag in
  return { view, said: said.filter((words) => words !== 'Can not resolve event source: window') };
}

/** The signals of the axes that the pointer moves. */
function axesOf(view: vega.View): string[] {
  const { signals } = view.getState() as { signals: Record<string, unknown> };
  return Object.keys(signals).filter((name) => name.startsWith('shown_') && !/zoom|translate|tuple|modify/.test(name));
}

describe.each(names)('%s', (name) => {
  const figure = figures[name] as { params: { name: string; bind: string }[] } & VegaLiteSpec;

  test('has its pointer parameters, of which neither Vega-Lite nor Vega complains', async () => {
    const { view, said } = await viewOf(figure);
    expect(said).toEqual([]);
    const zoom = figure.params.filter(({ bind }) => bind === 'scales');
    const pick = figure.params.filter(({ bind }) => bind === 'legend');
    expect([zoom.length, pick.length]).toEqual([1, ['panels', 'calibration'].includes(name) ? 0 : 1]);
    view.finalize();
  });

  test('moves when an axis is moved, and tells values under the pointer', async () => {
    const { view } = await viewOf(figure);
    const before = await view.toSVG();
    for (const axis of axesOf(view)) view.signal(axis, [0.5, 3]);
    await view.runAsync();
    expect((await view.toSVG()) === before).toBe(false);
    expect(JSON.stringify(figure)).toContain('"tooltip":[{"field"');
    view.finalize();
  });

  test('is on white in a file, without what only the pointer finds', async () => {
    const svg = await renderSvg(figure);
    expect(svg).toContain('fill="#ffffff"');
    expect(svg).toContain('fill="#1b1b1f"');
    expect(svg).not.toMatch(/class="[^"]*hover/);
    const params = figure.params.filter(({ bind }) => bind !== 'scales');
    const withoutMoving = { ...figure, params } as unknown as VegaLiteSpec;
    const numberless = (text: string): string => text.replace(/clip\d+/g, 'clip');
    expect(numberless(await renderSvg(withoutMoving)) === numberless(svg)).toBe(true);
  });

  test('is readable on a dark ground', async () => {
    const { view } = await viewOf(figure, { background: '#333333' });
    const dark = await view.toSVG();
    expect(dark).toContain('fill="#f4f4f6"');
    const colors = new Set([...dark.matchAll(/(?:fill|stroke)="(#[0-9a-f]{6})"/g)].map(([, color]) => color));
    for (const color of ['#1b1b1f', '#55555e', '#e9e9ed', '#ffffff']) expect(colors).not.toContain(color);
    view.finalize();
  });
});

test('an entry picked in the legend stands out from the others', async () => {
  const { view } = await viewOf(figures.marginals);
  const faded = async (): Promise<number> => (await view.toSVG()).split('opacity="0.12"').length - 1;
  expect(await faded()).toBe(0);
  view.insert('picked_store', [{ unit: '', fields: [{ type: 'E', field: 'set' }], values: ['prior'] }]);
  await view.runAsync();
  expect(await faded()).toBeGreaterThanOrEqual(2 * 3); // two other sets in three panels
  view.finalize();
});

test('bands are stacked by no version of Vega-Lite, along x neither', () => {
  const { layer } = figures.curves as unknown as {
    layer: { mark: { type: string }; encoding: Record<string, object> }[];
  };
  const band = layer.find(({ mark }) => mark.type === 'area')!;
  expect([band.encoding.x, band.encoding.y]).toMatchObject([{ stack: null }, { stack: null }]);
});

test('a parameter has the same field in all panels of a pair plot, so that they move together', async () => {
  const { view } = await viewOf(figures.pairs);
  expect(axesOf(view).sort()).toEqual(
    ['density0', 'density1', 'density2', 'p0', 'p1', 'p2'].map((field) => `shown_${field}`),
  );
  view.finalize();
});

test('colours that a dark ground would swallow are lightened there, black is turned', () => {
  expect(readable('#56b4e9')).toBe('#56b4e9');
  expect(readable('steelblue')).toBe('steelblue');
  expect(readable('#1b1b1f')).toEqual({ expr: "isDark ? '#f4f4f6' : '#1b1b1f'" });
  expect(readable('#003f63')).toEqual({ expr: expect.stringMatching(/^isDark \? '#[6-9a-f].*' : '#003f63'$/) });
});
