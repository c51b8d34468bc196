import type { VegaLiteSpec } from '../records/figure-spec';
import { plotOptions, type FindingPlotOptions } from './finding';
import { axis, BAND, byVerdict, panelFigure, RIGHT, told } from './panels';
import { percent } from './sbc-plot';
import { uniformEcdf } from './uniform-ecdf';

/** Credibilities, as many as pairs, and what became of their test. */
export interface CoverageSeries {
  readonly name: string;
  readonly credibilities: Float64Array;
  readonly pValue: number;
}

/** The figure of coverage by credibility: a panel for each series, with its simultaneous band. */
export function coveragePlot(
  series: readonly CoverageSeries[],
  { title, sets, pairs, level }: { title: string; sets: string; pairs: number; level: number },
  options: FindingPlotOptions,
): VegaLiteSpec {
  const { title: asked = title } = plotOptions('coverage plot', options);
  const law = uniformEcdf(pairs);
  const own = level / series.length;
  const { lower, upper } = law.band(own);
  const values = series.flatMap(({ name, credibilities, pValue }) => {
    const shares = law.shares(credibilities);
    const inner = law.places.map((place, j) => ({ place, coverage: shares[j], lower: lower[j], upper: upper[j] }));
    const end = (place: number) => ({ place, coverage: place, lower: place, upper: place });
    const verdict = pValue > own ? 'passes' : 'fails';
    return [end(0), ...inner, end(1)].map((point) => ({ ...point, panel: name, verdict }));
  });
  const whole = { scale: { domain: [0, 1] } };
  const x = axis('place', 'credibility', whole);
  const y = axis('coverage', 'share of truths inside', whole);
  return panelFigure({
    title: asked,
    subtitle:
      `share of ${pairs} truths inside ${sets}, by credibility; below the diagonal the sets are too small · ` +
      `grey: where the curve of right posteriors lies as a whole in ${percent(1 - level)}`,
    values,
    names: series.map(({ name }) => name),
    zoom: ['curve'],
    ratio: 1,
    layer: [
      {
        mark: { ...BAND, interpolate: 'linear' },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
      },
      { mark: RIGHT, encoding: { x, y: { ...y, field: 'place' } } },
      {
        name: 'curve',
        mark: { type: 'line', strokeWidth: 1.8 },
        encoding: { x, y, color: byVerdict, tooltip: [told('place', 'credibility'), told('coverage', 'coverage')] },
      },
    ],
  });
}
