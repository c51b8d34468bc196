import { describe, expect, test } from 'vitest';
import { densityRegions, gridPoints } from '../../lib/plots/density-regions';

const grid = { x: [-4, 4], y: [-5, 5], points: 101 } as const;
const gaussian = gridPoints(grid).map(([a, b]) => -(a * a + b * b) / 2);

describe('densityRegions', () => {
  test('are circles of the radius that holds the share of a round Gaussian', () => {
    for (const share of [0.5, 0.9]) {
      const [ring, ...others] = densityRegions(gaussian, grid, [share]);
      expect(others).toEqual([]);
      expect(ring).toMatchObject({ share, isHole: false });
      // P(|z| < r) = 1 - exp(-r^2 / 2); the level is one of the grid's values, which are about a cell's mass apart
      const radius = Math.sqrt(-2 * Math.log(1 - share));
      for (const [a, b] of ring.corners) expect(Math.hypot(a, b)).toBeCloseTo(radius, 1);
    }
  });

  test('come from the largest to the smallest, two for two modes', () => {
    const modes = gridPoints(grid).map(
      ([a, b]) => Math.log(Math.exp(-((a - 2) ** 2) * 4) + Math.exp(-((a + 2) ** 2) * 4)) - b * b,
    );
    const rings = densityRegions(modes, grid, [0.5, 0.95]);
    expect(rings.map(({ share }) => share)).toEqual([0.95, 0.95, 0.5, 0.5]);
    expect(rings.every(({ isHole }) => !isHole)).toBe(true);
  });

  test('have a hole where the density has one', () => {
    const annulus = gridPoints(grid).map(([a, b]) => -20 * (Math.hypot(a, b) - 2) ** 2);
    expect(densityRegions(annulus, grid, [0.5]).map(({ isHole }) => isHole)).toEqual([false, true]);
  });

  test('join or part at a saddle as its middle says', () => {
    const square = { x: [0, 3], y: [0, 3], points: 4 } as const;
    const rings = (low: number, share: number) => {
      const rows = [
        [1, 1, low, low],
        [0.6, 0.8, low, low],
        [low, low, 0.8, 0.6],
        [low, low, 1, 1],
      ];
      return densityRegions(rows.flat().map(Math.log), square, [share]);
    };
    // the level is .6 in both; the mean of the middle cell is .65 and .45
    expect(rings(0.5, 0.6)).toHaveLength(1);
    expect(rings(0.1, 0.8)).toHaveLength(2);
  });

  test('end where the grid ends', () => {
    const [ring] = densityRegions(
      gridPoints(grid).map(([a]) => a),
      grid,
      [0.8],
    );
    const right = Math.max(...ring.corners.map(([a]) => a));
    expect(right).toBe(4);
    expect(Math.min(...ring.corners.map(([, b]) => b))).toBe(-5);
  });

  test('stand where part of the density is zero', () => {
    const half = gridPoints(grid).map(([a, b]) => (a < 0 ? -Infinity : -(a * a + b * b)));
    const [ring] = densityRegions(half, grid, [0.9]);
    expect(ring.corners.flat().every(Number.isFinite)).toBe(true);
  });
});
