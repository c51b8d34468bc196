import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { checkPrior } from '../../lib/distributions/check-prior';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { truncatedNormal } from '../../lib/distributions/truncated-normal';

const laws = [
  { title: 'a wide box', mean: 0.5, std: 1, lower: -2, upper: 1.5 },
  { title: 'a narrow box', mean: 0, std: 1, lower: 0.2, upper: 0.5 },
  { title: 'one far side', mean: 0, std: 0.1, lower: 0.5, upper: 9 },
  { title: 'the other far side', mean: 1, std: 0.5, lower: -7, upper: -1 },
  { title: 'a half line', mean: 3, std: 2, lower: -Infinity, upper: 1 },
];

describe('truncatedNormal', () => {
  it.each(laws)(
    'is normalised, and its draws have the moments of its density: $title',
    ({ title: _, ...parameters }) => {
      const law = truncatedNormal({ ...parameters, mean: [parameters.mean] });
      checkPrior(law);
      const low = Math.max(parameters.lower, parameters.mean - 12 * parameters.std);
      const high = Math.min(parameters.upper, parameters.mean + 12 * parameters.std);
      const count = 20_000;
      const step = (high - low) / count;
      const points = Array.from({ length: count }, (_, i) => low + (i + 0.5) * step);
      const density = tf.tidy(() => tf.exp(law.logProb(tf.tensor2d(points, [count, 1]))).dataSync());
      const moment = (power: number): number =>
        points.reduce((sum, x, i) => sum + (x - points[0]) ** power * density[i] * step, 0);
      expect(moment(0)).toBeCloseTo(1, 3);
      const n = 20_000;
      const samples = priorSamples(law, n, 1);
      const draws = Array.from(samples.dataSync());
      samples.dispose();
      for (const power of [1, 2]) {
        const mean = draws.reduce((sum, x) => sum + (x - points[0]) ** power, 0) / n;
        const spread = Math.sqrt((moment(2 * power) - moment(power) ** 2) / n);
        expect(Math.abs(mean - moment(power))).toBeLessThan(4 * spread + 1e-3 * moment(power));
      }
      expect(Math.min(...draws)).toBeGreaterThanOrEqual(Math.fround(parameters.lower));
      expect(Math.max(...draws)).toBeLessThanOrEqual(Math.fround(parameters.upper));
    },
  );

  it('is nothing outside its box, and multiplies over the dimensions', () => {
    const law = truncatedNormal({ mean: [0, 1], std: [1, 2], lower: -1, upper: [1, 3] });
    const one = truncatedNormal({ mean: 0, std: 1, lower: -1, upper: 1 });
    const two = truncatedNormal({ mean: 1, std: 2, lower: -1, upper: 3 });
    tf.tidy(() => {
      const [inside, outside] = law.logProb(tf.tensor2d([0.5, 2, 0.5, 3.1], [2, 2])).dataSync();
      const parts = [one.logProb(tf.tensor2d([[0.5]])), two.logProb(tf.tensor2d([[2]]))].map(
        (each) => each.dataSync()[0],
      );
      expect(inside).toBeCloseTo(parts[0] + parts[1], 5);
      expect(outside).toBe(-Infinity);
    });
    expect(law.logMass).toBeCloseTo(one.logMass + two.logMass, 12);
  });

  it('refuses invalid parameters', () => {
    const good = { mean: 0, std: 1, lower: -1, upper: 1 };
    for (const bad of [
      { mean: NaN },
      { mean: Infinity },
      { std: 0 },
      { upper: -1 },
      { mean: [0, 1], lower: [1, 2, 3] },
    ])
      expect(() => truncatedNormal({ ...good, ...bad })).toThrow(InvalidInputError);
    expect(() => truncatedNormal({ ...good, mean: 100 })).toThrow(/some mass/);
  });
});
