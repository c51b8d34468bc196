import { quantileOfSorted } from '../maths/quantile';
import type { VegaLiteSpec } from '../records/figure-spec';
import { plotOptions, type FindingPlotOptions } from './finding';
import { axis, BAND, panelFigure, told, VERDICT_COLORS } from './panels';

const places = 101;

/** The figure of `localC2st`: the classifier's distribution function among those of permuted labels. */
export function localC2stPlot(
  probabilities: Float64Array,
  nulls: readonly Float64Array[],
  { pValue, level, pairs }: { pValue: number; level: number; pairs: number },
  options: FindingPlotOptions,
): VegaLiteSpec {
  const { title = 'L-C2ST' } = plotOptions('localC2st plot', options);
  const values = Array.from({ length: places }, (_, j) => {
    const place = j / (places - 1);
    const byChance = Float64Array.from(nulls, (each) => shareBelow(each, place)).sort();
    const [lower, middle, upper] = [0.025, 0.5, 0.975].map((p) => quantileOfSorted(byChance, p));
    return { place, share: shareBelow(probabilities, place), lower, middle, upper };
  });
  const whole = { scale: { domain: [0, 1] } };
  const x = axis('place', 'probability of a truth, by the classifier', whole);
  const y = axis('share', 'share of draws below', whole);
  const color = pValue > level ? VERDICT_COLORS.passes : VERDICT_COLORS.fails;
  return panelFigure({
    title,
    subtitle:
      `distribution of the classifier's probabilities at the posterior's draws · ${pairs} pairs · grey: 95 % of ` +
      `${nulls.length} classifiers on permuted labels, at each place`,
    values,
    names: [''],
    zoom: ['curve'],
    ratio: 0.8,
    layer: [
      {
        mark: { ...BAND, interpolate: 'linear' },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
      },
      {
        name: 'curve',
        mark: { type: 'line', strokeWidth: 1.8, color },
        encoding: { x, y, tooltip: [told('place', 'probability'), told('share', 'share')] },
      },
    ],
  });
}

function shareBelow(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}
