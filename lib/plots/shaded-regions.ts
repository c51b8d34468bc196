import { demand, refuse } from '../core/checks';
import { densityRegions, gridPoints, type RegionRing } from './density-regions';
import { rounded } from './marginal-layers';

/** A log density up to a constant, at points [[x, y], ...]. */
export type PlaneLogDensity = (points: number[][]) => ArrayLike<number>;

/** Points along either side of the grid on which a density is evaluated. */
const GRID_POINTS = 72;
const GREYS = ['#e9e9ed', '#c9c9d1', '#a9a9b4', '#8c8c95'] as const;

/**
 * Shares of a density's mass, in ascending order.
 * @throws InvalidInputError for none, more than there are greys, or a number outside (0, 1).
 */
export function checkShares(shares: readonly number[]): readonly number[] {
  const areShares =
    shares.length > 0 && shares.length <= GREYS.length && shares.every((share) => share > 0 && share < 1);
  demand('shares', areShares, `one to ${GREYS.length} numbers between 0 and 1`, `[${shares.join(', ')}]`);
  return [...shares].sort((a, b) => a - b);
}

/**
 * The outlines of the smallest regions that hold the shares, as rows of a line mark, each with the grey of what lies
 * within it.
 * @throws InvalidInputError where the density does not give a number for each point, or one that is NaN or Infinity.
 */
export function shadedRegions(
  density: PlaneLogDensity,
  x: readonly [number, number],
  y: readonly [number, number],
  shares: readonly number[],
): object[] {
  const grid = { x, y, points: GRID_POINTS };
  const logProb = density(gridPoints(grid));
  if (logProb.length !== GRID_POINTS ** 2 || !Array.from(logProb).every((value) => value < Infinity)) {
    const expected = `${GRID_POINTS ** 2} log densities, one per point, finite or -Infinity`;
    refuse('density', expected, `${logProb.length} values`);
  }
  const greyOf = ({ share, isHole }: RegionRing): string => {
    const depth = shares.length - 1 - shares.indexOf(share);
    return isHole ? (depth === 0 ? '#ffffff' : GREYS[depth - 1]) : GREYS[depth];
  };
  return densityRegions(logProb, grid, shares).flatMap((ring, index) =>
    ring.corners.map(([x, y], k) => ({ ring: index, k, x: rounded(x), y: rounded(y), grey: greyOf(ring) })),
  );
}
