import { demand } from '../../core/checks';
import type { Matrix } from '../../maths/linalg';
import { mean } from '../../maths/moments';

/**
 * The distance of data from the observation, of the difference x - x_o [L], each value in units of its column's median
 * absolute deviation over draws of the prior.
 */
export type Distance = (difference: Float64Array) => number;

/** How far data are from one observation. */
export interface DataDistance {
  /** (x - x_o) / scale [L]. */
  difference(x: ArrayLike<number>): Float64Array;
  /** The distance of a difference. */
  readonly of: Distance;
}

/** The Euclidean length of the difference. */
export const euclidean: Distance = (difference) => Math.sqrt(difference.reduce((sum, value) => sum + value ** 2, 0));

/**
 * The distance from an observation [L], on the scales of simulated rows [N, L].
 * @throws InvalidInputError, from `of`, for a distance that is not a number of at least 0.
 */
export function dataDistance(rows: Matrix, observed: ArrayLike<number>, distance: Distance): DataDistance {
  const scales = columnScales(rows);
  return {
    difference: (x) => Float64Array.from(scales, (scale, k) => (x[k] - observed[k]) / scale),
    of: (difference) => {
      const value = distance(difference);
      demand('abc: distance', typeof value === 'number' && value >= 0, 'a number of at least 0', value);
      return value;
    },
  };
}

/**
 * Median absolute deviations of columns; where more than half of the values are one number, the standard deviation,
 * and 1 for a constant.
 */
export function columnScales(rows: Matrix): Float64Array {
  const centres = mean(rows);
  return Float64Array.from(centres, (centre, k) => {
    const values = Float64Array.from(rows, (row) => row[k]);
    const middle = median(values);
    const deviation = median(values.map((value) => Math.abs(value - middle)));
    if (deviation > 0) return deviation;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
    return std > 0 ? std : 1;
  });
}

function median(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
}
