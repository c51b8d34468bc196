import { SOFT } from '../plots/theme';
import type { VegaLiteSpec } from '../records/figure-spec';
import { plotOptions, type FindingPlotOptions } from './finding';
import { axis, byVerdict, panelFigure, RIGHT, told } from './panels';
import { histogramOf } from './ranks';

/** What is drawn of a parameter. */
interface RankedParameter {
  readonly shift: number;
  readonly narrow: number;
  readonly pValues: { readonly shift: number; readonly narrow: number };
  readonly uniform: Float64Array;
}

const bins = 10;

/** The figure of `composition`: the ranks of the truths among draws composed anew, parameter by parameter. */
export function compositionPlot(
  parameters: readonly RankedParameter[],
  { level, sets, n }: { level: number; sets: number; n: number },
  options: FindingPlotOptions,
): VegaLiteSpec {
  const { title = 'A composed posterior beside sets simulated from it' } = plotOptions('composition plot', options);
  const share = level / (2 * parameters.length + 1);
  const names = parameters.map((_, d) => `parameter ${d}`);
  const values = parameters.flatMap(({ uniform, pValues }, d) =>
    histogramOf(uniform, bins).map((count, b) => ({
      panel: names[d],
      from: b / bins,
      to: (b + 1) / bins,
      count,
      none: 0,
      right: sets / bins,
      verdict: Math.min(pValues.shift, pValues.narrow) > share ? 'passes' : 'fails',
    })),
  );
  const x = axis('from', 'share of draws below the truth');
  return panelFigure({
    title,
    subtitle: `${sets} sets of ${n.toLocaleString('en-US')} observations · flat where it is right; to a side where it is shifted, U-shaped where it is too narrow`,
    values,
    names,
    zoom: ['bars'],
    layer: [
      {
        name: 'bars',
        mark: { type: 'rect', stroke: SOFT, opacity: 0.6 },
        encoding: {
          x,
          x2: { field: 'to' },
          y: axis('count', 'sets'),
          y2: { field: 'none' },
          color: byVerdict,
          tooltip: [told('count', 'sets')],
        },
      },
      { mark: RIGHT, encoding: { x, y: axis('right', 'sets') } },
    ],
  });
}
