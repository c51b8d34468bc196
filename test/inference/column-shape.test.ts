import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng, type Rng } from '../../lib/core/rng';
import { columnShape } from '../../lib/inference/column-shape';
import { fitDataStandardisation, standardise } from '../../lib/inference/standardisation';

const draws = 2000;
const column = (draw: (source: Rng) => number, seed = 1): number[][] => {
  const source = rng(seed);
  return Array.from({ length: draws }, () => [draw(source)]);
};
const cauchy = (source: Rng): number => source.normal() / source.normal();
/** Counts of a mean over three orders of magnitude and more. */
const counts = (source: Rng): number => Math.round(Math.exp(source.normal(4, 2)));

describe('columnShape', () => {
  it.each<[string, (source: Rng) => number]>([
    ['normal', (source) => source.normal(5, 2)],
    ['uniform', (source) => source.uniform()],
    [
      "Student's t with three degrees of freedom",
      (source) => source.normal() / Math.hypot(source.normal(), source.normal(), source.normal()),
    ],
    ['of two values', (source) => (source.uniform() < 0.3 ? 1 : 0)],
    ['nearly always zero', (source) => (source.uniform() < 0.1 ? source.normal() : 0)],
    ['constant', () => 3],
  ])('leaves a column that is %s as it is', (_, draw) => {
    for (const seed of [1, 2, 3])
      expect(columnShape(column(draw, seed), 0)).toMatchObject({ logarithmFrom: 0, scale: 0 });
  });

  it('takes the logarithm of a log-normal column, and the arsinh of one with zeros or heavy tails', () => {
    expect(
      columnShape(
        column((source) => Math.exp(source.normal(3, 2))),
        0,
      ),
    ).toMatchObject({ scale: 0 });
    expect(
      columnShape(
        column((source) => Math.exp(source.normal(3, 2))),
        0,
      ).logarithmFrom,
    ).toBeGreaterThan(0);
    for (const draw of [cauchy, counts, (source: Rng) => -counts(source)]) {
      const { scale, logarithmFrom } = columnShape(column(draw), 0);
      expect(scale).toBeGreaterThan(0);
      expect(logarithmFrom).toBe(0);
    }
  });

  it('gives a frame in which two thirds of the values fill two thirds of the width, whatever the tails', () => {
    for (const draw of [cauchy, counts])
      tf.tidy(() => {
        const values = tf.tensor2d(column(draw));
        const fitted = fitDataStandardisation(values, true);
        const sorted = Array.from(standardise(fitted, values).dataSync()).sort((a, b) => a - b);
        // a normal column: 2; these, by mean and standard deviation alone: .07 and .3
        const width = sorted[Math.round(0.84 * draws)] - sorted[Math.round(0.16 * draws)];
        expect(width).toBeGreaterThan(1.2);
        expect(width).toBeLessThan(2.8);
        // the order of the values is kept, and the formula is that of the record
        const { centre, scale } = fitted.arsinh!;
        const first = values.dataSync()[0];
        const expected = (Math.asinh((first - centre[0]) / scale[0]) - fitted.mean[0]) / fitted.std[0];
        expect(standardise(fitted, values).dataSync()[0]).toBeCloseTo(expected, 4);
      });
  });
});
