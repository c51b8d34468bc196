import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { linearMean, linearStart } from '../../../lib/nn/density/linear-residual';

it('gives a linear relation back where there are more conditions than targets, and where there are as many', () => {
  for (const slope of [
    [
      [1, -2],
      [0.5, 0],
      [3, 1],
    ],
    [
      [1, -2],
      [0.5, 4],
    ],
  ]) {
    const conditions = tf.randomNormal([200, slope.length], 0, 1, 'float32', 1) as tf.Tensor2D;
    const targets = tf.add(tf.matMul(conditions, tf.tensor2d(slope)), [0.3, -1]) as tf.Tensor2D;
    const start = linearStart(targets, conditions);
    expect([start.slope.length, start.slope[0].length]).toEqual([slope.length, 2]);
    const worst = tf.max(tf.abs(tf.sub(linearMean(start, conditions), targets))).dataSync()[0];
    expect(worst).toBeLessThan(1e-4);
  }
});
