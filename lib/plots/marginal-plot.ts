import type { VegaLiteSpec } from '../records/figure-spec';
import { figureInput, type FigureChoice } from './figure-input';
import { interactive } from './interaction';
import { marginalLayers, marginalView, setStyle, SHARED_STYLE, sizes } from './marginal-layers';
import type { SampleSets } from './sample-sets';
import { FIGURE_WIDTH, figureConfig, figureTitle, VEGA_LITE_SCHEMA } from './theme';

/** Options of `marginalPlot`. */
export interface MarginalPlotOptions extends FigureChoice {
  /** Default `Marginal densities`. */
  title?: string;
  /** Colours by name, before those of `palette`. */
  colors?: Readonly<Record<string, string>>;
}

/**
 * A figure of the one-dimensional marginals of several sample sets: one panel per parameter, one density curve per set.
 *
 * The curves are Gaussian kernel estimates (`kernelDensity`); panels show 99.6 % of every set.
 *
 * @param samples sets by name, each [N, D]; N may differ.
 * @throws InvalidInputError for empty or ragged sets, different D, NaN, and labels, truth or bounds that do not fit D.
 * @example
 * const figure = plots.marginalPlot({ prior: priorSamples(prior, 500, 1), exact: theta }, { truth });
 */
export function marginalPlot(samples: SampleSets, options: MarginalPlotOptions = {}): VegaLiteSpec {
  const { sets, labels, truth, dims } = figureInput(samples, options);

  const columns =
    dims.length <= 3 ? dims.length : dims.length === 4 ? 2 : dims.length <= 6 ? 3 : dims.length <= 8 ? 4 : 5;
  const width = Math.min(320, Math.floor((FIGURE_WIDTH - 40 - 20 * (columns - 1)) / columns));
  const height = Math.max(90, Math.min(170, Math.round(width * 0.7)));
  const views = dims.map(marginalView);
  const style = setStyle(sets, truth !== undefined, options.colors);
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(options.title ?? 'Marginal densities', sizes(sets)),
    columns,
    spacing: 20,
    resolve: SHARED_STYLE,
    params: interactive({ zoom: views, pick: { field: 'set', views } }),
    concat: dims.map((d, place) => ({
      width,
      height,
      layer: marginalLayers(sets, d, {
        style,
        label: labels[d],
        truth: truth?.[d],
        bounds: options.bounds?.[d],
        xTitle: labels[d],
        yTitle: place % columns === 0 ? 'density' : null,
      }),
    })),
  } as VegaLiteSpec;
}
