import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { batches, split, splitNumbers, splitOfParts } from '../../lib/training/batches';

describe('split', () => {
  it('puts each row into one part, rows of all tables together', () => {
    const before = tf.memory().numTensors;
    const a = tf.tensor2d(Array.from({ length: 20 }, (_, i) => [i]));
    const b = tf.mul(a, -1) as tf.Tensor2D;
    const { training, validation } = split([a, b], splitNumbers(20, 6, rng(1)));
    expect(training.concat(validation).map(({ shape }) => shape)).toEqual([
      [14, 1],
      [14, 1],
      [6, 1],
      [6, 1],
    ]);
    const numbers = [...training[0].dataSync(), ...validation[0].dataSync()];
    expect([...numbers].sort((p, q) => p - q)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect([...training[1].dataSync(), ...validation[1].dataSync()]).toEqual(numbers.map((value) => -value));
    expect(numbers).not.toEqual(Array.from({ length: 20 }, (_, i) => i));
    tf.dispose([a, b, training, validation]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('splitOfParts', () => {
  it('holds out the same rows of the parts so far when others are added', () => {
    const sizes = [7, 1, 30, 12];
    const splits = sizes.map((_, k) => splitOfParts(sizes.slice(0, k + 1), 0.1));
    for (const [k, { training, validation }] of splits.entries()) {
      const rows = sizes.slice(0, k + 1).reduce((sum, size) => sum + size, 0);
      expect(validation.length).toBe(Math.max(1, Math.round(0.1 * rows)));
      expect([...training, ...validation].sort((p, q) => p - q)).toEqual(Array.from({ length: rows }, (_, i) => i));
      if (k === 0) continue;
      const before = splits[k - 1].validation;
      expect(validation.slice(0, before.length)).toEqual(before);
    }
  });
});

describe('batches', () => {
  it('has every row at most once an epoch, in an order of each epoch', () => {
    const order = batches(10, 3, 4, rng(1));
    expect(order.shape).toEqual([12, 3]);
    const epochs = Array.from({ length: 4 }, (_, k) => Array.from(order.dataSync()).slice(9 * k, 9 * k + 9));
    for (const epoch of epochs) {
      expect(new Set(epoch).size).toBe(9);
      expect(epoch.every((row) => row >= 0 && row < 10)).toBe(true);
    }
    expect(new Set(epochs.map(String)).size).toBe(4);
    order.dispose();
  });
});
