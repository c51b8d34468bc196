import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import '../../lib/distributions/flat-gradients';
import { describe, expect, it } from 'vitest';

describe('flat gradients', () => {
  it('lets a density be cut off by comparisons and still be differentiated', () => {
    tf.tidy(() => {
      const density = (x: tf.Tensor): tf.Tensor => {
        const inside = tf.logicalAnd(x.greater(0), tf.logicalNot(x.less(0))).all(1);
        return tf.where(inside, x.square().sum(1), tf.zeros([x.shape[0]])).sum();
      };
      expect(
        tf
          .grad(density)(
            tf.tensor2d([
              [1, 2],
              [-1, 3],
            ]),
          )
          .arraySync(),
      ).toEqual([
        [2, 4],
        [0, 0],
      ]);
    });
  });

  it('gives zero through comparisons that broadcast', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((x: tf.Tensor) => x.mul(x.greaterEqual(tf.tensor1d([0, 1])).cast('float32')).sum())(
          tf.tensor2d([[1, 0.5]]),
        )
        .arraySync(),
    );
    expect(gradient).toEqual([[1, 0]]);
  });
});
