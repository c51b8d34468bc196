import { demand, objectOf, refuse, requireCount, requireNumber, requireOneOf } from '../core/checks';
import { checkResultRows } from '../records/check-rows';
import type { VegaLiteSpec } from '../records/figure-spec';
import type { ResultRow } from '../records/result-row';
import { curveLayers, onLogAxis, type Floor, type LogAxisPoints } from './curve-layers';
import { curvePanels, panelName } from './curve-panels';
import { curvePoints, type Repeat, type Spread } from './curve-points';
import { curveSeries } from './curve-series';
import { figureConfig, figureTitle, VEGA_LITE_SCHEMA } from './theme';

/** Fields that may split a curve figure into panels. */
export type CurveFacet = 'task' | 'budget' | 'n';

/** Options of `curvePlot`. */
export interface CurvePlotOptions {
  /** What runs along x. Default `n`. */
  x?: 'n' | 'budget';
  /**
   * One panel for each value of this field, or a grid of panels: the field of its rows and that of its columns. Default
   * none.
   */
  facet?: CurveFacet | readonly [rows: CurveFacet, columns: CurveFacet];
  /** The metric to draw; required where the rows hold several. */
  metric?: string;
  /** Default `standard error`. */
  spread?: Spread;
  /**
   * What the spread is over. Rows without an observation, such as published means, are drawn as they are. Default
   * `seed`.
   */
  over?: Repeat;
  /** Panels in a row, for one facet. Default: at most three. */
  columns?: number;
  /**
   * The metric between two exact sample sets of the same size, drawn as a dotted rule and named in the subtitle: a
   * number, or a number with its name.
   */
  floor?: number | { readonly value: number; readonly label: string };
  /** Logarithmic axes. Default `x` for budgets, otherwise `none`. */
  log?: 'x' | 'y' | 'both' | 'none';
  /** Default: the metric against what runs along x. */
  title?: string;
  /** Colours by method (by setting where all rows are of one method), before those of `palette`. */
  colors?: Readonly<Record<string, string>>;
}

const FIELDS = {
  task: { axis: 'task', panel: (value: string | number) => String(value) },
  n: { axis: 'observations n', panel: (value: string | number) => `n = ${value}` },
  budget: {
    axis: 'simulator calls',
    panel: (value: string | number) => `${value.toLocaleString('en-US')} simulator calls`,
  },
} as const;

/**
 * A figure of one metric against the number of observations or the simulation budget: one line per method and setting,
 * with its spread over seeds or published observations.
 *
 * A method keeps its colour in every figure; its settings differ by dash and point shape. The subtitle says what the
 * band shows and how many repeats it is taken over. Values at or below 0 (with a floor, below a quarter of it) are
 * drawn at the lower end of a logarithmic y axis and counted in the subtitle.
 *
 * @param rows results of one metric (or choose it by `options.metric`).
 * @throws InvalidInputError for no rows, NaN, several metrics, an invalid option, and for several tasks, budgets or n
 * that no panel separates.
 * @example
 * const figure = plots.curvePlot(rows, { x: 'n', facet: 'budget', log: 'y', floor: 0.002 });
 */
