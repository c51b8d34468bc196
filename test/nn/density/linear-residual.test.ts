import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomKey } from '../../../lib/graph/random';
import { linearMean, linearStart, ofResiduals, type LinearStart } from '../../../lib/nn/density/linear-residual';
import { realNvp } from '../../../lib/nn/density/real-nvp';
import { covariance, mean } from '../../../lib/maths/moments';
import { initialWeights } from '../../../lib/nn/network';
import { rng } from '../../../lib/core/rng';
import { normals } from '../support';

const start: LinearStart = {
  slope: [
    [1, 0.5],
    [0, -0.3],
    [0.2, 0],
  ],
  intercept: [0.1, -0.2],
  factor: [
    [0.5, 0],
    [0.3, 0.4],
  ],
};
/** L L^T. */
const spread = [
  [0.25, 0.15],
  [0.15, 0.25],
];
const x = [[0.4, -1, 2]];
/** x W + b. */
const centre = [0.9, 0.3];

/** At its start, a density is N(0, I) of the residuals, and so N(m, L L^T). */
function gaussian(): { density: ReturnType<typeof ofResiduals>; weights: tf.Tensor[]; context: tf.Tensor2D } {
  const density = ofResiduals(realNvp({ width: 8 }).build({ name: 'density', dim: 2, context: 3 }), start);
  const condition = tf.tensor2d(x);
  const context = tf.concat([condition, linearMean(start, condition)], 1);
  return { density, weights: initialWeights(density.weights, rng(1)), context };
}

describe('a density of the residuals of a linear fit', () => {
  it('starts as the Gaussian of the fit', () => {
    tf.tidy(() => {
      const { density, weights, context } = gaussian();
      const theta = [1.2, -0.1];
      const [u, v] = theta.map((value, k) => value - centre[k]);
      const determinant = spread[0][0] * spread[1][1] - spread[0][1] ** 2;
      const square = (spread[1][1] * u * u - 2 * spread[0][1] * u * v + spread[0][0] * v * v) / determinant;
      const exact = -0.5 * (square + Math.log(determinant)) - Math.log(2 * Math.PI);
      expect(density.logProb(weights, tf.tensor2d([theta]), context).dataSync()[0]).toBeCloseTo(exact, 5);
    });
  });

  it('draws from that Gaussian', () => {
    tf.tidy(() => {
      const { density, weights, context } = gaussian();
      const draws = 20_000;
      const rows = density.sample(weights, randomKey(1), tf.tile(context, [draws, 1])).arraySync();
      const error = 4 / Math.sqrt(draws);
      mean(rows).forEach((value, k) => expect(Math.abs(value - centre[k])).toBeLessThan(error * 0.5));
      covariance(rows).forEach((row, i) =>
        row.forEach((value, k) => expect(Math.abs(value - spread[i][k])).toBeLessThan(error * Math.SQRT2 * 0.25)),
      );
    });
  });

  it.each([
    [1, 4],
    [2, 3],
    [3, 1],
  ])('finds the fit of %d targets to %d conditions, and leaves residuals without mean and of unit width', (d, l) => {
    tf.tidy(() => {
      const condition = normals(2000, l, 1);
      const slope = normals(l, d, 2);
      const target = tf.add(tf.matMul(condition, slope), tf.mul(0.2, normals(2000, d, 3))) as tf.Tensor2D;
      const found = linearStart(target, condition);
      // of a regression on standard normal values, with noise of .2
      const error = (4 * 0.2) / Math.sqrt(2000);
      const off = tf.max(tf.abs(tf.sub(tf.tensor2d(found.slope), slope))).dataSync()[0];
      expect(off).toBeLessThan(error);
      found.intercept.forEach((value) => expect(Math.abs(value)).toBeLessThan(error));
      found.factor.forEach((row, k) => expect(Math.abs(Math.hypot(...row.slice(0, k + 1)) - 0.2)).toBeLessThan(error));
    });
  });

  it('has the width of what is not told, with more conditions than rows too', () => {
    tf.tidy(() => {
      // targets that the conditions say nothing of: of variance 1, whatever the fit
      const { factor } = linearStart(normals(60, 2, 1), normals(60, 80, 2));
      factor.forEach((row, k) => {
        const variance = row.slice(0, k + 1).reduce((sum, value) => sum + value ** 2, 0);
        expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 60));
      });
    });
  });
});
