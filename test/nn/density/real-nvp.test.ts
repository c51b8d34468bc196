import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { initialWeights } from '../../../lib/nn/network';
import { affineCouplings, type AffineCouplingsOptions } from '../../../lib/nn/density/real-nvp';
import { expectClose, normals, randomWeights } from '../support';
import { determinant } from './transform-laws';

const base: AffineCouplingsOptions = {
  name: 'flow',
  dim: 3,
  context: 2,
  width: 16,
  hidden: 3,
  activation: 'tanh',
  couplings: 4,
};

describe('affineCouplings', () => {
  it.each([2, 3, 4, 7])('is undone by its inverse, both ways, in %d dimensions', (dim) => {
    tf.tidy(() => {
      for (const activation of ['tanh', 'relu', 'silu'] as const) {
        const flow = affineCouplings({ ...base, dim, activation });
        // far off the identity, but not so far that float32 cannot find back
        const w = randomWeights(flow.weights).map((each) => tf.mul(0.6, each));
        for (const context of [normals(50, 2, 3), normals(1, 2, 3)]) {
          const theta = normals(50, dim, 2);
          const { z } = flow.forward(w, theta, context);
          expect(tf.max(tf.abs(tf.sub(z, theta))).dataSync()[0]).toBeGreaterThan(0.1);
          expectClose(flow.inverse(w, z, context), theta, 1e-4);
          expectClose(flow.forward(w, flow.inverse(w, theta, context), context).z, theta, 1e-4);
        }
      }
    });
  });

  it('starts as the identity', () => {
    tf.tidy(() => {
      const flow = affineCouplings(base);
      const w = initialWeights(flow.weights, rng(1));
      const theta = normals(5, 3);
      const { z, logDet } = flow.forward(w, theta, normals(5, 2));
      expect(z.arraySync()).toEqual(theta.arraySync());
      expect(Array.from(logDet.dataSync())).toEqual([0, 0, 0, 0, 0]);
    });
  });

  it('tells the logarithm of the determinant of its Jacobian, by central differences', () => {
    tf.tidy(() => {
      const flow = affineCouplings(base);
      const w = randomWeights(flow.weights);
      const context = normals(1, 2, 3);
      const theta = normals(20, 3, 4);
      const step = 0.01;
      const told = flow.forward(w, theta, context).logDet.dataSync();
      // float32 leaves differences of 2 step about 1e-7 / 1e-2 of error, and the third derivatives step^2 of theirs
      const columns = [0, 1, 2].map((k) => {
        const shift = tf.tensor2d([[0, 0, 0].map((_, i) => (i === k ? step : 0))]);
        const at = (moved: tf.Tensor): tf.Tensor2D => flow.forward(w, moved as tf.Tensor2D, context).z;
        return at(tf.add(theta, shift))
          .sub(at(tf.sub(theta, shift)))
          .div(2 * step)
          .arraySync() as number[][];
      });
      const changed = Array.from({ length: 20 }, (_, i) => {
        const [a, b, c] = columns.map((column) => column[i]);
        const determinant =
          a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]);
        expect(Math.abs(Math.log(Math.abs(determinant)) - told[i])).toBeLessThan(5e-3);
        return Math.abs(told[i]);
      });
      expect(Math.max(...changed)).toBeGreaterThan(0.3);
    });
  });

  it.each([2, 5])('tells that of the Jacobian by automatic differentiation, in %d dimensions', (dim) => {
    tf.tidy(() => {
      const flow = affineCouplings({ ...base, dim });
      const w = randomWeights(flow.weights);
      const context = normals(6, 2, 3);
      const theta = normals(6, dim, 4);
      const told = flow.forward(w, theta, context).logDet.dataSync();
      const columns = Array.from({ length: dim }, (_, i) =>
        tf.grad((at) => tf.sum(tf.slice(flow.forward(w, at as tf.Tensor2D, context).z, [0, i], [-1, 1])))(theta),
      ).map((each) => each.arraySync() as number[][]);
      // float32 gradients of four layers: relative errors of about 1e-6 in each entry
      told.forEach((value, row) => {
        const jacobian = columns.map((column) => column[row]);
        expect(Math.abs(Math.log(Math.abs(determinant(jacobian))) - value)).toBeLessThan(1e-4);
      });
    });
  });

  it('changes every dimension, each given the others, and follows the context', () => {
    tf.tidy(() => {
      const flow = affineCouplings(base);
      const w = randomWeights(flow.weights);
      const theta = normals(4, 3, 2);
      const context = normals(1, 2, 3);
      const z = flow.forward(w, theta, context).z;
      const difference = (other: tf.Tensor2D): number[] => z.sub(other).abs().min(0).arraySync() as number[];
      for (let k = 0; k < 3; k++) {
        const moved = tf.add(theta, tf.oneHot(tf.tensor1d([k], 'int32'), 3)) as tf.Tensor2D;
        difference(flow.forward(w, moved, context).z).forEach((value) => expect(value).toBeGreaterThan(1e-4));
      }
      difference(flow.forward(w, theta, tf.add(context, 1) as tf.Tensor2D).z).forEach((value) =>
        expect(value).toBeGreaterThan(1e-4),
      );
    });
  });

  it('keeps its scale within bounds, whatever its weights', () => {
    tf.tidy(() => {
      const flow = affineCouplings(base);
      const huge = randomWeights(flow.weights).map((w) => tf.mul(1e3, w));
      const { z, logDet } = flow.forward(huge, normals(50, 3), normals(50, 2));
      expect(z.dataSync().every(Number.isFinite)).toBe(true);
      // 4 for each of the 2 dimensions in two layers and of the 1 in two others
      expect(Math.max(...logDet.abs().dataSync())).toBeLessThanOrEqual(4 * 6 + 1e-4);
    });
  });
});
