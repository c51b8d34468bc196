import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { adamStart, adamStep } from '../../lib/training/adam';

const source = rng(1);
const start = Array.from({ length: 6 }, () => source.normal());
/** Gradients from 1e-6 to 1e3, the same for all that are compared. */
const gradients = Array.from({ length: 50 }, () => start.map((_, i) => source.normal(0, 10 ** (2 * i - 6))));
const rate = 0.01;

/** Kingma and Ba, algorithm 1, in float64. */
function reference(): number[] {
  const [w, m, v] = [[...start], start.map(() => 0), start.map(() => 0)];
  gradients.forEach((g, k) =>
    g.forEach((value, i) => {
      m[i] = 0.9 * m[i] + 0.1 * value;
      v[i] = 0.999 * v[i] + 0.001 * value ** 2;
      w[i] -= (rate * (m[i] / (1 - 0.9 ** (k + 1)))) / (Math.sqrt(v[i] / (1 - 0.999 ** (k + 1))) + 1e-8);
    }),
  );
  return w;
}

describe('adamStep', () => {
  it('is Adam: as in float64, and as tfjs has it', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      let weights = tf.tensor1d(start);
      let state = adamStart(weights);
      const variable = tf.variable(tf.tensor1d(start));
      const optimizer = tf.train.adam(rate, 0.9, 0.999, 1e-8);
      gradients.forEach((g, k) => {
        ({ weights, state } = adamStep(weights, tf.tensor1d(g), state, tf.scalar(k + 1), tf.scalar(rate)));
        optimizer.applyGradients([{ name: variable.name, tensor: tf.tensor1d(g) }]);
      });
      const received = weights.dataSync();
      // float32 steps of about .01 each: 50 roundings of 6e-8 of numbers near 1
      reference().forEach((value, i) => expect(Math.abs(received[i] - value)).toBeLessThan(1e-5));
      variable.dataSync().forEach((value, i) => expect(Math.abs(received[i] - value)).toBeLessThan(1e-5));
      variable.dispose();
      optimizer.dispose();
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('makes a first step of the learning rate, whatever the size of the gradient', () => {
    tf.tidy(() => {
      const weights = tf.tensor1d([0, 0, 0]);
      const { weights: next } = adamStep(
        weights,
        tf.tensor1d([1e-4, -1, 1e4]),
        adamStart(weights),
        tf.scalar(1),
        tf.scalar(0.5),
      );
      [-0.5, 0.5, -0.5].forEach((value, i) => expect(next.dataSync()[i]).toBeCloseTo(value, 3));
    });
  });
});
