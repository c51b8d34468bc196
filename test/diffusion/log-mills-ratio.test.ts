import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { logMillsRatio } from '../../lib/diffusion/log-mills-ratio';
import { millsRatio } from '../../lib/maths/mills-ratio';

describe('logMillsRatio', () => {
  it('is the logarithm of the Mills ratio to float32, at zero and far out', () => {
    const points = [0, 1e-6, 0.1, 0.5, 1, 2, 3, 5, 10, 100, 1e4, 1e8];
    tf.tidy(() => {
      const received = logMillsRatio(tf.tensor1d(points)).dataSync();
      points.forEach((x, i) => {
        const expected = Math.log(millsRatio(Math.fround(x)));
        expect(Math.abs(received[i] - expected)).toBeLessThan(3e-7 * (1 + Math.abs(expected)));
      });
    });
  });
});
