import { demand, objectOf, refuse, requireCount } from '../core/checks';
import type { VegaLiteSpec } from '../records/figure-spec';
import { rng } from '../core/rng';
import { commonRange } from './density';
import { drawnIndices } from './drawn-indices';
import { interactive } from './interaction';
import { rounded } from './marginal-layers';
import { palette } from './palette';
import { checkTruth, parameterLabels } from './parameter-labels';
import { markLayer, regionLayer, sampleLayer } from './sample-panel-layers';
import { sampleColumns, type Samples } from './sample-sets';
import { checkShares, shadedRegions, type PlaneLogDensity } from './shaded-regions';
import { FIGURE_WIDTH, FRAME, figureConfig, figureTitle, VEGA_LITE_SCHEMA } from './theme';

/** Options of `samplePanels`. */
export interface SamplePanelsOptions {
  /**
   * The log density, up to a constant, that the samples of a column should follow, by column: its regions are shaded.
   * Default none.
   */
  density?: Readonly<Record<string, PlaneLogDensity>>;
  /** Shares of the density's mass that the shaded regions hold. Default .5 and .95. */
  shares?: readonly number[];
  /** Points marked in every panel, by the name that the legend shows. Default none. */
  marks?: Readonly<Record<string, ArrayLike<number>>>;
  /** Axis titles of the two parameters. Default θ₁ and θ₂. */
  labels?: readonly string[];
  /**
   * Samples drawn in each panel, the same in every figure. Default 300, fewer where the figure would pass 8,000 in all.
   */
  maxPoints?: number;
  /** Default `Samples and the regions of the density`. */
  title?: string;
  /** Colours of the rows by name, before those of `palette`. */
  colors?: Readonly<Record<string, string>>;
}

/**
 * A grid of panels of samples of two parameters: one row per method, one column per posterior, the true density shaded
 * below the points.
 *
 * The shaded regions are the smallest that hold the shares, found on an even grid over the panel. All panels share both
 * axes. A row's name breaks at ` · `.
 *
 * @param panels samples [N, 2] by row and column: `{ 'Score NPE': { 'n = 1': theta, 'n = 2': ... }, ... }`.
 * @throws InvalidInputError for no panels, rows with different columns, samples with other than two parameters, NaN,
 * and options that do not fit.
 * @example
 * const figure = plots.samplePanels(
 *   { exact: { 'n = 3': theta }, prior: { 'n = 3': priorSamples(prior, 500, 1) } },
 *   {
 *     density: { 'n = 3': (points) => exact.logProb(tf.tensor2d(points)).dataSync() },
 *     marks: { 'true parameter': truth },
 *   },
 * );
 */
export function samplePanels(
  panels: Readonly<Record<string, Readonly<Record<string, Samples>>>>,
  options: SamplePanelsOptions = {},
): VegaLiteSpec {
  objectOf('samplePanels: options', options);
  const rows = Object.keys(objectOf('panels', panels, 'rows of panels by name, { row: { column: samples } }'));
  demand('panels', rows.length > 0, 'at least one row of panels', 'an empty object');
  if (options.maxPoints !== undefined) requireCount('maxPoints', options.maxPoints);
  rows.forEach((row) => objectOf(`panels "${row}"`, panels[row], 'panels by name, { column: samples }'));
  const columns = Object.keys(panels[rows[0]]);
  const sets = rows.map((row) => columnsOf(panels[row], row, columns));
  const labels = parameterLabels(2, options.labels);
  const marks = Object.entries(options.marks ?? {}).map(([name, at]) => ({ name, at: checkTruth(2, at)! }));
  const shares = checkShares(options.shares ?? [0.5, 0.95]);
  const densities = checkDensity(options.density ?? {}, columns);

  const all = sets.flat();
  const range = (d: number): [number, number] => {
    const [low, high] = commonRange(all.map((set) => set[d]));
    const marked = marks.map(({ at }) => at[d]);
    return [Math.min(low, ...marked), Math.max(high, ...marked)];
  };
  const ranges = { x: range(0), y: range(1) };
  const maxPoints =
    options.maxPoints ?? Math.max(30, Math.min(300, Math.floor(8_000 / (rows.length * columns.length))));
  const side = Math.min(200, Math.floor((FIGURE_WIDTH - 70 - 10 * (columns.length - 1)) / columns.length));
  const colors = palette(rows, options.colors);
  const names = marks.map(({ name }) => name);

  const panel = (i: number, j: number): object => {
    const [row, column] = [rows[i], columns[j]];
    const axes = {
      x: coordinate('x', ranges.x, i === rows.length - 1 ? labels[0] : null),
      y: coordinate('y', ranges.y, j === 0 ? [...row.split(' · '), labels[1]] : null),
    };
    return {
      width: side,
      height: side,
      view: { stroke: FRAME },
      ...(i === 0 ? { title: { text: column, anchor: 'middle', fontSize: 12, offset: 6 } } : {}),
      layer: [
        ...(Object.hasOwn(densities, column) ? [regionLayer(regionsOf(column), shares.length, axes)] : []),
        { name: viewOf(i, j), ...sampleLayer(pointsOf(sets[i][j], maxPoints), colors[row], axes, labels) },
        ...(names.length > 0 ? [markLayer('marks', names, axes, labels)] : []),
      ],
    };
  };
  const regions = Object.entries(densities).map(([column, density]) => [
    regionsOf(column),
    shadedRegions(density, ranges.x, ranges.y, shares),
  ]);
  const marked = marks.map(({ name, at }) => ({ mark: name, x: rounded(at[0]), y: rounded(at[1]) }));
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(
      options.title ?? 'Samples and the regions of the density',
      subtitle(all, maxPoints, regions.length > 0 ? shares : []),
    ),
    datasets: { ...(marks.length > 0 ? { marks: marked } : {}), ...Object.fromEntries(regions) },
    columns: columns.length,
    spacing: 10,
    resolve: { scale: { shape: 'shared' }, legend: { shape: 'shared' } },
    params: interactive({ zoom: rows.flatMap((_, i) => columns.map((_, j) => viewOf(i, j))) }),
    concat: rows.flatMap((_, i) => columns.map((_, j) => panel(i, j))),
  } as VegaLiteSpec;
}

