import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../lib/graph/compile';
import { sumByControlVariate } from '../../../lib/nn/score/sum-by-control-variate';
import { expectClose, normals } from '../support';

/** f_j(theta) [m, B, D] of theta [1, B, D] and rows x_j [m, 1, D]. */
type OfEach = (theta: tf.Tensor, x: tf.Tensor) => tf.Tensor;

/** The sum of f over rows x [n, D] at theta [B, D], and how many pairs it took. */
function summed(f: OfEach, theta: tf.Tensor2D, x: tf.Tensor2D, tolerance: number): { sum: tf.Tensor2D; pairs: number } {
  let pairs = 0;
  const sum = sumByControlVariate(theta, {
    n: x.shape[0],
    tolerance,
    unit: tf.scalar(1),
    at: (particles) => (index) => {
      pairs += particles.shape[0] * index.shape[0];
      return tf.sum(f(tf.expandDims(particles, 0), tf.expandDims(tf.gather(x, index), 1)), 0);
    },
  });
  return { sum, pairs };
}

const inFull = (f: OfEach, theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D => summed(f, theta, x, 0).sum;

/** The root of the mean of e^T Cov(theta) e / D. */
function errorInWidths(theta: tf.Tensor2D, error: tf.Tensor): number {
  const own = tf.sub(theta, tf.mean(theta, 0, true)) as tf.Tensor2D;
  const covariance = tf.div(tf.matMul(own, own, true), theta.shape[0]) as tf.Tensor2D;
  return Math.sqrt(tf.mean(tf.mul(tf.matMul(error as tf.Tensor2D, covariance), error)).dataSync()[0]);
}

// chunks of 8 observations
const particles = 1024;
const linear: OfEach = (theta, x) => tf.mul(tf.sub(x, theta), tf.exp(x));
const curved: OfEach = (theta, x) => tf.sub(x, tf.add(theta, tf.sin(tf.add(theta, tf.mul(2, x)))));

describe('a sum over many observations at many particles', () => {
  it('is exact for functions that are linear in theta, of few of the pairs', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(particles, 2, 1), normals(403, 2, 2)];
      const { sum, pairs } = summed(linear, theta, x, 0.01);
      expectClose(sum, inFull(linear, theta, x), 1e-5);
      // 4 chunks and the rest of 3 at the particles, all observations at 9 anchors
      expect(pairs).toBe(particles * 35 + 9 * 403);
    });
  });

  it('is within its tolerance for curved ones among close particles, of few of the pairs', () => {
    tf.tidy(() => {
      const n = 640;
      // as wide as a posterior given n observations
      const theta = tf.add(tf.mul(normals(particles, 2, 1), 1 / Math.sqrt(n)), 0.3) as tf.Tensor2D;
      const x = normals(n, 2, 2);
      const expected = inFull(curved, theta, x);
      for (const tolerance of [0.1, 0.01]) {
        const { sum, pairs } = summed(curved, theta, x, tolerance);
        expect(pairs).toBeLessThan(0.3 * n * particles);
        // a standard error, so that twice as much is rare
        expect(errorInWidths(theta, tf.sub(sum, expected))).toBeLessThan(2 * tolerance);
      }
      const { pairs } = summed(curved, theta, x, 0);
      expect(pairs).toBe(n * particles);
    });
  });

  it('sees all pairs, and is exact, where no few of them would do', () => {
    tf.tidy(() => {
      const n = 123;
      const modes = tf.sign(normals(particles, 2, 3));
      const theta = tf.add(tf.mul(normals(particles, 2, 1), 0.1), tf.mul(3, modes)) as tf.Tensor2D;
      const x = normals(n, 2, 2);
      const { sum, pairs } = summed(curved, theta, x, 0.01);
      expectClose(sum, inFull(curved, theta, x), 1e-5);
      expect(pairs).toBe(n * (particles + 9));
    });
  });

  it('sees all pairs of few observations, and of few particles', () => {
    tf.tidy(() => {
      const x = normals(63, 2, 2);
      expect(summed(curved, normals(particles, 2, 1), x, 1).pairs).toBe(63 * particles);
      expect(summed(curved, normals(35, 2, 1), x, 1).pairs).toBe(63 * 35);
    });
  });

  it('takes the anchors of many parameters from few of the observations, too', () => {
    tf.tidy(() => {
      const n = 3000;
      const theta = tf.mul(normals(particles, 8, 1), 1 / Math.sqrt(n)) as tf.Tensor2D;
      const x = tf.tile(normals(n, 1, 2), [1, 8]) as tf.Tensor2D;
      const { sum, pairs } = summed(curved, theta, x, 0.02);
      expect(errorInWidths(theta, tf.sub(sum, inFull(curved, theta, x)))).toBeLessThan(0.04);
      expect(pairs).toBeLessThan(0.1 * n * particles);
    });
  });

  it('is the same in a recording, and one parameter that all particles share does no harm', () => {
    const [theta, x] = [normals(particles, 2, 1), normals(200, 2, 2)];
    const near = tf.tidy(() => tf.mul(theta, tf.tensor2d([[0.1, 0]])) as tf.Tensor2D);
    const program = compile((theta: tf.Tensor2D, x: tf.Tensor2D) => summed(curved, theta, x, 0.01).sum);
    tf.tidy(() => {
      expectClose(program(theta, x), summed(curved, theta, x, 0.01).sum, 1e-5);
      expectClose(program(near, x), inFull(curved, near, x), 1e-2);
    });
    program.dispose();
    tf.dispose([theta, x, near]);
  });
});
