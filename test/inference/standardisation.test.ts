import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { farObservations, fitStandardisation, standardise, unstandardise } from '../../lib/inference/standardisation';
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
            [-1.9, 0.1],
            [5.9, 0.1],
          ]),
        ).toBeUndefined();
        expect(
          told([
            [1, 0.1],
            [12, 0.1],
          ]),
        ).toMatch(/^Observation 1: value 0 lies 2\.0 times the simulations' whole range outside of it; the posterior/);
        expect(
          told([
            [-8, 0.1],
            [12, 0.1],
            [14, 0.1],
            [1, 0.1],
          ]),
        ).toMatch(/^Observation 2: .* 2\.5 times .*\(and 2 of 4 others are far out\)/);
        expect(told([[1, 0.2]])).toMatch(/value 1 differs from the one number that all simulations have there/);
      }
    });
  });
});
