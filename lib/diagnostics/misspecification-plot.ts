import { SOFT } from '../plots/theme';
import type { VegaLiteSpec } from '../records/figure-spec';
import { plotOptions, type FindingPlotOptions } from './finding';
import { axis, byVerdict, panelFigure, told } from './panels';

/** An observation's two measures and their p-values. */
interface StrangenessPoint {
  readonly squaredMmd: number;
  readonly distancePValue: number;
  readonly logDensity: number;
  readonly densityPValue: number;
}

const bins = 40;
const names = ['squared MMD from the others', 'log density'];

/** The figure of `misspecification`: the laws of both measures among simulations, and the observations. */
export function misspecificationPlot(
  found: { observations: readonly StrangenessPoint[]; distances: Float64Array; logDensities: Float64Array },
  { n, level }: { n: number; level: number },
  options: FindingPlotOptions,
): VegaLiteSpec {
  const { title = 'Observations among simulations' } = plotOptions('misspecification plot', options);
  const { observations, distances, logDensities } = found;
  const seen = (panel: string, value: number, pValue: number): object => ({
    panel,
    value,
    pValue,
    verdict: pValue * 2 * n > level ? 'passes' : 'fails',
  });
  const values = [
    ...barsOf(names[0], distances),
    ...barsOf(names[1], logDensities),
    ...observations.map((each) => seen(names[0], each.squaredMmd, each.distancePValue)),
    ...observations.map((each) => seen(names[1], each.logDensity, each.densityPValue)),
  ];
  const bars = `${distances.length.toLocaleString('en-US')} simulations, half of them for the density`;
  const lines = n === 1 ? 'the observation' : `${n} observations`;
  const free = { scale: { zero: false } };
  return panelFigure({
    title,
    subtitle: `bars: ${bars} · lines: ${lines}`,
    values,
    names,
    zoom: ['bars'],
    hasOwnAxes: true,
    layer: [
      {
        name: 'bars',
        transform: [{ filter: 'isValid(datum.count)' }],
        mark: { type: 'rect', color: SOFT, opacity: 0.45 },
        encoding: {
          x: axis('from', null, free),
          x2: { field: 'to' },
          y: axis('count', 'simulations'),
          y2: { field: 'none' },
          tooltip: [told('count', 'simulations')],
        },
      },
      {
        transform: [{ filter: 'isValid(datum.value)' }],
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: {
          x: axis('value', null, free),
          color: byVerdict,
          tooltip: [told('value', 'value'), told('pValue', 'p')],
        },
      },
    ],
  });
}

/** Bars between the 0.5 and the 100 % quantiles: a log density has a long lower tail. */
function barsOf(panel: string, sorted: Float64Array): object[] {
  const low = sorted[Math.floor(0.005 * sorted.length)];
  const width = (sorted[sorted.length - 1] - low) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of sorted) if (value >= low) counts[Math.min(bins - 1, Math.floor((value - low) / width))]++;
  return counts.map((count, b) => ({ panel, from: low + b * width, to: low + (b + 1) * width, count, none: 0 }));
}
