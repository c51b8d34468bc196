import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomKey, randomNormal } from '../../lib/graph/random';
import { validationLoss } from '../../lib/training/validation';

const withNoise = validationLoss(
  ([w], [rows], key) => tf.mean(tf.square(tf.add(tf.mul(w, rows), randomNormal(key, [rows.shape[0], 1])))) as tf.Scalar,
);

describe('validationLoss', () => {
  it('is the same at every call with one key, so that it tells weights apart by themselves', () => {
    const before = tf.memory().numTensors;
    const [rows, key, other] = [tf.ones([100, 1]) as tf.Tensor2D, randomKey(1), randomKey(2)];
    const [one, two] = [tf.scalar(1), tf.scalar(2)];
    expect(withNoise([one], [rows], key)).toBe(withNoise([one], [rows], key));
    expect(withNoise([one], [rows], other)).not.toBe(withNoise([one], [rows], key));
    // mean (w + e)^2 = w^2 + 1; 100 rows are looked at 16 times
    expect(Math.abs(withNoise([two], [rows], key) - 5)).toBeLessThan(4 * Math.sqrt((4 * 4 + 2) / 1600));
    tf.dispose([rows, key, other, one, two]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([1, 5000, 8192, 10_000, 20_000])('looks at all of %i rows', (count) => {
    const mean = validationLoss((_, [rows]) => tf.mean(rows) as tf.Scalar);
    tf.tidy(() => {
      // a chunk left out would miss its share of the rows' numbers; at most one row of 20,000 is
      const rows = tf.linspace(0, 1, count).reshape([count, 1]) as tf.Tensor2D;
      expect(mean([], [rows], randomKey(1))).toBeCloseTo(count === 1 ? 0 : 0.5, 3);
    });
    mean.dispose();
  });
});
