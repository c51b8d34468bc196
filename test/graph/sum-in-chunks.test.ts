import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { sumInChunks } from '../../lib/graph/sum-in-chunks';

it.each([
  { n: 10, size: 4, calls: [4, 2] },
  { n: 8, size: 4, calls: [4] },
  { n: 3, size: 3, calls: [3] },
  { n: 5, size: 3, calls: [3, 2] },
  { n: 3, size: 1, calls: [1] },
])('a sum over $n numbers, $size at a time, is whole, in a recording and out of one', ({ n, size, calls }) => {
  const sizes = new Set<number>();
  const program = compile((scale: tf.Scalar) =>
    sumInChunks(n, size, tf.zeros([]), (index) => {
      sizes.add(index.shape[0]);
      return tf.mul(scale, tf.sum(tf.square(tf.cast(index, 'float32'))));
    }),
  );
  const expected = Array.from({ length: n }, (_, i) => 2 * i * i).reduce((a, b) => a + b);
  tf.tidy(() => {
    expect(program(tf.scalar(2)).dataSync()[0]).toBe(expected);
    expect([...sizes]).toEqual(calls);
    const eager = sumInChunks(n, size, tf.zeros([]), (index) =>
      tf.mul(2, tf.sum(tf.square(tf.cast(index, 'float32')))),
    );
    expect(eager.dataSync()[0]).toBe(expected);
  });
  program.dispose();
});