export function curvePlot(rows: readonly ResultRow[], options: CurvePlotOptions = {}): VegaLiteSpec {
  checkResultRows(rows, 'rows');
  const { x = 'n', spread = 'standard error', over = 'seed' } = objectOf('curvePlot: options', options);
  requireOneOf('x', x, ['n', 'budget']);
  requireOneOf('spread', spread, ['standard error', 'quantiles', 'none']);
  requireOneOf('over', over, ['seed', 'observation']);
  const facets = options.facet === undefined ? [] : [options.facet].flat();
  if (options.columns !== undefined) requireCount('columns', options.columns);
  facets.forEach((facet) => requireOneOf('facet', facet, ['task', 'budget', 'n']));
  const log = options.log ?? (x === 'budget' ? 'x' : 'none');
  requireOneOf('log', log, ['x', 'y', 'both', 'none']);
  const chosen = rowsOfOneMetric(rows, options.metric);
  for (const field of ['task', 'budget', 'n'] as const)
    if (field !== x && !facets.includes(field)) refuseMixed(chosen, field);

  const metric = chosen[0].metric;
  const floor = typeof options.floor === 'number' ? { value: options.floor, label: 'sampling floor' } : options.floor;
  if (floor) requireNumber('floor', floor.value, 'a finite number');
  const axes = {
    xTitle: FIELDS[x].axis,
    yTitle: metric,
    repeats: `${over}s`,
    ...((options.columns ?? 0) > 3 && { pointSize: 25 }),
    logX: log === 'x' || log === 'both',
    logY: log === 'y' || log === 'both',
  };
  const isDrawn = !axes.logX || chosen.every((row) => row[x] > 0);
  demand('log', isDrawn, `positive ${x} on a logarithmic x axis`, 'a value of 0 or less');
  const series = curveSeries(chosen, options.colors);
  const panelOf = (row: ResultRow): string =>
    panelName([...facets].reverse().map((field) => FIELDS[field].panel(row[field])));
  const all = curvePoints(chosen, { series: series.nameOf, facet: panelOf, x: (row) => row[x] }, spread, over);
  const drawn = axes.logY ? onLogAxis(all, floor?.value) : { points: all, moved: 0, which: '' };
  const { points } = drawn;
  const layer = curveLayers(points, series, axes, floor);

  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(
      options.title ?? `${capitalised(metric)} against ${axes.xTitle}`,
      subtitle(chosen, [x, ...facets], { spread, over }, drawn, floor),
    ),
    data: { values: points },
    ...curvePanels(layer, panelLabels(chosen, facets), points, options.columns),
  } as VegaLiteSpec;
}

/** The labels of each facet, in order. */
function panelLabels(rows: readonly ResultRow[], facets: readonly CurveFacet[]): string[][] {
  return facets.map((facet) => {
    const sorted = [...rows].sort((a, b) => (facet === 'task' ? 0 : Number(a[facet]) - Number(b[facet])));
    return [...new Set(sorted.map((row) => FIELDS[facet].panel(row[facet])))];
  });
}

function subtitle(
  rows: readonly ResultRow[],
  told: readonly (string | undefined)[],
  { spread, over }: { spread: Spread; over: Repeat },
  { points, moved, which }: LogAxisPoints,
  floor?: Floor,
): string {
  const counted = points.map((point) => point.repeats).filter((repeats) => repeats > 0);
  const [fewest, most] = counted.length === 0 ? [1, 1] : [Math.min(...counted), Math.max(...counted)];
  const count = fewest === most ? `${most} ${over}s` : `${fewest} to ${most} ${over}s`;
  const banded = points.some((point) => point.high > point.low);
  const repeats =
    most === 1
      ? banded && spread === 'standard error'
        ? `one ${over}; band: ±1 standard error within the run`
        : `one ${over}`
      : {
          'standard error': `mean ±1 standard error over ${count}`,
          quantiles: `median and 10–90 % quantiles over ${count}`,
          none: `mean over ${count}`,
        }[spread];
  const fixed = (['task', 'budget', 'n'] as const)
    .filter((field) => !told.includes(field))
    .map((field) => FIELDS[field].panel(rows[0][field]));
  const atEnd = moved > 0 ? [`${moved} value${moved > 1 ? 's' : ''} ${which} drawn at the lower end`] : [];
  const rule = floor ? [`dotted: ${floor.label}\u00a0${Number(floor.value.toPrecision(3))}`] : [];
  return [...fixed, repeats, ...rule, ...atEnd].join(' · ');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function rowsOfOneMetric(rows: readonly ResultRow[], metric?: string): readonly ResultRow[] {
  const metrics = [...new Set(rows.map((row) => row.metric))];
  const chosen =
    metric === undefined ? (metrics.length === 1 ? rows : []) : rows.filter((row) => row.metric === metric);
  if (chosen.length > 0) return chosen;
  const expected = metric === undefined ? 'rows of one metric' : `rows of the metric ${metric}`;
  return refuse('rows', expected, metrics.join(', '), 'Choose one with { metric }.');
}

function refuseMixed(rows: readonly ResultRow[], field: CurveFacet): void {
  const values = [...new Set(rows.map((row) => row[field]))];
  const remedy = `Filter the rows, or set { facet: '${field}' }.`;
  demand('rows', values.length === 1, `one ${field} in a panel`, values.join(', '), remedy);
}
