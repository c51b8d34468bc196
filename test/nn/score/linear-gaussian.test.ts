import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { gaussianScore } from '../../../lib/diffusion/gaussian-score';
import {
  gaussianNoise,
  inStandardDeviations,
  leastSquaresGaussian,
  meanOfX,
} from '../../../lib/nn/score/linear-gaussian';
import { expectClose, normals } from '../support';
import { at, gaussian } from './models';

describe('the linear Gaussian', () => {
  it('reproduces the exact diffused score of data that are linear and Gaussian, with a full covariance', () => {
    // theta = A x + b + L e, so theta | x ~ N(A x + b, L L^T)
    const [a, b, l] = [
      [
        [1, -0.5],
        [0.3, 0.8],
      ],
      [0.5, -1],
      [
        [0.6, 0],
        [0.4, 0.3],
      ],
    ];
    const covariance = [
      [0.36, 0.24],
      [0.24, 0.25],
    ];
    const count = 20_000;
    const source = rng(3);
    const x = Array.from({ length: count }, () => [source.normal(), source.normal(1, 2)]);
    const theta = x.map((row) => {
      const e = [source.normal(), source.normal()];
      return a.map(
        (coefficients, i) =>
          coefficients[0] * row[0] + coefficients[1] * row[1] + b[i] + l[i][0] * e[0] + l[i][1] * e[1],
      );
    });
    tf.tidy(() => {
      const part = leastSquaresGaussian(tf.tensor2d(theta), tf.tensor2d(x));
      const xObs = [0.7, 2];
      const mean = a.map((row, i) => row[0] * xObs[0] + row[1] * xObs[1] + b[i]);
      const points = normals(50, 2, 4);
      for (const t of [1, 50, 200, 399]) {
        const level = at(t);
        const received = tf.neg(
          tf.div(gaussianNoise(part, points, level, meanOfX(part, tf.tensor2d([xObs]))), level.std),
        );
        // covariance and mean are off by shares of sqrt(2 / N) = 1% and C^{1/2} sqrt(3 / N); scores by at most 4 times
        // that
        expectClose(received, gaussianScore(mean, covariance)(points, level), 4 * Math.sqrt(2 / count));
      }
    });
  });

  it('is linear in the observation: the noise of means summed is the sum of noises', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(4, 3, 2), normals(5, 4, 3)];
      const summed = gaussianNoise(
        gaussian,
        tf.mul(5, theta) as tf.Tensor2D,
        at(30),
        meanOfX(gaussian, x).sum(0, true),
      );
      const each = tf.addN(
        tf.split(x, 5).map((row) => gaussianNoise(gaussian, theta, at(30), meanOfX(gaussian, row as tf.Tensor2D))),
      );
      expectClose(summed, each, 1e-5);
    });
  });

  it('stays finite where the data determine a parameter, and where a column of data is constant', () => {
    tf.tidy(() => {
      const theta = normals(200, 2);
      const x = tf.concat([theta.slice([0, 0], [-1, 1]), tf.ones([200, 1])], 1) as tf.Tensor2D;
      const part = leastSquaresGaussian(theta, x);
      for (const t of [1, 399])
        expect(gaussianNoise(part, theta, at(t), meanOfX(part, x)).abs().max().dataSync()[0]).toBeLessThan(100);
      // the constant column carries no weight
      expect((part.weights.arraySync() as number[][])[1]).toEqual([0, 0]);
    });
  });

  it('has distances of mean square one in standard deviations, at each level, of what it is the law of', () => {
    const count = 20_000;
    tf.tidy(() => {
      const { axes, variances } = gaussian;
      const x = normals(count, 4, 5);
      const along = tf.mul(normals(count, 3, 6), tf.sqrt(variances)) as tf.Tensor2D;
      const theta = tf.add(meanOfX(gaussian, x), tf.matMul(along, axes, false, true));
      for (const t of [1, 100, 399]) {
        const level = at(t);
        const noisy = tf.add(tf.mul(level.meanCoeff, theta), tf.mul(level.std, normals(count, 3, 7)));
        const distance = tf.sub(noisy, tf.mul(level.meanCoeff, meanOfX(gaussian, x))) as tf.Tensor2D;
        const squares = tf.mean(tf.square(inStandardDeviations(gaussian, distance, level)), 0).dataSync();
        for (const square of squares) expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
      }
    });
  });
});
