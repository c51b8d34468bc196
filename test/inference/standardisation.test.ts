import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  farObservations,
  fitDataStandardisation,
  fitStandardisation,
  standardise,
  unstandardise,
} from '../../lib/inference/standardisation';
import { rng } from '../../lib/core/rng';

const source = rng(1);
const columns = (units: number[], centres: number[], rows = 500): number[][] =>
  Array.from({ length: rows }, () => units.map((unit, i) => centres[i] + unit * source.normal()));

describe('standardisation', () => {
  it('gives columns of any unit mean 0 and standard deviation 1, and takes it back', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      // nanometres beside kilometres: 1e-9 +- 1e-9, 1e6 +- 1e3
      const values = tf.tensor2d(columns([1, 1e-9, 1e3, 1e-12], [0, 1e-9, 1e6, 0]));
      const fitted = fitStandardisation(values, true);
      const z = standardise(fitted, values);
      const { mean, variance } = tf.moments(z, 0);
      mean.dataSync<'float32'>().forEach((value: number) => expect(Math.abs(value)).toBeLessThan(1e-3));
      variance.dataSync<'float32'>().forEach((value: number) => expect(Math.abs(value - 1)).toBeLessThan(1e-3));
      const back = unstandardise(fitted, z).arraySync();
      values
        .arraySync()
        .forEach((row, i) =>
          row.forEach((value, k) =>
            expect(Math.abs(back[i][k] - value)).toBeLessThan(1e-6 * (fitted.std[k] + Math.abs(value))),
          ),
        );
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps the unit of a constant column, large or zero, and all units where it is off', () => {
    tf.tidy(() => {
      const values = tf.tensor2d(columns([1, 0, 0, 0], [5, 0.1, 12345.678, 0]));
      expect(fitStandardisation(values, true).std.slice(1)).toEqual([1, 1, 1]);
      const off = fitStandardisation(values, false);
      expect([off.mean, off.std]).toEqual([
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ]);
      expect(Array.from(standardise(off, values).dataSync())).toEqual(Array.from(values.dataSync()));
      expect(off.highest[2]).toBeCloseTo(12345.678, 2);
    });
  });

  it('tells of observations far outside of the simulations, with the distance, in one sentence', () => {
    tf.tidy(() => {
      const values = tf.tensor2d([
        [0, 0.1],
        [1, 0.1],
        [2, 0.1],
        [4, 0.1],
      ]);
      for (const apply of [true, false]) {
        const fitted = fitStandardisation(values, apply);
        const told = (rows: number[][]) => farObservations(fitted, standardise(fitted, tf.tensor2d(rows)));
        expect(
          told([
            [4, 0.1],
            [-0.7, 0.1],
            [4.7, 0.1],
          ]),
        ).toBeUndefined();
        expect(
          told([
            [1, 0.1],
            [12, 0.1],
          ]),
        ).toMatch(
          /^Observation 1: value 0 lies 2\.0 times the simulations' whole range outside of it: it is 12, and the simulations go from 0 to 4;/,
        );
        expect(
          told([
            [-8, 0.1],
            [12, 0.1],
            [14, 0.1],
            [1, 0.1],
          ]),
        ).toMatch(/^Observation 2: .* 2\.5 times .*\(and 2 of 4 others are far out\)/);
        expect(told([[4.9, 0.1]])).toMatch(
          /lies 0\.2 times .* it is 4\.9, .* Check the value's unit and place; .*prior/,
        );
        expect(told([[1, 0.2]])).toMatch(/value 1 differs from the one number that all simulations have there/);
      }
    });
  });

  it('takes the logarithm of positive columns that are nearer to log-normal, and of no others', () => {
    const source = rng(2);
    const rows = Array.from({ length: 500 }, () => [
      Math.exp(source.normal(3, 2)),
      source.normal(50, 1),
      source.normal(0, 3),
      Math.exp(source.normal(0, 2)) - 0.001,
      7,
    ]);
    rows[0][3] = 0;
    tf.tidy(() => {
      const values = tf.tensor2d(rows);
      const fitted = fitDataStandardisation(values, true);
      expect(fitted.logarithmFrom?.map((from) => from > 0)).toEqual([true, false, false, false, false]);
      const z = standardise(fitted, values).arraySync() as number[][];
      const logs = rows.map(([value]) => Math.log(value));
      const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
      const std = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length);
      logs.forEach((value, i) => expect(z[i][0]).toBeCloseTo((value - mean) / std, 4));
      // the others as ever, but for the one of heavy tails
      expect(fitted.arsinh?.scale.map((scale) => scale > 0)).toEqual([false, false, false, true, false]);
      const plain = standardise(fitStandardisation(values, true), values).arraySync() as number[][];
      for (const k of [1, 2, 4]) z.forEach((row, i) => expect(row[k]).toBe(plain[i][k]));
      expect(fitDataStandardisation(tf.slice(values, [0, 1], [-1, 2]), true).logarithmFrom).toBeUndefined();
      expect(fitDataStandardisation(values, false).logarithmFrom).toBeUndefined();
    });
  });

  it('tells of an observation that is a hundred times too large, also where logarithms are taken, in its own unit', () => {
    tf.tidy(() => {
      const source = rng(3);
      const values = tf.tensor2d(Array.from({ length: 1000 }, () => [Math.exp(source.normal())]));
      const fitted = fitDataStandardisation(values, true);
      expect(fitted.logarithmFrom![0]).toBeGreaterThan(0);
      const told = (value: number) => farObservations(fitted, standardise(fitted, tf.tensor2d([[value]])));
      expect(told(2)).toBeUndefined();
      expect(told(200)).toMatch(
        /^Observation 0: value 0 lies 0\.\d times .* it is 200, and the simulations go from 0\.0\d+ to \d+/,
      );
    });
  });

  it('is silent about observations like the simulations', () => {
    tf.tidy(() => {
      // 1,000 more draws in sets of 10, of 5 values each; a normal draw is told once in 100,000 times
      const source = rng(4);
      const draws = (rows: number) =>
        tf.tensor2d(Array.from({ length: rows }, () => Array.from({ length: 5 }, () => source.normal())));
      const fitted = fitStandardisation(draws(1000), true);
      for (let set = 0; set < 100; set++)
        expect(farObservations(fitted, standardise(fitted, draws(10)))).toBeUndefined();
    });
  });

  it('takes an observation that has no logarithm for a thousandth of the least simulated value, which is told as far', () => {
    const source = rng(2);
    tf.tidy(() => {
      const values = tf.tensor2d(Array.from({ length: 500 }, () => [Math.exp(source.normal(3, 0.5))]));
      const fitted = fitDataStandardisation(values, true);
      const [[zero], [negative]] = standardise(fitted, tf.tensor2d([[0], [-5]])).arraySync() as number[][];
      expect(Number.isFinite(zero)).toBe(true);
      expect(negative).toBe(zero);
      expect(farObservations(fitted, standardise(fitted, tf.tensor2d([[0]])))).toMatch(/outside of it/);
    });
  });
});
