import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { loop } from '../../lib/graph/loop';
test('smoke', () => {
  const f = compile((x: tf.Tensor, y: tf.Tensor) => ({ a: tf.mul(x, y), b: [tf.sum(tf.tanh(x))] }));
  const r = f(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]));
  expect(Array.from(r.a.dataSync())).toEqual([3, 8]);
  const w = tf.tensor1d([2, 3]);
  const g = compile((x: tf.Tensor) => loop(5, { x }, (i, c) => ({ x: loop(2, c.x, (_j, z) => tf.add(z, tf.mul(tf.cast(i, 'float32'), w))) })));
  expect(Array.from(g(tf.tensor1d([0, 0])).x.dataSync())).toEqual([40, 60]);
  const h = compile((x: tf.Tensor) => tf.grad((z: tf.Tensor) => tf.sum(tf.square(tf.sigmoid(z))))(x));
  const x = tf.tensor1d([0.5, -1]);
  expect(h(x).dataSync()).toEqual(tf.grad((z: tf.Tensor) => tf.sum(tf.square(tf.sigmoid(z))))(x).dataSync());
});
