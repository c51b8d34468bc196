import { requireOneOf } from '../core/checks';
import { binomialInterval } from '../maths/binomial-interval';
import { SOFT } from '../plots/theme';
import type { VegaLiteSpec } from '../records/figure-spec';
import { plotOptions, type FindingPlotOptions } from './finding';
import { axis, BAND, byVerdict, panelFigure, told } from './panels';
import { histogramOf } from './ranks';
import { uniformEcdf } from './uniform-ecdf';

/** Options of the figure of ranks. */
export interface SbcPlotOptions extends FindingPlotOptions {
  /**
   * `ecdf`: the difference of the ranks' distribution function from the uniform one, with a band that holds all of it
   * in all panels; `histogram`: with the 99 % band of each bar alone. Default `ecdf`.
   */
  kind?: 'ecdf' | 'histogram';
}

/** Ranks as uniform numbers, and what became of their test. */
interface RankSeries {
  readonly name: string;
  readonly uniform: Float64Array;
  readonly pValue: number;
}

interface Sizes {
  readonly pairs: number;
  readonly draws: number;
  readonly bins: number;
  readonly level: number;
}

/** The figure of `sbc`. */
export function sbcPlot(quantities: readonly RankSeries[], sizes: Sizes, options: SbcPlotOptions): VegaLiteSpec {
  const { kind = 'ecdf', title } = plotOptions('sbc plot', options);
  requireOneOf('sbc plot: kind', kind, ['ecdf', 'histogram']);
  const figure = kind === 'ecdf' ? differences(quantities, sizes) : histograms(quantities, sizes);
  return panelFigure({ ...figure, ...(title !== undefined && { title }) });
}

function differences(quantities: readonly RankSeries[], { pairs, draws, level }: Sizes) {
  const law = uniformEcdf(pairs);
  const own = level / quantities.length;
  const { lower, upper } = law.band(own);
  const ends = { difference: 0, lower: 0, upper: 0 };
  const values = quantities.flatMap(({ name, uniform, pValue }) => {
    const shares = law.shares(uniform);
    const verdict = pValue > own ? 'passes' : 'fails';
    const inner = law.places.map((place, j) => ({
      place,
      difference: shares[j] - place,
      lower: lower[j] - place,
      upper: upper[j] - place,
    }));
    return [{ place: 0, ...ends }, ...inner, { place: 1, ...ends }].map((point) => ({
      ...point,
      panel: name,
      verdict,
    }));
  });
  const x = axis('place', 'rank, as a share', { scale: { domain: [0, 1] } });
  const y = axis('difference', 'ECDF − uniform');
  const all = quantities.length === 1 ? '' : ', all panels at once';
  const held = percent(1 - level).replace(' ', '\u00a0');
  const band = `grey: holds ${held} of right posteriors' curves, from end to end${all}`;
  return {
    title: 'Ranks of truths among posterior draws',
    subtitle: [
      'difference of the distribution function from the uniform one',
      `${pairs} pairs, ${draws} draws each`,
      band,
    ].join(' · '),
    values,
    names: quantities.map(({ name }) => name),
    zoom: ['curve'],
    layer: [
      {
        mark: { ...BAND, interpolate: 'linear' },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
      },
      { mark: { type: 'rule', color: SOFT, strokeDash: [4, 3] }, encoding: { y: { datum: 0 } } },
      {
        name: 'curve',
        mark: { type: 'line', strokeWidth: 1.8 },
        encoding: { x, y, color: byVerdict, tooltip: [told('place', 'rank'), told('difference', 'difference')] },
      },
    ],
  };
}

function histograms(quantities: readonly RankSeries[], { pairs, draws, bins }: Sizes) {
  const [low, high] = binomialInterval(pairs, 1 / bins, 0.005);
  const values = quantities.flatMap(({ name, uniform }) =>
    histogramOf(uniform, bins).map((count, bin) => ({
      panel: name,
      from: bin / bins,
      to: (bin + 1) / bins,
      none: 0,
      count,
      low,
      high,
      verdict: count >= low && count <= high ? 'passes' : 'fails',
    })),
  );
  const x = axis('from', 'rank, as a share', { scale: { domain: [0, 1] } });
  const outside = values.filter(({ verdict }) => verdict === 'fails').length;
  return {
    title: 'Ranks of truths among posterior draws',
    subtitle:
      `${pairs} pairs, ${draws} draws each · grey: where 99 % of right posteriors' bars end · ` +
      `${outside} of ${values.length} outside`,
    values,
    names: quantities.map(({ name }) => name),
    zoom: ['bars'],
    layer: [
      {
        mark: { type: 'rect', color: SOFT, opacity: 0.3 },
        encoding: { x, x2: { field: 'to' }, y: axis('low', 'pairs'), y2: { field: 'high' } },
      },
      {
        name: 'bars',
        mark: { type: 'rect', opacity: 0.6 },
        encoding: {
          x,
          x2: { field: 'to' },
          y: axis('none', 'pairs', { scale: { zero: true } }),
          y2: { field: 'count' },
          color: byVerdict,
          tooltip: [told('count', 'pairs'), told('low', 'band from'), told('high', 'to')],
        },
      },
    ],
  };
}

/** A share as a text, such as 95 %. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
