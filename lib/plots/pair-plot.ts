import { InvalidInputError } from '../core/errors';
import type { VegaLiteSpec } from '../records/figure-spec';
import { rng } from '../core/rng';
import { commonRange } from './density';
import { figureInput } from './figure-input';
import { marginalLayers, rounded, setStyle, SHARED_STYLE, sizes, TRUTH_LABEL } from './marginal-layers';
import type { MarginalPlotOptions } from './marginal-plot';
import type { SampleColumns, SampleSets } from './sample-sets';
import { FIGURE_WIDTH, figureConfig, figureTitle, VEGA_LITE_SCHEMA } from './theme';

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
 * Panels of a column share their x axis, panels of a row their y axis; the points are drawn by a fixed seed, so the
 * same samples give the same figure.
 *
 * @param samples sets by name, each [N, D] with D >= 2; use `options.dims` to choose up to ten parameters.
 * @throws InvalidInputError for empty or ragged sets, different D, NaN, fewer than 2 or more than 10 parameters, and
 *   labels, truth or bounds that do not fit D.
 * @example
 * const figure = plots.pairPlot({ prior: priorSamples(prior, 500, 1), exact: theta }, { dims: [0, 1], truth });
 */
export function pairPlot(samples: SampleSets, options: PairPlotOptions = {}): VegaLiteSpec {
  const { sets, labels, truth, dims } = figureInput(samples, options);
  if (dims.length < 2 || dims.length > 10) {
    throw new InvalidInputError('dims', {
      expected: '2 to 10 parameters',
      received: `${dims.length}`,
      remedy: dims.length < 2 ? 'Use marginalPlot.' : 'Choose some with { dims }.',
    });
  }
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
  const drawn = subsampled(sets, dims, maxPoints);
  const opacity = Math.max(0.25, Math.min(0.6, 120 / maxPoints));

  const cells = dims.flatMap((row, i) =>
    dims.map((column, j) => {
      const bottom = i === dims.length - 1;
      const xTitle = bottom ? labels[column] : null;
      const panel = { width: side, height: side };
      if (j > i) return { ...panel, data: { values: [{}] }, mark: { type: 'point', opacity: 0 } };
      const range = ranges.get(column) as [number, number];
      const xAxis = bottom ? axis : null;
      if (i === j)
        return {
          ...panel,
          layer: marginalLayers(sets, column, {
            style,
            truth: truth?.[column],
            bounds: options.bounds?.[column],
            xTitle,
            yTitle: null,
            xAxis,
            range,
          }),
        };
      const x = {
        field: `p${column}`,
        type: 'quantitative',
        title: xTitle,
        scale: { domain: range, nice: false },
        axis: xAxis,
      };
      const y = {
        field: `p${row}`,
        type: 'quantitative',
        title: j === 0 ? labels[row] : null,
        scale: { domain: ranges.get(row), nice: false },
        axis: j === 0 ? axis : null,
      };
      const cross = truth && { set: TRUTH_LABEL, [`p${column}`]: truth[column], [`p${row}`]: truth[row] };
      return {
        ...panel,
        view: { stroke: '#d5d5da' },
        layer: [
          {
            data: { name: 'points' },
            mark: { type: 'point', filled: true, size: side > 100 ? 12 : 7, opacity, clip: true, aria: false },
            encoding: { x, y, color: style.color },
          },
          ...(cross
            ? [
                {
                  data: { values: [cross] },
                  mark: {
                    type: 'point',
                    shape: 'cross',
                    filled: true,
                    size: 70,
                    opacity: 1,
                    stroke: 'white',
                    strokeWidth: 1,
                  },
                  encoding: { x, y, color: style.color },
                },
              ]
            : []),
        ],
      };
    }),
  );
  const shown =
    maxPoints < Math.max(...sets.map((set) => set.columns[0].length)) ? ` · ${maxPoints} of each drawn as points` : '';
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(options.title ?? 'Pairwise marginals', `${sizes(sets)}${shown}`),
    datasets: { points: drawn },
    columns: dims.length,
    spacing: 8,
    bounds: 'flush',
    resolve: SHARED_STYLE,
    concat: cells,
  } as VegaLiteSpec;
}

/** The first `count` of a seeded shuffle of each set, interleaved so that no set covers another. */
function subsampled(sets: readonly SampleColumns[], dims: readonly number[], count: number): object[] {
  const generator = rng(20);
  const points = sets.flatMap((set, s) => {
    const draws = generator.fork(s);
    const order = Array.from({ length: set.columns[0].length }, (_, i) => i);
    const kept = Math.min(count, order.length);
    for (let i = 0; i < kept; i++) {
      const other = draws.integer(i, order.length);
      [order[i], order[other]] = [order[other], order[i]];
    }
    return order.slice(0, kept).map((i, rank) => ({
      rank,
      s,
      point: { set: set.name, ...Object.fromEntries(dims.map((d) => [`p${d}`, rounded(set.columns[d][i])])) },
    }));
  });
  return points.sort((a, b) => a.rank - b.rank || a.s - b.s).map(({ point }) => point);
}
