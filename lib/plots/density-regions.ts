/** A closed curve around (or, as a hole, within) the smallest region that holds some share of a density. */
export interface RegionRing {
  /** The share of the density's mass within the region. */
  readonly share: number;
  /** Whether the region lies outside the curve. */
  readonly isHole: boolean;
  /** The curve's corners [x, y], in order; the last one is joined to the first. */
  readonly corners: readonly (readonly [number, number])[];
}

/** The even grid on which a density is evaluated. */
export interface Grid {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Points along either side. */
  readonly points: number;
}

/** The grid's points [x, y], row by row from the lowest y. */
export function gridPoints({ x, y, points }: Grid): number[][] {
  const at = ([low, high]: readonly [number, number], k: number): number => low + ((high - low) * k) / (points - 1);
  return Array.from({ length: points * points }, (_, k) => [at(x, k % points), at(y, Math.floor(k / points))]);
}

/**
 * The outlines of the smallest regions that hold given shares of a density on a grid: {p >= c} with c such that the
 * region's mass is the share.
 *
 * Marching squares with linear interpolation; the density counts as zero beyond the grid, so that every outline is
 * closed.
 *
 * @param logProb the log density up to a constant at {@link gridPoints}.
 * @param shares in (0, 1).
 * @returns rings from the largest share to the smallest, large ones before those within them.
 * @example
 * const grid = { x: [-4, 4] as const, y: [-4, 4] as const, points: 60 };
 * const rings = densityRegions(gridPoints(grid).map(([a, b]) => -(a * a + b * b) / 2), grid, [0.5]);
 * rings.length; // 1
 */
export function densityRegions(logProb: ArrayLike<number>, grid: Grid, shares: readonly number[]): RegionRing[] {
  const logs = Array.from(logProb);
  const top = logs.reduce((most, value) => Math.max(most, value), -Infinity);
  const density = logs.map((value) => Math.exp(value - top));
  const sorted = [...density].sort((a, b) => b - a);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  return [...shares]
    .sort((a, b) => b - a)
    .flatMap((share) => {
      let mass = 0;
      const level = sorted.find((value) => (mass += value) >= share * total) ?? 0;
      return outlines(density, grid, level)
        .map((corners) => ({ share, corners, area: signedArea(corners) }))
        .filter(({ area }) => area !== 0)
        .sort((a, b) => Math.abs(b.area) - Math.abs(a.area))
        .map(({ share, corners, area }) => ({ share, corners, isHole: area < 0 }));
    });
}

/** The closed curves at a level, with what is above it on their left. */
function outlines(density: readonly number[], { x, y, points }: Grid, level: number): [number, number][][] {
  const value = (i: number, j: number): number =>
    i < 0 || j < 0 || i >= points || j >= points ? 0 : density[j * points + i];
  const isInside = (i: number, j: number): boolean => value(i, j) >= level;
  const place = (i: number, j: number): [number, number] => [
    x[0] + ((x[1] - x[0]) * Math.min(Math.max(i, 0), points - 1)) / (points - 1),
    y[0] + ((y[1] - y[0]) * Math.min(Math.max(j, 0), points - 1)) / (points - 1),
  ];
  /** From the name of the edge where a piece begins to that where it ends, and where it begins. */
  const pieces = new Map<string, { to: string; at: [number, number] }>();
  for (let j = -1; j < points; j++) {
    for (let i = -1; i < points; i++) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ] as const;
      const inside = corners.map(([a, b]) => isInside(a, b));
      // edge k goes from corner k to corner k + 1, around the cell
      const leaves = [0, 1, 2, 3].filter((k) => inside[k] && !inside[(k + 1) % 4]);
      const enters = [0, 1, 2, 3].filter((k) => !inside[k] && inside[(k + 1) % 4]);
      const isJoined = corners.reduce((sum, [a, b]) => sum + value(a, b), 0) / 4 >= level;
      const names = [`h${i},${j}`, `v${i + 1},${j}`, `h${i},${j + 1}`, `v${i},${j}`];
      for (const k of leaves) {
        const end = enters.length === 1 ? enters[0] : isJoined ? (k + 1) % 4 : (k + 3) % 4;
        const [from, to] = [corners[k], corners[(k + 1) % 4]];
        const [p, q] = [value(...from), value(...to)];
        const share = (p - level) / (p - q);
        const [a, b] = [place(...from), place(...to)];
        pieces.set(names[k], { to: names[end], at: [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])] });
      }
    }
  }
  const rings: [number, number][][] = [];
  for (const first of [...pieces.keys()]) {
    const ring: [number, number][] = [];
    for (let piece = pieces.get(first), name = first; piece; piece = pieces.get(name)) {
      pieces.delete(name);
      ring.push(piece.at);
      name = piece.to;
    }
    if (ring.length > 2) rings.push(ring);
  }
  return rings;
}

/** Positive where the curve runs counterclockwise. */
function signedArea(corners: readonly (readonly [number, number])[]): number {
  return corners.reduce((sum, [ax, ay], k) => {
    const [bx, by] = corners[(k + 1) % corners.length];
    return sum + (ax * by - bx * ay) / 2;
  }, 0);
}
