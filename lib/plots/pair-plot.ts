import { demand, requireCount } from '../core/checks';
import type { VegaLiteSpec } from '../records/figure-spec';
import { rng } from '../core/rng';
import { commonRange } from './density';
import { drawnIndices } from './drawn-indices';
import { figureInput } from './figure-input';
import { interactive, pickedOpacity } from './interaction';
import { marginalLayers, marginalView, rounded, setStyle, SHARED_STYLE, sizes, TRUTH_LABEL } from './marginal-layers';
import type { MarginalPlotOptions } from './marginal-plot';
import type { SampleColumns, SampleSets } from './sample-sets';
import { FIGURE_WIDTH, figureConfig, figureTitle, FRAME, GROUND, VEGA_LITE_SCHEMA } from './theme';

/** Options of `pairPlot`. */
export interface PairPlotOptions extends MarginalPlotOptions {
  /**
   * Points drawn of each set in each panel, the same ones everywhere. Default 500, fewer where the figure would pass
   * 8,000 in all.
   */
  maxPoints?: number;
}

/**
 * A corner figure of several sample sets: marginal densities on the diagonal, pairwise scatter below, the true
 * parameter as a cross.
 *
 * Panels of a column share their x axis, panels of a row their y axis; the points are chosen with a fixed seed, so the
 * same samples give the same figure.
 *
 * @param samples sets by name, each [N, D] with D >= 2; use `options.dims` to choose up to ten parameters.
 * @throws InvalidInputError for empty or ragged sets, different D, NaN, fewer than 2 or more than 10 parameters, and
 *   options that do not fit.
 * @example
 * const figure = plots.pairPlot({ prior: priorSamples(prior, 500, 1), exact: theta }, { dims: [0, 1], truth });
 */
export function pairPlot(samples: SampleSets, options: PairPlotOptions = {}): VegaLiteSpec {
  const { sets, labels, truth, dims } = figureInput(samples, options);
  const remedy = dims.length < 2 ? 'Use marginalPlot.' : 'Choose some with { dims }.';
  demand('dims', dims.length >= 2 && dims.length <= 10, '2 to 10 parameters', dims.length, remedy);
  if (options.maxPoints !== undefined) requireCount('maxPoints', options.maxPoints);
  const pairs = (dims.length * (dims.length - 1)) / 2;
  const maxPoints = options.maxPoints ?? Math.max(30, Math.min(500, Math.floor(8_000 / (pairs * sets.length))));
  const style = setStyle(sets, truth !== undefined, options.colors);
  const ranges = new Map(
    dims.map((d) => [
      d,
      commonRange(
        sets.map((set) => set.columns[d]),
        truth?.[d],
        options.bounds?.[d],
      ),
    ]),
  );
  const side = Math.min(240, Math.floor((FIGURE_WIDTH - 70 - 8 * (dims.length - 1)) / dims.length));
  const axis = { grid: false, tickCount: side > 100 ? 4 : 2, labelOverlap: true, labelFontSize: side > 100 ? 11 : 10 };
  const isBottom = (row: number): boolean => row === dims[dims.length - 1];
  const coordinate = (d: number, isShown: boolean): object => ({
    field: `p${d}`,
    type: 'quantitative',
    title: isShown ? labels[d] : null,
    scale: { domain: ranges.get(d), nice: false },
    axis: isShown ? axis : null,
  });
  const mark = { type: 'point', filled: true, size: side > 100 ? 12 : 7, clip: true, aria: false };
  const opacity = pickedOpacity(pointOpacity(maxPoints));
  const scatter = (row: number, column: number): object => {
    const encoding = {
      x: coordinate(column, isBottom(row)),
      y: coordinate(row, column === dims[0]),
      color: style.color,
      tooltip: [
        { field: 'set', type: 'nominal', title: 'sample of' },
        ...[column, row].map((d) => ({ field: `p${d}`, type: 'quantitative', title: labels[d], format: '.4~g' })),
      ],
    };
    return {
      view: { stroke: FRAME },
      layer: [
        { name: pairView(row, column), data: { name: 'points' }, mark, encoding: { ...encoding, opacity } },
        ...(truth ? [crossLayer(truth, row, column, encoding)] : []),
      ],
    };
  };
  const diagonal = (d: number): object => ({
    layer: marginalLayers(sets, d, {
      style,
      label: labels[d],
      truth: truth?.[d],
      bounds: options.bounds?.[d],
      xTitle: isBottom(d) ? labels[d] : null,
      yTitle: null,
      xAxis: isBottom(d) ? axis : null,
      range: ranges.get(d)!,
    }),
  });
  const empty = { data: { values: [{}] }, mark: { type: 'point', opacity: 0 } };
  const cells = dims.flatMap((row, i): object[] =>
    dims.map((column, j) => ({
      width: side,
      height: side,
      ...(j > i ? empty : i === j ? diagonal(row) : scatter(row, column)),
    })),
  );
  const views = dims.flatMap((row, i) =>
    dims.slice(0, i + 1).map((column) => (row === column ? marginalView(row) : pairView(row, column))),
  );
  const shown =
    maxPoints < Math.max(...sets.map((set) => set.columns[0].length)) ? ` · ${maxPoints} of each drawn as points` : '';
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(options.title ?? 'Pairwise marginals', `${sizes(sets)}${shown}`),
    datasets: { points: subsampled(sets, dims, maxPoints) },
    columns: dims.length,
    spacing: 8,
    bounds: 'flush',
    resolve: SHARED_STYLE,
    params: interactive({ zoom: views, pick: { field: 'set', views } }),
    concat: cells,
  } as VegaLiteSpec;
}

/** The more points, the fainter each. */
function pointOpacity(count: number): number {
  return Math.max(0.25, Math.min(0.6, 120 / count));
}

/** The name of the view of two parameters. */
function pairView(row: number, column: number): string {
  return `pair ${row} ${column}`;
}

/** The true parameter, over the points. */
function crossLayer(truth: readonly number[], row: number, column: number, encoding: object): object {
  return {
    data: { values: [{ set: TRUTH_LABEL, [`p${column}`]: truth[column], [`p${row}`]: truth[row] }] },
    mark: { type: 'point', shape: 'cross', filled: true, size: 70, opacity: 1, stroke: GROUND, strokeWidth: 1 },
    encoding,
  };
}

/** The first `count` of a seeded shuffle of each set, interleaved so that no set covers another. */
function subsampled(sets: readonly SampleColumns[], dims: readonly number[], count: number): object[] {
  const generator = rng(20);
  const points = sets.flatMap((set, s) =>
    drawnIndices(set.columns[0].length, count, generator.fork(s)).map((i, rank) => ({
      rank,
      s,
      point: { set: set.name, ...Object.fromEntries(dims.map((d) => [`p${d}`, rounded(set.columns[d][i])])) },
    })),
  );
  return points.sort((a, b) => a.rank - b.rank || a.s - b.s).map(({ point }) => point);
}
