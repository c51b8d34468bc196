import { InvalidInputError } from '../core/errors';
import type { VegaLiteSpec } from '../records/figure-spec';
import { rng } from '../core/rng';
import { commonRange } from './density';
import { densityRegions, gridPoints, type RegionRing } from './density-regions';
import { rounded } from './marginal-layers';
import { palette, TRUTH_COLOR } from './palette';
import { checkTruth, parameterLabels } from './parameter-labels';
import { sampleColumns, type Samples } from './sample-sets';
import { FIGURE_WIDTH, figureConfig, figureTitle, legendColumns, VEGA_LITE_SCHEMA } from './theme';

/** A log density up to a constant, at points [[x, y], ...]. */
export type PlaneLogDensity = (points: number[][]) => ArrayLike<number>;

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

/** Points along either side of the grid on which densities are looked at. */
const GRID_POINTS = 72;
const GREYS = ['#e9e9ed', '#c9c9d1', '#a9a9b4', '#8c8c95'] as const;
const MARK_SHAPES = ['cross', 'diamond', 'square', 'triangle-up'] as const;

/**
 * A grid of panels of samples of two parameters: a row a method, a column a posterior, the true density shaded below
 * the points.
 *
 * The shaded regions are the smallest that hold the shares, found on an even grid over the panel. All panels share both
 * axes. A row's name breaks at ` · `.
 *
 * @param panels samples [N, 2] by row and column: `{ 'Score NPE': { 'n = 1': theta, 'n = 2': ... }, ... }`.
 * @throws InvalidInputError for no panels, rows with different columns, samples that are not of two parameters, NaN,
 *   and a density, marks or labels that do not fit.
 * @example
 * const figure = plots.samplePanels(
 *   { exact: { 'n = 3': theta }, prior: { 'n = 3': priorSamples(prior, 500, 1) } },
 *   { density: { 'n = 3': (points) => exact.logProb(tf.tensor2d(points)).dataSync() }, marks: { 'true parameter': truth } },
 * );
 */
export function samplePanels(
  panels: Readonly<Record<string, Readonly<Record<string, Samples>>>>,
  options: SamplePanelsOptions = {},
): VegaLiteSpec {
  const rows = Object.keys(panels);
  if (rows.length === 0)
    throw new InvalidInputError('panels', { expected: 'at least one row of panels', received: 'an empty object' });
  const columns = Object.keys(panels[rows[0]]);
  const sets = new Map(rows.map((row) => [row, columnsOf(panels[row], row, columns)]));
  const labels = parameterLabels(2, options.labels);
  const marks = Object.entries(options.marks ?? {}).map(([name, at]) => ({ name, at: checkTruth(2, at)! }));
  const shares = checkShares(options.shares ?? [0.5, 0.95]);
  const densities = checkDensity(options.density ?? {}, columns);

  const all = [...sets.values()].flat();
  const range = (d: number): [number, number] => {
    const [low, high] = commonRange(all.map((set) => set[d]));
    const marked = marks.map(({ at }) => at[d]);
    return [Math.min(low, ...marked), Math.max(high, ...marked)];
  };
  const [xRange, yRange] = [range(0), range(1)];
  const maxPoints =
    options.maxPoints ?? Math.max(30, Math.min(300, Math.floor(8_000 / (rows.length * columns.length))));
  const side = Math.min(200, Math.floor((FIGURE_WIDTH - 70 - 10 * (columns.length - 1)) / columns.length));
  const colors = palette(rows, options.colors);
  const domain = marks.map(({ name }) => name);
  const values = marks.map(({ name, at }) => ({ mark: name, x: rounded(at[0]), y: rounded(at[1]) }));

  const cells = rows.flatMap((row, i) =>
    columns.map((column, j) => {
      const axis = (isShown: boolean): object | null =>
        isShown ? { grid: false, tickCount: 4, labelOverlap: true, labelFontSize: 10 } : null;
      const [isLast, isFirst] = [i === rows.length - 1, j === 0];
      const coordinate = (field: 'x' | 'y', title: string | string[] | null, isShown: boolean): object => ({
        field,
        type: 'quantitative',
        title,
        scale: { domain: field === 'x' ? xRange : yRange, nice: false },
        axis: axis(isShown),
      });
      const x = coordinate('x', isLast ? labels[0] : null, isLast);
      const y = coordinate('y', isFirst ? [...row.split(' · '), labels[1]] : null, isFirst);
      return {
        width: side,
        height: side,
        view: { stroke: '#d5d5da' },
        ...(i === 0 ? { title: { text: column, anchor: 'middle', fontSize: 12, offset: 6 } } : {}),
        layer: [
          ...(Object.hasOwn(densities, column)
            ? [
                {
                  data: { name: `density ${column}` },
                  mark: { type: 'line', interpolate: 'linear-closed', strokeWidth: 0.7, stroke: '#9a9aa3', clip: true },
                  encoding: {
                    x,
                    y,
                    detail: { field: 'ring', type: 'nominal' },
                    order: { field: 'k', type: 'quantitative' },
                    fill: { field: 'grey', type: 'nominal', scale: null },
                  },
                },
              ]
            : []),
          {
            data: { values: pointsOf(sets.get(row)![j], maxPoints) },
            mark: { type: 'point', filled: true, size: 9, opacity: 0.5, clip: true, aria: false, color: colors[row] },
            encoding: { x, y },
          },
          ...(marks.length > 0
            ? [
                {
                  data: { name: 'marks' },
                  mark: {
                    type: 'point',
                    filled: true,
                    size: 75,
                    opacity: 1,
                    color: TRUTH_COLOR,
                    stroke: 'white',
                    strokeWidth: 1,
                  },
                  encoding: {
                    x,
                    y,
                    shape: {
                      field: 'mark',
                      type: 'nominal',
                      sort: null,
                      scale: { domain, range: domain.map((_, k) => MARK_SHAPES[k % MARK_SHAPES.length]) },
                      legend: { columns: legendColumns(domain), symbolFillColor: TRUTH_COLOR },
                    },
                  },
                },
              ]
            : []),
        ],
      };
    }),
  );
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(
      options.title ?? 'Samples and the regions of the density',
      subtitle(all, maxPoints, Object.keys(densities).length > 0 ? shares : []),
    ),
    datasets: {
      ...(marks.length > 0 ? { marks: values } : {}),
      ...Object.fromEntries(
        Object.entries(densities).map(([column, density]) => [
          `density ${column}`,
          shaded(density, xRange, yRange, shares),
        ]),
      ),
    },
    columns: columns.length,
    spacing: 10,
    resolve: { scale: { shape: 'shared' }, legend: { shape: 'shared' } },
    concat: cells,
  } as VegaLiteSpec;
}

