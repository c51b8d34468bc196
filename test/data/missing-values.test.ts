import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { missingValues } from '../../lib/data/missing-values';
import { simulate } from '../../lib/simulation/simulate';
import { simulationsFrom } from '../../lib/simulation/simulations';
import type { AnySimulator } from '../../lib/simulation/simulator';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';

const quiet = { seed: 2, progress: false } as const;
const table = [
  [1, 10, -1],
  [2, 20, -2],
  [9, 30, -3],
];
const sims = () => simulationsFrom([[0], [0], [0]], table);

describe('data with missing values', () => {
  it('have the mean or the median in their place, and a mask for each column that may be missing', () => {
    const given = sims();
    const gaps = missingValues(given, { probability: [0.5, 0, 0.2] });
    expect(gaps.masked).toEqual([0, 2]);
    expect(gaps.imputed).toEqual([4, 20, -2]);
    expect(
      gaps.encode([
        [NaN, 7, 3],
        [5, 6, null],
        [1, 2, 3],
        [undefined, 8, NaN],
      ]),
    ).toEqual([
      [4, 7, 3, 1, 0],
      [5, 6, -2, 0, 1],
      [1, 2, 3, 0, 0],
      [4, 8, -2, 1, 1],
    ]);
    const medians = missingValues(given, { patterns: [[true, false, false]], impute: 'median' });
    expect(medians.masked).toEqual([0]);
    expect(medians.encode([[null, 1, 1]])).toEqual([[2, 1, 1, 1]]);
    given.dispose();
  });

  it('are hidden from simulations as often as asked, by the seed, and leave what is not hidden as it is', () => {
    const n = 4000;
    const source = rng(1);
    const x = Array.from({ length: n }, () => [source.normal(), source.normal(), source.normal()]);
    const whole = simulationsFrom(
      x.map(([a]) => [a]),
      x,
      { proposed: true },
    );
    const before = tf.memory().numTensors;
    const gaps = missingValues(whole, { probability: [0.3, 0, 0.6] });
    const hidden = gaps.hide(whole, { seed: 5 });
    expect([hidden.x.shape, hidden.proposed]).toEqual([[n, 5], true]);
    const rows = hidden.x.arraySync();
    const kept = whole.x.arraySync();
    rows.forEach(([a, b, c, noA, noC], i) => {
      expect(b).toBe(kept[i][1]);
      expect(a).toBeCloseTo(noA ? gaps.imputed[0] : kept[i][0], 6);
      expect(c).toBeCloseTo(noC ? gaps.imputed[2] : kept[i][2], 6);
    });
    for (const [column, p] of [
      [3, 0.3],
      [4, 0.6],
    ]) {
      const share = rows.reduce((sum, row) => sum + row[column], 0) / n;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    }
    // one is missing by itself, whether the other is or not
    const both = rows.filter((row) => row[3] && row[4]).length / n;
    expect(Math.abs(both - 0.18)).toBeLessThan(4 * Math.sqrt((0.18 * 0.82) / n));
    const [same, other] = [5, 6].map((seed) => gaps.hide(whole, { seed }));
    expect(same.x.arraySync()).toEqual(rows);
    expect(other.x.arraySync()).not.toEqual(rows);
    for (const each of [hidden, same, other]) each.dispose();
    expect(tf.memory().numTensors).toBe(before);
    whole.dispose();
  });

  it('are hidden by the patterns of other data, and by no others', () => {
    const given = sims();
    const patterns = [
      [true, true, false],
      [false, false, true],
    ];
    const gaps = missingValues(given, { patterns });
    const many = simulationsFrom(
      Array.from({ length: 300 }, () => [0]),
      Array.from({ length: 300 }, () => [1, 2, 3]),
    );
    const hidden = gaps.hide(many, { seed: 1 });
    const masks = new Set(hidden.x.arraySync().map((row) => row.slice(3).join('')));
    expect([...masks].sort()).toEqual(['001', '110']);
    for (const each of [given, many, hidden]) each.dispose();
  });

  it('come from the model whatever its simulator is', async () => {
    const { prior } = gaussianLinear([1, 1]);
    const row = (theta: readonly number[]): number[] => [theta[0], theta[1], 5];
    const kinds: AnySimulator[] = [
      row,
      { batchSize: 8, batch: (thetas) => thetas.map(row) },
      { atATime: 2, later: async (theta) => row(theta) },
    ];
    for (const simulator of kinds) {
      const whole = await simulate({ prior, simulator }, 200, quiet);
      const gaps = missingValues(whole, { probability: 0.5 });
      const drawn = await simulate(gaps.model({ prior, simulator }), 200, quiet);
      const theta = drawn.theta.arraySync();
      const rows = drawn.x.arraySync();
      rows.forEach((values, i) =>
        row(theta[i]).forEach((value, k) => expect(values[k]).toBeCloseTo(values[3 + k] ? gaps.imputed[k] : value, 5)),
      );
      const share = rows.flatMap((values) => values.slice(3)).reduce((sum, mask) => sum + mask, 0) / 600;
      expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 600));
      for (const each of [whole, drawn]) each.dispose();
    }
  });

  it('are refused where they do not fit', () => {
    const given = sims();
    const make = (options: object) => () => missingValues(given, options as never);
    expect(make({})).toThrow(/data\.missingValues: expected a probability or patterns, one of them, received neither/);
    expect(make({ probability: 0.1, patterns: [[true, false, false]] })).toThrow(/received both/);
    expect(make({ probability: 1 })).toThrow(InvalidInputError);
    expect(make({ probability: [0.1, 0.2] })).toThrow(/a number from 0 to below 1, or 3 of them/);
    expect(make({ probability: 0 })).toThrow(/at least one column that may be missing/);
    expect(make({ patterns: [] })).toThrow(/rows of 3 booleans/);
    expect(make({ patterns: [[true, false]] })).toThrow(/another row 0/);
    expect(make({ probability: 0.1, impute: 'zero' })).toThrow(/impute: expected mean or median/);
    const gaps = missingValues(given, { probability: [0.5, 0, 0] });
    expect(() => gaps.encode([[1, NaN, 3]])).toThrow(
      /encode: row 0: expected a value in column 1, which training never/,
    );
    expect(() => gaps.encode([[1, 2]])).toThrow(/encode: row 0: expected 3 values in each row, .*received 2/);
    expect(() => gaps.encode([[1, Infinity, 3]])).toThrow(/encode: row 0: expected numbers, or null/);
    expect(() => gaps.hide({ ...given, x: tf.zeros([3, 2]) }, { seed: 1 })).toThrow(/hide: x: expected 3 values/);
    given.dispose();
  });
});
