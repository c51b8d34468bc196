import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { diffusedLogistic } from '../../lib/diffusion/diffused-logistic';
import { evaluate, expectIntegrated, levelOf, stds } from './diffused-laws';

const scale = 0.55;
const location = 0.2;
const logistic = diffusedLogistic([location], [scale]);
const logProb = (theta: number): number => {
  const size = Math.abs(theta - location) / scale;
  return -size - 2 * Math.log1p(Math.exp(-size)) - Math.log(scale);
};
const law = { logProb, low: -1e7, high: 1e7 };

describe('diffusedLogistic', () => {
  it.each([...stds.filter((std) => std < 1), 0.87, 0.88, 0.95])(
    'is the integral over the logistic law, in its far tails too: std %d',
    (std) => {
      const { a } = levelOf(std);
      expectIntegrated({ density: logistic, law, std }, [
        ...[0, location * a, 0.3, 1, -1, 2, 3, -4, 6, -10, 20, -40, 100, -300, 1000],
        // where the ways of computing meet
        ...[0.99, 1.01].map((share) => location * a + (share * 0.5 * (1 - a * a)) / (a * scale)),
      ]);
    },
  );

  it.each([0.002, 0.1, 0.7, 0.9999])('integrates to one: std %d', (std) => {
    tf.tidy(() => {
      const cells = 20_000;
      const x = tf.reshape(tf.linspace(-20, 20, cells + 1), [-1, 1]) as tf.Tensor2D;
      const mass = tf.sum(tf.exp(logistic.logProb(x, levelOf(std).tensors()))).dataSync()[0] * (40 / cells);
      expect(mass).toBeCloseTo(1, 4);
    });
  });

  it('is the logistic law without noise, and the noise without it', () => {
    tf.tidy(() => {
      const points = [[0], [3], [-50]];
      const still = evaluate(logistic, points, levelOf(0).tensors());
      points.forEach(([x], i) => {
        expect(Math.abs(still.logProb[i] / logProb(x) - 1)).toBeLessThan(1e-5);
        expect(still.score[i][0]).toBeCloseTo(-Math.tanh((x - location) / scale / 2) / scale, 5);
      });
      const noise = evaluate(logistic, points, levelOf(1).tensors());
      points.forEach(([x], i) => expect(noise.score[i][0]).toBeCloseTo(-x, 4));
    });
  });

  it('has the same curvature at its centre as beside it, at every level', () => {
    const even = diffusedLogistic([0], [1]);
    for (const std of [0.1, 0.9])
      tf.tidy(() => {
        const level = levelOf(std).tensors();
        const curvature = tf.grad((x: tf.Tensor) => even.score(x as tf.Tensor2D, level).sum());
        const [centre, beside] = curvature(tf.tensor2d([[0], [1e-3]])).dataSync();
        expect(centre).toBeLessThan(0);
        expect(centre).toBeCloseTo(beside, 4);
      });
  });
});
