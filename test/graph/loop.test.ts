import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { loop, whileLoop } from '../../lib/graph/loop';
import { flatten, type Tensors } from '../../lib/graph/tensors';
import { expectSame, floats, held, integers, plain } from './support';

type T = tf.Tensor;
const float = (x: T): T => tf.cast(x, 'float32');
const int = (n: number): tf.Scalar => tf.scalar(n, 'int32');
const w = floats([3], 0.5, 1.5, 5);

/** Functions with loops, and arguments for them. */
const loops: Record<string, { fn: (...args: never[]) => Tensors; args: () => Tensors[]; value?: number[] }> = {
  'a number of rounds': {
    fn: (x: T) => loop(5, x, (i, v) => tf.add(v, float(i))),
    args: () => [tf.scalar(1)],
    value: [11],
  },
  'a number of rounds that is an argument': {
    fn: (n: tf.Scalar, x: T) => loop(n, x, (_i, v) => tf.mul(v, 2)),
    args: () => [int(6), tf.scalar(1)],
    value: [64],
  },
  'a number of rounds that is computed': {
    fn: (x: T) => loop(tf.sum(tf.cast(tf.greater(x, 0), 'int32')) as tf.Scalar, x, (_i, v) => tf.mul(v, 2)),
    args: () => [tf.tensor1d([1, -1, 3])],
    value: [4, -4, 12],
  },
  'no rounds': {
    fn: (x: T) => loop(0, { x, y: [tf.exp(x)] }, (i, c) => ({ x: tf.add(c.x, float(i)), y: [c.x] })),
    args: () => [floats([3])],
  },
  'no rounds by an argument': {
    fn: (n: tf.Scalar, x: T) => loop(n, x, (_i, v) => tf.mul(v, 2)),
    args: () => [int(0), tf.scalar(3)],
    value: [3],
  },
  'a negative number of rounds by an argument': {
    fn: (n: tf.Scalar, x: T) => loop(n, x, (_i, v) => tf.mul(v, 2)),
    args: () => [int(-2), tf.scalar(3)],
    value: [3],
  },
  'a condition on the data': {
    fn: (x: T) =>
      whileLoop(
        ({ v }) => tf.less(tf.sum(v), 100),
        ({ v, n }) => ({ v: tf.mul(v, 3), n: tf.add(n, int(1)) }),
        { v: x, n: int(0) as T },
      ),
    args: () => [tf.tensor1d([1, 2])],
    value: [4, 81, 162],
  },
  'a condition that is part of the carry': {
    fn: (x: T) =>
      whileLoop(
        ({ go }) => go,
        ({ v }) => ({ v: tf.add(v, 1), go: tf.less(v, 4) }),
        { v: x, go: tf.tensor(true) as T },
      ),
    args: () => [tf.scalar(0)],
    value: [0, 5],
  },
  'a condition that never holds': {
    fn: (x: T) =>
      whileLoop(
        () => tf.tensor(false),
        (v) => tf.mul(v, 2),
        x,
      ),
    args: () => [tf.scalar(3)],
    value: [3],
  },
  'a condition on an argument only': {
    fn: (x: T, limit: T) =>
      whileLoop(
        (v) => tf.less(v, limit),
        (v) => tf.add(v, 1),
        x,
      ),
    args: () => [tf.scalar(0), tf.scalar(2.5)],
    value: [3],
  },
  'entries that change places': {
    fn: (a: T, b: T) => loop(3, [a, b], (_i, [p, q]) => [q, p]),
    args: () => [tf.scalar(1), tf.scalar(2)],
    value: [2, 1],
  },
  'an entry passed through': {
    fn: (a: T, b: T) => loop(3, { a, b }, (_i, c) => ({ a: tf.add(c.a, c.b), b: c.b })),
    args: () => [tf.scalar(1), tf.scalar(2)],
    value: [7, 2],
  },
  'the same tensor in two entries': {
    fn: (a: T) => loop(2, [a, a], (i, [p, q]) => [tf.add(p, float(i)), tf.mul(q, 2)]),
    args: () => [tf.scalar(3)],
    value: [4, 12],
  },
  'a body that gives the same tensor twice': {
    fn: (a: T, b: T) =>
      loop(2, [a, b], (_i, [p, q]) => {
        const s = tf.add(p, q);
        return [s, s];
      }),
    args: () => [tf.scalar(1), tf.scalar(2)],
    value: [6, 6],
  },
  'keys in another order': {
    fn: (a: T, b: T) => loop(1, { a, b }, (_i, c) => ({ b: tf.neg(c.b), a: c.a })),
    args: () => [tf.scalar(1), tf.scalar(2)],
    value: [1, -2],
  },
  'a body that gives a constant': {
    fn: (x: T) => loop(3, x, () => tf.ones([3])),
    args: () => [floats([3])],
    value: [1, 1, 1],
  },
  'a body that gives a tensor from outside': {
    fn: (x: T, y: T) => loop(3, x, () => y),
    args: () => [floats([3]), tf.tensor1d([7, 8, 9])],
    value: [7, 8, 9],
  },
  'a body that gives work on outside tensors only': {
    fn: (x: T, y: T) => loop(3, x, () => tf.square(y)),
    args: () => [floats([2]), tf.tensor1d([2, 3])],
    value: [4, 9],
  },
  'a body that gives the round only': {
    fn: (x: T) => loop(4, tf.cast(x, 'int32'), (i) => i as T),
    args: () => [tf.scalar(9)],
    value: [3],
  },
  'a body with a constant and a moving part': {
    fn: (x: T) => loop(4, [x, x], (_i, [v]) => [tf.add(v, 1), tf.zeros([])]),
    args: () => [tf.scalar(9)],
    value: [13, 0],
  },
  'constants as the first carry': {
    fn: (x: T) => loop(4, tf.zeros([2]), (_i, v) => tf.add(v, x)),
    args: () => [tf.tensor1d([1, 2])],
    value: [4, 8],
  },
  'a loop without traced tensors': {
    fn: (x: T) =>
      tf.add(
        x,
        loop(4, tf.zeros([2]), (i, v) => tf.add(v, float(i))),
      ),
    args: () => [tf.tensor1d([1, 2])],
    value: [7, 8],
  },
  'nested loops': {
    fn: (x: T) => loop(4, x, (i, v) => loop(i, v, (j, u) => tf.add(u, tf.mul(float(i), float(j))))),
    args: () => [tf.scalar(0)],
    value: [1 * 0 + 2 * 1 + 3 * (1 + 2)],
  },
  'loops three deep with tensors from each level': {
    fn: (x: T, y: T) =>
      loop(2, x, (i, a) => {
        const fromFirst = tf.mul(a, 0.5);
        return loop(2, tf.add(a, w), (j, b) => {
          const fromSecond = tf.add(b, fromFirst);
          return loop(2, b, (k, c) =>
            tf.sub(tf.mul(tf.add(c, fromSecond), tf.mul(w, y)), tf.add(fromFirst, float(tf.add(i, tf.add(j, k))))),
          );
        });
      }),
    args: () => [floats([3]), floats([3], 0.1, 0.6)],
  },
  'an inner loop of constants only': {
    fn: (x: T) =>
      loop(3, x, (_i, v) =>
        tf.add(
          v,
          loop(4, tf.zeros([]), (j, u) => tf.add(u, float(j))),
        ),
      ),
    args: () => [tf.scalar(1)],
    value: [19],
  },
  'an inner loop of constants that is the carry': {
    fn: (x: T) => loop(3, x, () => loop(4, tf.zeros([]), (j, u) => tf.add(u, float(j)))),
    args: () => [tf.scalar(1)],
    value: [6],
  },
  'an inner loop on outside tensors only': {
    fn: (x: T, y: T) => loop(3, x, () => loop(2, y, (_j, u) => tf.mul(u, u))),
    args: () => [tf.scalar(1), tf.scalar(3)],
    value: [81],
  },
  'an inner loop of no rounds': {
    fn: (x: T) =>
      loop(3, x, (_i, v) =>
        tf.add(
          loop(0, v, (_j, u) => tf.mul(u, 9)),
          1,
        ),
      ),
    args: () => [tf.scalar(1)],
    value: [4],
  },
  'an inner loop with a condition on the data': {
    fn: (x: T) =>
      loop(3, x, (i, v) =>
        whileLoop(
          (u) => tf.less(u, tf.mul(10, tf.add(float(i), 1))),
          (u) => tf.mul(u, 2),
          v,
        ),
      ),
    args: () => [tf.scalar(1)],
    value: [32],
  },
  'a loop in the condition': {
    fn: (x: T) =>
      whileLoop(
        (v) =>
          tf.less(
            loop(2, v, (_i, u) => tf.mul(u, 2)),
            100,
          ),
        (v) => tf.add(v, 1),
        x,
      ),
    args: () => [tf.scalar(20)],
    value: [25],
  },
  'two loops, one after the other': {
    fn: (x: T) =>
      loop(
        2,
        loop(3, x, (_i, v) => tf.add(v, 1)),
        (_i, v) => tf.mul(v, v),
      ),
    args: () => [tf.scalar(0)],
    value: [81],
  },
  'reshape and gather inside': {
    fn: (x: T, rows: tf.Tensor1D) =>
      loop(3, { x, total: tf.zeros([2]) }, (i, c) => ({
        x: c.x.reshape([2, 4]).reshape([4, 2]),
        total: tf.add(c.total, tf.gather(c.x, tf.gather(rows, i.reshape([1]))).reshape([2])),
      })),
    args: () => [floats([4, 2]), integers([3], 0, 4)],
  },
  'carried whole numbers and truth values': {
    fn: (x: T) =>
      loop(5, { n: int(1) as T, even: tf.tensor(true) as T, x }, (_i, c) => ({
        n: tf.mul(c.n, int(3)),
        even: tf.logicalNot(c.even),
        x: tf.where(c.even, tf.neg(c.x), c.x),
      })),
    args: () => [tf.scalar(2)],
    value: [0, 243, -2],
  },
  'an empty carried tensor': {
    fn: (x: T) => loop(2, x, (_i, v) => tf.add(v, 1)),
    args: () => [floats([0, 2])],
    value: [],
  },
  'a gradient in the body': {
    fn: (x: T) =>
      loop(10, x, (_i, v) =>
        tf.sub(v, tf.mul(0.1, tf.grad((u: T) => tf.sum(tf.square(tf.sub(tf.sigmoid(u), 0.7))))(v))),
      ),
    args: () => [floats([3])],
  },
  'a gradient in the body of an inner loop, by what the outer carries': {
    fn: (x: T, y: T) =>
      loop(3, x, (_i, v) =>
        loop(2, v, (_j, u) =>
          tf.sub(u, tf.mul(0.1, tf.grads((a: T, b: T) => tf.sum(tf.mul(tf.tanh(a), tf.add(b, y))))([u, v])[0])),
        ),
      ),
    args: () => [floats([3]), floats([3], 1, 2)],
  },
};