/** The name of the view of a panel. */
function viewOf(row: number, column: number): string {
  return `panel ${row} ${column}`;
}

/** An axis that all panels share; only those with a title show it. */
function coordinate(field: 'x' | 'y', domain: readonly number[], title: string | string[] | null): object {
  return {
    field,
    type: 'quantitative',
    title,
    scale: { domain, nice: false },
    axis: title === null ? null : { grid: false, tickCount: 4, labelOverlap: true, labelFontSize: 10 },
  };
}

/** The data set of a column's regions. */
function regionsOf(column: string): string {
  return `density ${column}`;
}

/** The samples of a row [columns][2], checked. */
function columnsOf(
  sets: Readonly<Record<string, Samples>>,
  row: string,
  columns: readonly string[],
): (readonly Float64Array[])[] {
  const what = `samples of the row "${row}"`;
  const own = Object.keys(sets);
  if (own.length !== columns.length || own.some((column) => !columns.includes(column)))
    refuse(what, `the columns ${columns.join(', ')}, as in the first row`, own.join(', ') || 'none');
  const byName = new Map(sampleColumns(sets).map((set) => [set.name, set.columns]));
  return columns.map((column) => {
    const found = byName.get(column)!;
    demand(what, found.length === 2, 'two parameters', found.length, 'pairPlot shows more of them.');
    return found;
  });
}

function checkDensity(
  density: Readonly<Record<string, PlaneLogDensity>>,
  columns: readonly string[],
): Readonly<Record<string, PlaneLogDensity>> {
  const stray = Object.keys(density).find((column) => !columns.includes(column));
  demand('density', stray === undefined, `columns among ${columns.join(', ')}`, stray);
  return density;
}

/** The first of a seeded shuffle of a set. */
function pointsOf([x, y]: readonly Float64Array[], count: number): object[] {
  return drawnIndices(x.length, count, rng(20)).map((i) => ({ x: rounded(x[i]), y: rounded(y[i]) }));
}

function subtitle(sets: readonly (readonly Float64Array[])[], maxPoints: number, shares: readonly number[]): string {
  const counts = sets.map(([x]) => x.length);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const text = (count: number): string => count.toLocaleString('en-US');
  const size = fewest === most ? text(most) : `${text(fewest)} to ${text(most)}`;
  const percent = shares.map((share) => `${Number((100 * share).toPrecision(3))} %`);
  return [
    most > maxPoints ? `${maxPoints} of ${size} samples drawn in each panel` : `${size} samples in each panel`,
    ...(shares.length > 0 ? [`shaded: the smallest regions that hold ${percent.join(' and ')} of the density`] : []),
  ].join(' · ');
}
