import type { ResultRow } from '../records/result-row';
import { quantileOfSorted } from '../maths/quantile';

/** How repeats are drawn: mean with one standard error, median with the 10 % and 90 % quantiles, or the mean alone. */
export type Spread = 'standard error' | 'quantiles' | 'none';

/** The centre and the band of all repeats at one place of a curve. */
export interface CurvePoint {
  readonly series: string;
  readonly facet: string;
  readonly x: number;
  readonly center: number;
  readonly low: number;
  readonly high: number;
  /** How many repeats; 0 for rows that are not repeats, such as a published mean among rows of observations. */
  readonly repeats: number;
}

/** What a repeat is: a training by its seed, or a published observation. */
export type Repeat = 'seed' | 'observation';

/**
 * Rows grouped by series, facet and x, each group reduced to its centre and band over repeats; several rows of one
 * repeat count once, as their mean.
 *
 * A single repeat has no spread: its band is the standard error of its row, where known.
 */
export function curvePoints(
  rows: readonly ResultRow[],
  keys: { series: (row: ResultRow) => string; facet: (row: ResultRow) => string; x: (row: ResultRow) => number },
  spread: Spread,
  repeat: Repeat = 'seed',
): CurvePoint[] {
  const groups = new Map<string, ResultRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([keys.series(row), keys.facet(row), keys.x(row)]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const points = [...groups.values()].map((group) => {
    const place = { series: keys.series(group[0]), facet: keys.facet(group[0]), x: keys.x(group[0]) };
    const values = [...perRepeat(group, repeat).values()].map(mean).sort((a, b) => a - b);
    return {
      ...place,
      ...centerAndBand(values, spread, group),
      repeats: group.some((row) => row[repeat] !== undefined) ? values.length : 0,
    };
  });
  return points.sort((a, b) => a.x - b.x);
}

function centerAndBand(
  sorted: readonly number[],
  spread: Spread,
  group: readonly ResultRow[],
): Pick<CurvePoint, 'center' | 'low' | 'high'> {
  if (spread === 'quantiles') {
    return {
      center: quantileOfSorted(sorted, 0.5),
      low: quantileOfSorted(sorted, 0.1),
      high: quantileOfSorted(sorted, 0.9),
    };
  }
  const center = mean(sorted);
  const error =
    spread === 'none' ? 0 : sorted.length > 1 ? standardError(sorted, center) : (group[0].standardError ?? 0);
  return { center, low: center - error, high: center + error };
}

function perRepeat(rows: readonly ResultRow[], repeat: Repeat): Map<number | undefined, number[]> {
  const repeats = new Map<number | undefined, number[]>();
  for (const row of rows) repeats.set(row[repeat], [...(repeats.get(row[repeat]) ?? []), row.value]);
  return repeats;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function standardError(values: readonly number[], center: number): number {
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
