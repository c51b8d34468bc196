import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { activate, dense, product } from '../../lib/graph/dense';
import { expectSame, floats, held } from './support';

type T = tf.Tensor;
const activations = ['linear', 'relu', 'elu', 'tanh', 'silu'] as const;
const plainly = {
  linear: (v: T) => v,
  relu: tf.relu,
  elu: tf.elu,
  tanh: tf.tanh,
  silu: (v: T) => tf.mul(v, tf.sigmoid(v)),
};
const args = (): [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D] => [floats([5, 3]), floats([3, 4]), floats([4])];
/** Sums of at most 5 float32 products of size about 4, in any order. */
const tolerance = 2e-6;

describe.each(activations)('a dense %s layer', (activation) => {
  const f = plainly[activation];
  const ours = (x: T, w: T, b: T): T => dense(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, activation);
  const expected = (x: T, w: T, b: T): T => f(tf.add(tf.matMul(x, w), b));

  test('has the value of its tfjs expression', () => {
    for (const run of [ours, compile(ours)]) expectSame(run(...args()), expected(...args()), tolerance);
  });

  test('has the gradients of its tfjs expression', () => {
    const weights = floats([5, 4], -1, 1, 9);
    const gradients =
      (layer: typeof ours) =>
      (...tensors: T[]): T[] =>
        tf.grads((x: T, w: T, b: T) => tf.sum(tf.mul(layer(x, w, b), weights)))(tensors);
    for (const run of [gradients(ours), compile(gradients(ours))])
      expectSame(run(...args()), gradients(expected)(...args()), tolerance);
  });

  test('has an activation that works alone, on any rank', () => {
    const x = floats([2, 3, 4]);
    const slope =
      (fn: (v: T) => T) =>
      (v: T): T =>
        tf.grad((u: T) => tf.sum(tf.mul(fn(u), u)))(v);
    expectSame(activate(x, activation), f(x), tolerance);
    expectSame(compile((v: T) => activate(v, activation))(x), f(x), tolerance);
    expectSame(compile(slope((v) => activate(v, activation)))(x), slope(f)(x), tolerance);
  });
});

test.each(activations)('a %s layer and activation leave their results only, which the caller owns', (activation) => {
  const [x, w, b] = args();
  const before = held();
  tf.dispose([dense(x, w, b, activation), activate(x, activation)]);
  expect(held()).toEqual(before);
  expect(x.isDisposed).toBe(false);
});

test('a product has the value and gradients of tf.matMul', () => {
  const [a, b] = args();
  const weights = floats([5, 4], -1, 1, 9);
  const gradients =
    (times: typeof product) =>
    (...tensors: T[]): T[] =>
      tf.grads((u: T, v: T) => tf.sum(tf.mul(times(u as tf.Tensor2D, v as tf.Tensor2D), weights)))(tensors);
  expectSame(product(a, b), tf.matMul(a, b), tolerance);
  for (const run of [gradients(product), compile(gradients(product))]) {
    expectSame(run(a, b), gradients((u, v) => tf.matMul(u, v))(a, b), tolerance);
  }
});

test('the activation is linear by default', () => {
  const [x, w, b] = args();
  expectSame(dense(x, w, b), dense(x, w, b, 'linear'));
});

test('a network of dense layers learns inside a compiled function as outside', () => {
  const [x, w, b] = args();
  const train = (w1: T, w2: T): T[] => {
    const loss = (a: T, c: T): T =>
      tf.mean(tf.square(dense(dense(x, a as tf.Tensor2D, b, 'silu'), c as tf.Tensor2D, tf.zeros([1]), 'tanh')));
    return [w1, w2].map((each, i) => tf.sub(each, tf.mul(0.1, tf.grads(loss)([w1, w2])[i])));
  };
  const start: T[] = [w, floats([4, 1])];
  const compiled = compile(train);
  let [eager, graph] = [start, start];
  for (let step = 0; step < 5; step++) [eager, graph] = [train(eager[0], eager[1]), compiled(graph[0], graph[1])];
  expectSame(graph, eager, tolerance);
  expect(graph[0].dataSync()).not.toEqual(start[0].dataSync());
});
