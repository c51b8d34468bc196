import { objectOf, requireCount, requireNumber } from '../core/checks';
import { rng } from '../core/rng';
import type { Rows } from '../core/rows';
import { twoSamples, type SampleValues } from './two-samples';

/** How {@link slicedWasserstein} averages. */
export interface SlicedWassersteinOptions {
  /** How many directions the samples are projected onto. Default 100. */
  projections?: number;
  /** Of the directions. Default 1. */
  seed?: number;
  /** The order p of the distance, at least 1. Default 2. */
  order?: number;
}

/** What {@link slicedWasserstein} found. */
export interface SlicedWassersteinResult {
  /** The distance. */
  readonly value: number;
  /** Of the value, from the spread of W_p^p over the directions; 0 in one dimension, where there is only one. */
  readonly standardError: number;
  /** The standard deviation of the distance W_p over the directions. */
  readonly spread: number;
}

/**
 * The sliced Wasserstein distance between two samples,
 * SW_p = (E_u W_p(u'a, u'b)^p)^(1/p) over directions u that are uniform on the sphere, where in one dimension
 * W_p^p = integral_0^1 |F_a^-1(t) - F_b^-1(t)|^p dt.
 *
 * The quantile functions are those of the samples, with steps of 1/N and 1/M, and the integral is exact for any N and
 * M. In one dimension SW_p is W_p itself. Between samples of one law it is positive, of order N^(-1/2).
 *
 * @param a sample [N, D].
 * @param b sample [M, D].
 * @returns the distance in the units of the samples, its standard error and its spread over directions; the same for
 * the same seed.
 * @throws InvalidInputError for no rows, different widths, NaN or infinity, which it counts, or an invalid option.
 * Source: Bonneel et al., "Sliced and Radon Wasserstein barycenters of measures", equation (10); Nadjahi et al.,
 * "Statistical and topological properties of sliced probability divergences". O(projections (N + M) (D + log(N + M))).
 * @example
 * slicedWasserstein([[0, 0]], [[3, 4]], { projections: 1_000 }).value; // about 5 / sqrt(2)
 */
export function slicedWasserstein(a: Rows, b: Rows, options: SlicedWassersteinOptions = {}): SlicedWassersteinResult {
  const { projections = 100, seed = 1, order = 2 } = objectOf('slicedWasserstein: options', options);
  requireCount('slicedWasserstein: projections', projections, 2);
  requireNumber('slicedWasserstein: seed', seed, 'a finite number');
  requireNumber('slicedWasserstein: order', order, 'a number of at least 1', (value) => value >= 1);
  const [first, second] = twoSamples(a, b, 'slicedWasserstein', 1);
  const directions = first.columns === 1 ? [[1]] : randomDirections(projections, first.columns, seed);
  const costs = directions.map((u) => transportCost(projected(first, u), projected(second, u), order));
  const cost = meanAndSpread(costs);
  const value = cost.mean ** (1 / order);
  return {
    value,
    // d(c^(1/p)) = c^(1/p - 1) / p dc
    standardError: value === 0 ? 0 : ((value / cost.mean) * cost.spread) / order / Math.sqrt(costs.length),
    spread: meanAndSpread(costs.map((each) => each ** (1 / order))).spread,
  };
}

/** Normal vectors, scaled to length 1. */
function randomDirections(count: number, dim: number, seed: number): number[][] {
  const source = rng(seed);
  return Array.from({ length: count }, () => {
    const z = Array.from({ length: dim }, () => source.normal());
    const length = Math.hypot(...z);
    return z.map((value) => value / length);
  });
}

/** u'x of each row x, in ascending order. */
function projected({ values, rows, columns }: SampleValues, u: readonly number[]): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[row] += u[column] * values[row * columns + column];
  return result.sort();
}

/** W_p^p between two samples in ascending order: both quantile functions are constant between the steps of either. */
function transportCost(a: Float64Array, b: Float64Array, order: number): number {
  let cost = 0;
  // positions are counted in 1 / (N M), so that they are whole numbers
  for (let i = 0, j = 0, position = 0; i < a.length && j < b.length;) {
    const [endA, endB] = [(i + 1) * b.length, (j + 1) * a.length];
    const next = Math.min(endA, endB);
    const distance = Math.abs(a[i] - b[j]);
    cost += (next - position) * (order === 2 ? distance * distance : distance ** order);
    position = next;
    if (endA === next) i++;
    if (endB === next) j++;
  }
  return cost / (a.length * b.length);
}

function meanAndSpread(values: readonly number[]): { mean: number; spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
