import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { inverse } from '../../lib/maths/linalg';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { compile } from '../../lib/graph/compile';

const mean = [0.5, -1, 2];
const covariance = [
  [2, 0.6, -0.3],
  [0.6, 1, 0.2],
  [-0.3, 0.2, 0.3],
];
const levels = vpLevels();
const theta = [
  [0, 0, 0],
  [1, -2, 3],
  [-4, 0.1, 2],
];

describe('gaussianScore', () => {
  it.each([0, 1, 40, 200, 399, 400])('is the gradient of the log density of the diffused Gaussian at level %i', (t) => {
    const score = gaussianScore(mean, covariance);
    tf.tidy(() => {
      const gamma = levels.gamma[t];
      const precision = inverse(
        covariance.map((row, i) => row.map((value, j) => gamma * value + (i === j ? 1 - gamma : 0))),
      );
      const logDensity = (points: tf.Tensor): tf.Scalar => {
        const centred = points.sub(tf.tensor1d(mean.map((value) => Math.sqrt(gamma) * value))) as tf.Tensor2D;
        return tf.matMul(centred, tf.tensor2d(precision)).mul(centred).sum().mul<tf.Scalar>(-0.5);
      };
      const points = tf.tensor2d(theta);
      const expected = tf.grad(logDensity)(points).dataSync();
      const received = score(points, levels.at(tf.scalar(t, 'int32'))).dataSync();
      // float32 against a precision of up to 1 / smallest variance
      received.forEach((value, i) =>
        expect(Math.abs(value - expected[i])).toBeLessThan(1e-4 * (1 + Math.abs(expected[i]))),
      );
    });
  });

  it('takes a level for each row', () => {
    const score = gaussianScore(mean, covariance);
    tf.tidy(() => {
      const points = tf.tensor2d(theta);
      const each = [3, 100, 390];
      const together = score(points, levels.at(tf.tensor1d(each, 'int32'))).arraySync();
      each.forEach((t, i) => {
        const alone = score(points, levels.at(tf.scalar(t, 'int32'))).arraySync();
        together[i].forEach((value, k) => expect(value).toBeCloseTo(alone[i][k], 5));
      });
    });
  });

  it('works in a recording as eagerly, and leaves no tensor', () => {
    const before = tf.memory().numTensors;
    const score = gaussianScore(mean, covariance);
    const program = compile((points: tf.Tensor2D, t: tf.Scalar) => score(points, levels.at(t)));
    tf.tidy(() => {
      const points = tf.tensor2d(theta);
      const t = tf.scalar(50, 'int32');
      const eager = score(points, levels.at(t)).dataSync();
      program(points, t)
        .dataSync()
        .forEach((value, i) => expect(value).toBeCloseTo(eager[i], 5));
    });
    program.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a matrix that is not a covariance, or does not fit the mean', () => {
    expect(() =>
      gaussianScore(
        [0, 0],
        [
          [1, 0.5],
          [0, 1],
        ],
      ),
    ).toThrow(/symmetric/);
    expect(() =>
      gaussianScore(
        [0, 0],
        [
          [1, 2],
          [2, 1],
        ],
      ),
    ).toThrow(/positive definite/);
    expect(() =>
      gaussianScore(
        [0, 0, 0],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ).toThrow(/3/);
  });
});
