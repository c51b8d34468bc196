import { describe, expect, it } from 'vitest';
import { densityAscent } from '../../../lib/inference/score/density-ascent';

/** Log densities row by row, and how many rows were asked for. */
function counted(logProb: (row: number[]) => number) {
  const asked: number[][] = [];
  return {
    asked,
    ofRows: (rows: number[][]) => {
      asked.push(...rows);
      return Promise.resolve(rows.map(logProb));
    },
  };
}

const round = [
  [1, 0],
  [0, 1],
];

describe('densityAscent', () => {
  it('finds the mode of a Gaussian whose axes it knows, in a few rounds of 2 D + 1 points', async () => {
    const [centre, axes] = [
      [3, -2],
      [
        [0.5, 0],
        [0.4, 0.02],
      ],
    ];
    // in the coordinates of the axes, v = axes^-1 (row - centre)
    const { ofRows, asked } = counted((row) => {
      const first = (row[0] - centre[0]) / 0.5;
      const second = (row[1] - centre[1] - 0.4 * first) / 0.02;
      return -(first ** 2 + second ** 2) / 2;
    });
    const { point, logProb } = await densityAscent(ofRows, [3.4, -1.66], axes);
    expect(logProb).toBeGreaterThan(-1e-9);
    point.forEach((value, i) => expect(value).toBeCloseTo(centre[i], 6));
    expect(asked.length).toBeLessThanOrEqual(4 * 5);
  });

  it('finds that of a skewed density, and of one ten times as narrow as the axes say', async () => {
    // log Gamma: v - e^v, at 0
    const skewed = counted(([a, b]) => a - Math.exp(a) + b - Math.exp(b));
    const found = await densityAscent(skewed.ofRows, [-1.5, 1], round);
    found.point.forEach((value) => expect(Math.abs(value)).toBeLessThan(0.05));
    const narrow = counted(([a, b]) => -50 * (a - 0.3) ** 2 - b ** 2 / 2);
    const other = await densityAscent(narrow.ofRows, [0, 1], round);
    expect(Math.abs(other.point[0] - 0.3)).toBeLessThan(0.01);
  });

  it('gives no point worse than any that it saw, whatever the density does', async () => {
    const rough = ([a, b]: number[]): number =>
      a > 1 ? -Infinity : Math.sin(7 * a) + Math.cos(5 * b * a) - (a ** 2 + b ** 2) / 4;
    for (let k = 0; k < 20; k++) {
      const start = [Math.sin(k), Math.cos(3 * k)];
      const { asked, ofRows } = counted(rough);
      const { point, logProb } = await densityAscent(ofRows, start, round);
      expect(logProb).toBe(rough([...point]));
      expect(logProb).toBe(Math.max(...asked.map(rough)));
      expect(asked[0]).toEqual(start);
    }
  });

  it('takes what is no number for no density', async () => {
    const { point, logProb } = await densityAscent(
      counted(([a, b]) => (b < 0 ? NaN : -((a - 0.2) ** 2) / 2 - b)).ofRows,
      [0, 0.1],
      round,
    );
    expect(Number.isFinite(logProb)).toBe(true);
    expect(point[0]).toBeCloseTo(0.2, 6);
    const nowhere = await densityAscent(counted(() => NaN).ofRows, [1, 2], round);
    expect(nowhere).toEqual({ point: [1, 2], logProb: -Infinity });
  });
});