/** The samples of a row [columns][2], checked. */
function columnsOf(
  sets: Readonly<Record<string, Samples>>,
  row: string,
  columns: readonly string[],
): (readonly Float64Array[])[] {
  const own = Object.keys(sets);
  if (own.length !== columns.length || own.some((column) => !columns.includes(column)))
    throw new InvalidInputError(`samples of the row "${row}"`, {
      expected: `the columns ${columns.join(', ')}, as in the first row`,
      received: own.join(', ') || 'none',
    });
  const byName = new Map(sampleColumns(sets).map((set) => [set.name, set.columns]));
  return columns.map((column) => {
    const found = byName.get(column)!;
    if (found.length !== 2)
      throw new InvalidInputError(`samples of the row "${row}"`, {
        expected: 'two parameters',
        received: `${found.length}`,
        remedy: 'pairPlot shows more of them.',
      });
    return found;
  });
}

function checkDensity(
  density: Readonly<Record<string, PlaneLogDensity>>,
  columns: readonly string[],
): Readonly<Record<string, PlaneLogDensity>> {
  const stray = Object.keys(density).find((column) => !columns.includes(column));
  if (stray !== undefined)
    throw new InvalidInputError('density', { expected: `columns among ${columns.join(', ')}`, received: stray });
  return density;
}

function checkShares(shares: readonly number[]): readonly number[] {
  if (shares.length === 0 || shares.length > GREYS.length || !shares.every((share) => share > 0 && share < 1))
    throw new InvalidInputError('shares', {
      expected: `one to ${GREYS.length} numbers between 0 and 1`,
      received: `[${shares.join(', ')}]`,
    });
  return [...shares].sort((a, b) => a - b);
}

/** The regions' outlines as rows of a line mark, each with the grey of what lies within it. */
function shaded(
  density: PlaneLogDensity,
  x: readonly [number, number],
  y: readonly [number, number],
  shares: readonly number[],
): object[] {
  const grid = { x, y, points: GRID_POINTS };
  const logProb = density(gridPoints(grid));
  if (logProb.length !== GRID_POINTS ** 2 || !Array.from(logProb).every((value) => value < Infinity))
    throw new InvalidInputError('density', {
      expected: `${GRID_POINTS ** 2} log densities, one a point, finite or -Infinity`,
      received: `${logProb.length} values`,
    });
  const greyOf = ({ share, isHole }: RegionRing): string => {
    const depth = shares.length - 1 - shares.indexOf(share);
    return isHole ? (depth === 0 ? '#ffffff' : GREYS[depth - 1]) : GREYS[depth];
  };
  return densityRegions(logProb, grid, shares).flatMap((ring, index) =>
    ring.corners.map(([x, y], k) => ({ ring: index, k, x: rounded(x), y: rounded(y), grey: greyOf(ring) })),
  );
}

/** The first of a seeded shuffle of a set. */
function pointsOf([x, y]: readonly Float64Array[], count: number): object[] {
  const draws = rng(20);
  const order = Array.from({ length: x.length }, (_, i) => i);
  const kept = Math.min(count, order.length);
  for (let i = 0; i < kept; i++) {
    const other = draws.integer(i, order.length);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order.slice(0, kept).map((i) => ({ x: rounded(x[i]), y: rounded(y[i]) }));
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
