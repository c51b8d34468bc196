import { TRUTH_COLOR } from '../plots/palette';
import { readable } from '../plots/ground';
import { quantileOfSorted } from '../maths/quantile';
import { SOFT } from '../plots/theme';
import type { VegaLiteSpec } from '../records/figure-spec';
import { plotOptions, type FindingPlotOptions } from './finding';
import { axis, byVerdict, panelFigure, told } from './panels';

/** A statistic of the observations, and of each set of simulated data, ascending. */
interface StatisticSeries {
  readonly name: string;
  readonly observed: number;
  readonly simulated: Float64Array;
  readonly beyond: number;
}

/** The figure of `posteriorPredictive`: intervals of the simulated statistics, and the observed ones. */
export function predictivePlot(
  statistics: readonly StatisticSeries[],
  draws: number,
  options: FindingPlotOptions,
): VegaLiteSpec {
  const { title = 'Posterior predictive check' } = plotOptions('predictive plot', options);
  const values = statistics.map(({ name, observed, simulated, beyond }) => {
    const at = (p: number): number => quantileOfSorted(simulated, p);
    const [middle, scale] = [at(0.5), (at(0.95) - at(0.05)) / 2 || 1];
    const scaled = (value: number): number => (value - middle) / scale;
    return {
      name,
      outer: scaled(at(0.005)),
      outerEnd: scaled(at(0.995)),
      low: scaled(at(0.05)),
      high: scaled(at(0.95)),
      seen: scaled(observed),
      observed,
      beyond,
      verdict: beyond > 0.01 ? 'passes' : 'fails',
    };
  });
  const y = { field: 'name', type: 'nominal', sort: null, title: null };
  const x = axis('low', '(value − median) / half of the 90 % interval', { scale: { zero: false } });
  const figure = panelFigure({
    title,
    subtitle: [
      `observed values among those simulated from ${draws} draws of the posterior`,
      'bars: 90 % and 99 % of these',
    ].join(' · '),
    values,
    names: [''],
    zoom: [],
    layer: [
      {
        mark: { type: 'bar', height: 8, color: SOFT, opacity: 0.25 },
        encoding: { y, x: { ...x, field: 'outer' }, x2: { field: 'outerEnd' } },
      },
      { mark: { type: 'bar', height: 8, color: SOFT, opacity: 0.4 }, encoding: { y, x, x2: { field: 'high' } } },
      {
        mark: { type: 'point', filled: true, size: 60, opacity: 1, stroke: readable(TRUTH_COLOR), strokeWidth: 0.5 },
        encoding: {
          y,
          x: { ...x, field: 'seen' },
          color: byVerdict,
          tooltip: [told('observed', 'observed'), told('beyond', 'share beyond')],
        },
      },
    ],
  });
  return { ...figure, height: { step: 22 }, params: [] } as VegaLiteSpec;
}
