import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { timeEmbedding } from '../../../lib/nn/embedding/time-embedding';

const levels = vpLevels();

describe('timeEmbedding', () => {
  it('is sines of zero and cosines of one at t = 0', () => {
    expect(tf.tidy(() => timeEmbedding(tf.tensor2d([[0]]), 6).arraySync())).toEqual([[0, 0, 0, 1, 1, 1]]);
  });

  it('tells every two of the 400 levels apart, and has one length at all times', () => {
    tf.tidy(() => {
      const embedding = timeEmbedding(levels.at(tf.range(0, 401, 1, 'int32')).t, 64);
      expect(embedding.shape).toEqual([401, 64]);
      const products = tf.matMul(embedding, embedding, false, true).arraySync() as number[][];
      products.forEach((row, i) => {
        expect(row[i]).toBeCloseTo(32, 3);
        // |e_i - e_j|^2 = 2 (32 - <e_i, e_j>)
        expect(Math.max(...row.filter((_, j) => i !== j))).toBeLessThan(31.9);
      });
    });
  });

  it('works at its shortest', () => {
    expect(tf.tidy(() => timeEmbedding(tf.tensor2d([[0.25]]), 2).arraySync())[0].every(Number.isFinite)).toBe(true);
  });
});