describe.each(Object.entries(loops))('%s', (_name, { fn, args, value }) => {
  const run = fn as (...tensors: Tensors[]) => Tensors;

  test('is the same compiled as eagerly', () => {
    const compiled = compile(run);
    const inputs = args();
    const expected = run(...inputs);
    expectSame(compiled(...inputs), expected, 1e-6);
    expectSame(compiled(...inputs), expected, 1e-6);
    if (value) expect(plain(expected).flatMap(({ values }) => values)).toEqual(value);
    compiled.dispose();
  });

  test('leaves nothing behind when it runs eagerly', () => {
    const inputs = args();
    const before = held();
    const result = tf.tidy(() => run(...inputs) as tf.TensorContainer) as Tensors;
    expect(held().tensors).toBeLessThanOrEqual(before.tensors + flatten(result, 'result').length);
    tf.dispose(result as tf.TensorContainer);
    expect(held()).toEqual(before);
  });
});

test('an eager loop outside tf.tidy leaves its result only', () => {
  const x = tf.scalar(1);
  const before = held();
  const result = loop(3, x, (i, v) => tf.add(tf.mul(v, 2), float(i)));
  expect(held().tensors).toBe(before.tensors + 1);
  result.dispose();
  whileLoop(
    (v) => tf.less(tf.add(v, 0), 5),
    (v) => tf.add(tf.mul(v, 2), 0),
    x,
  ).dispose();
  expect(held()).toEqual(before);
});

test('a loop of no rounds gives tensors of its own', () => {
  const x = tf.scalar(1);
  loop(0, x, (_i, v) => tf.neg(v)).dispose();
  expect(x.isDisposed).toBe(false);
});

test('a body is recorded once however many rounds there are', () => {
  let bodies = 0;
  const f = compile((n: tf.Scalar, x: T) =>
    loop(n, x, (_i, v) => {
      bodies++;
      return tf.add(v, 1);
    }),
  );
  expect([1000, 3, 0].map((n) => f(int(n), tf.scalar(0)).dataSync()[0])).toEqual([1000, 3, 0]);
  expect(bodies).toBe(1);
});

test('a loop can go on from where the last call stopped', () => {
  const step = compile((first: tf.Scalar, x: T) => loop(10, x, (i, v) => tf.add(v, float(tf.add(i, first)))));
  const whole = loop(30, tf.scalar(0) as T, (i, v) => tf.add(v, float(i)));
  let x: T = tf.scalar(0);
  for (const first of [0, 10, 20]) x = step(int(first), x);
  expectSame(x, whole);
});
