import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { initialWeights } from '../../lib/nn/network';
import { residualMlp } from '../../lib/nn/residual-mlp';
import { expectClose, normals, randomWeights } from './support';

describe('residualMlp', () => {
  const options = { name: 'm', inputs: 3, outputs: 2, width: 8, hidden: 3, activation: 'tanh' as const };

  it('has its equations: h1 = f(x W1 + b1), hk = h + f(h Wk + bk), y = h W + b', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const network = residualMlp(options);
      const w = randomWeights(network.weights);
      const x = normals(5, 3);
      const layer = (h: tf.Tensor, k: number): tf.Tensor =>
        tf.add(tf.matMul(h as tf.Tensor2D, w[2 * k] as tf.Tensor2D), w[2 * k + 1]);
      let h = tf.tanh(layer(x, 0));
      for (const k of [1, 2]) h = tf.add(h, tf.tanh(layer(h, k)));
      expectClose(network.apply(w, x), layer(h, 3), 1e-6);
      expect(network.weights.map(({ shape }) => shape)).toEqual([[3, 8], [8], [8, 8], [8], [8, 8], [8], [8, 2], [2]]);
      expect(new Set(network.weights.map(({ name }) => name)).size).toBe(8);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('starts as the zero function where asked to, and not otherwise', () => {
    tf.tidy(() => {
      for (const zeroLast of [true, false]) {
        const network = residualMlp({ ...options, zeroLast });
        const largest = network
          .apply(initialWeights(network.weights, rng(1)), normals(5, 3))
          .abs()
          .max()
          .dataSync()[0];
        expect(largest === 0).toBe(zeroLast);
      }
    });
  });

  it('works with a single hidden layer', () => {
    tf.tidy(() => {
      const network = residualMlp({ ...options, hidden: 1 });
      expect(network.apply(initialWeights(network.weights, rng(1)), normals(4, 3)).shape).toEqual([4, 2]);
    });
  });
});
