import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { dense } from '../../lib/graph/dense';
import { loop } from '../../lib/graph/loop';
import { foldKey, randomInteger, randomKey, randomNormal, randomUniform, splitKey, type Key } from '../../lib/graph/random';

const draws = (key: Key): tf.Tensor => {
  const [a, b] = splitKey(key, 2);
  return loop(3, tf.zeros([4]), (i, sum) => tf.add(sum, tf.add(randomNormal(foldKey(a, i), [4]), randomUniform(foldKey(b, i), [4]))));
};

test('a keyed draw is the same eagerly and compiled', () => {
  const key = randomKey(7);
  expect(compile(draws)(key).dataSync()).toEqual(draws(key).dataSync());
});

test('folded keys give uncorrelated normal draws of mean 0 and variance 1', () => {
  const n = 20_000;
  const x = tf.stack(Array.from({ length: 50 }, (_, i) => randomNormal(foldKey(randomKey(3), i), [n / 50]))).flatten();
  const { mean, variance } = tf.moments(x);
  expect(Math.abs(mean.dataSync()[0])).toBeLessThan(4 / Math.sqrt(n));
  expect(Math.abs(variance.dataSync()[0] - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
});

test('whole numbers stay in their range and reach its ends', () => {
  const values = randomInteger(randomKey(1), [1000], 2, 5).dataSync();
  expect(new Set(values)).toEqual(new Set([2, 3, 4]));
});

test.each(['linear', 'relu', 'elu', 'tanh', 'silu'] as const)('a dense %s layer has the value and gradients of its tfjs expression', (activation) => {
  const [x, w, b] = [tf.randomNormal([5, 3]), tf.randomNormal([3, 4]), tf.randomNormal([4])] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
  const f = { linear: (v: tf.Tensor) => v, relu: tf.relu, elu: tf.elu, tanh: tf.tanh, silu: (v: tf.Tensor) => tf.mul(v, tf.sigmoid(v)) }[activation];
  const plain = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.square(f(tf.add(tf.matMul(x, w), b))));
  const ours = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.square(dense(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, activation)));
  const expected = tf.grads(plain)([x, w, b]);
  for (const grads of [tf.grads(ours)([x, w, b]), compile((...args: tf.Tensor[]) => tf.grads(ours)(args))(x, w, b)]) {
    grads.forEach((grad, i) => {
      const [got, want] = [grad.dataSync(), expected[i].dataSync()];
      got.forEach((value, k) => expect(value).toBeCloseTo(want[k], 4));
    });
  }
});
