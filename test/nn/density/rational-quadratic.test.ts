import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { splineForward, splineInverse, splineParameters } from '../../../lib/nn/density/rational-quadratic';
import { expectClose, normals } from '../support';

const size = { bins: 6, tail: 3 };
const parameters = splineParameters(size);
const count = 200;
/** From below the spline to beyond it. */
const x = tf.linspace(-4, 4, count);
const raw = normals(parameters, count, 7);
const oneCurve = tf.tile(normals(parameters, 1, 8), [1, count]) as tf.Tensor2D;

/** z [N] and log slopes [N]. */
const both = (at: tf.Tensor1D, of: tf.Tensor2D): [tf.Tensor1D, tf.Tensor1D] =>
  tf.unstack(splineForward(at, of, size)) as [tf.Tensor1D, tf.Tensor1D];

describe('a rational-quadratic spline', () => {
  it('is undone by its inverse, both ways', () => {
    tf.tidy(() => {
      expectClose(splineInverse(both(x, raw)[0], raw, size), x, 1e-4);
      expectClose(both(splineInverse(x, raw, size), raw)[0], x, 1e-4);
    });
  });

  it('rises, goes through its corners and is the identity beyond', () => {
    tf.tidy(() => {
      const [z, logSlope] = both(x, oneCurve).map((each) => Array.from(each.dataSync()));
      z.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(z[i]));
      Array.from(x.dataSync()).forEach((value, i) => {
        if (Math.abs(value) < 3) return;
        expect(Math.abs(z[i] - value)).toBeLessThan(1e-6);
        // a bin may be 6e-3 wide, in which float32 knows places to 4e-5 of it
        expect(Math.abs(logSlope[i])).toBeLessThan(2e-4);
      });
      const corners = both(tf.tensor1d([-3, 3]), tf.slice(oneCurve, [0, 0], [-1, 2]))[0];
      expectClose(corners, tf.tensor1d([-3, 3]), 1e-5);
      expect(Math.max(...z.map((value, i) => Math.abs(value - x.dataSync()[i])))).toBeGreaterThan(0.3);
    });
  });

  it('tells the logarithm of its slope, by differences', () => {
    tf.tidy(() => {
      const step = 1e-3;
      const told = both(x, raw)[1].dataSync();
      const [up, down] = [step, -step].map((move) => both(tf.add(x, move), raw)[0]);
      const slopes = tf.div(tf.sub(up, down), 2 * step).dataSync();
      // float32 leaves 3e-7 / 1e-3 of a slope, and a knot between the two points more
      const errors = Array.from(told, (value, i) => Math.abs(Math.exp(value) - slopes[i]) / slopes[i]);
      expect(errors.sort((a, b) => a - b)[Math.floor(0.95 * count)]).toBeLessThan(5e-3);
    });
  });

  it('has the gradient that its differences have, in x and in every parameter', () => {
    tf.tidy(() => {
      const weight = normals(2, count, 9);
      const loss = (at: tf.Tensor, of: tf.Tensor): tf.Tensor1D =>
        tf.sum(tf.mul(splineForward(at as tf.Tensor1D, of as tf.Tensor2D, size), weight), 0);
      const [byX, byRaw] = tf.grads((at, of) => tf.sum(loss(at, of)))([x, raw]);
      const step = 2e-3;
      const checked = (told: tf.Tensor, up: tf.Tensor, down: tf.Tensor): void => {
        const expected = tf.div(tf.sub(up, down), 2 * step).dataSync();
        const off = Array.from(told.dataSync(), (value, i) => Math.abs(value - expected[i]) / (1 + Math.abs(value)));
        // knots between the two points make a few differences wrong
        expect(off.sort((a, b) => a - b)[Math.floor(0.9 * count)]).toBeLessThan(1e-2);
      };
      checked(byX, loss(tf.add(x, step), raw), loss(tf.sub(x, step), raw));
      for (let k = 0; k < parameters; k++) {
        const moved = tf.mul(step, tf.transpose(tf.oneHot(tf.fill([count], k, 'int32'), parameters)));
        checked(tf.slice(byRaw, [k, 0], [1, -1]), loss(x, tf.add(raw, moved)), loss(x, tf.sub(raw, moved)));
      }
    });
  });

  it('stays finite for parameters however large', () => {
    tf.tidy(() => {
      const huge = tf.mul(100, raw) as tf.Tensor2D;
      const [z, logSlope] = both(x, huge);
      const gradient = tf.grad((of) => tf.sum(splineForward(x, of as tf.Tensor2D, size)))(huge);
      for (const each of [z, logSlope, gradient, splineInverse(x, huge, size)])
        expect(each.dataSync().every(Number.isFinite)).toBe(true);
    });
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    tf.dispose(tf.tidy(() => [splineForward(x, raw, size), splineInverse(x, raw, size)]));
    expect(tf.memory().numTensors).toBe(before);
  });
});
