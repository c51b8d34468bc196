import { demand, refuse } from '../core/checks';
import { densityRegions, gridPoints, type RegionRing } from './density-regions';
import { onGround, type GroundColor } from './ground';
import { rounded } from './marginal-layers';
import { GROUND } from './theme';

/** A log density up to a constant, at points [[x, y], ...]. */
export type PlaneLogDensity = (points: number[][]) => ArrayLike<number>;

/** Points along either side of the grid on which a density is evaluated. */
const GRID_POINTS = 72;
const GREYS = [
  onGround('#e9e9ed', '#44444b'),
  onGround('#c9c9d1', '#5a5a63'),
  onGround('#a9a9b4', '#74747e'),
  onGround('#8c8c95', '#90909a'),
] as const;

/** The ground outside of all regions, then the grey within one, within two, ... of them. */
export function shades(regions: number): readonly GroundColor[] {
  return [GROUND, ...GREYS.slice(0, regions)];
}

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
 * The outlines of the smallest regions that hold the shares, as rows of a line mark, each with the number of
 * regions that what lies within it is in.
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
  const depthOf = ({ share, isHole }: RegionRing): number => shares.length - shares.indexOf(share) - (isHole ? 1 : 0);
  return densityRegions(logProb, grid, shares).flatMap((ring, index) =>
    ring.corners.map(([x, y], k) => ({ ring: index, k, x: rounded(x), y: rounded(y), depth: depthOf(ring) })),
  );
}
