import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { compile } from '../../lib/graph/compile';
import { dense } from '../../lib/graph/dense';
import { GraphError } from '../../lib/graph/graph-error';
import { loop, whileLoop } from '../../lib/graph/loop';
import { randomInteger, randomKey } from '../../lib/graph/random';
import { currentRecording } from '../../lib/graph/recording';
import type { Tensors } from '../../lib/graph/tensors';
import { floats, held } from './support';

type T = tf.Tensor;
const x = floats([2, 3]);
const any = <V>(value: unknown): V => value as V;

let before: ReturnType<typeof held>;
const unheard = vi.fn();
beforeEach(() => {
  before = held();
  process.on('unhandledRejection', unheard);
});

// Whatever went wrong, tfjs is as it was, nothing is left behind, and the next function compiles.
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', unheard);
  expect(unheard).not.toHaveBeenCalled();
  expect(held()).toEqual(before);
  expect(currentRecording()).toBeUndefined();
  for (const name of ['executeSingleOutput', 'executeMultipleOutputs', 'read', 'readSync'])
    expect(Object.keys(tf.backend())).not.toContain(name);
  for (const name of ['startScope', 'runKernel', 'keep']) expect(Object.keys(tf.engine())).not.toContain(name);
  const square = compile((v: T) => tf.square(v));
  const [two, four] = tf.tidy(() => [tf.scalar(2), square(tf.scalar(2))]);
  expect(four.dataSync()[0]).toBe(4);
  tf.dispose([two, four]);
  square.dispose();
});

const fails = (fn: (v: T) => unknown, message: RegExp, type: new (...args: never[]) => Error = GraphError): void => {
  const compiled = compile(fn as (v: T) => Tensors);
  expect(() => compiled(x)).toThrow(message);
  expect(() => compiled(x)).toThrow(type);
  expect(compiled.graphs).toBe(0);
};

describe('reading a traced tensor is refused', () => {
  const read = /values of a traced tensor were read/;
  test.each<[string, (v: T) => unknown]>([
    ['dataSync', (v) => tf.add(v, v.dataSync()[0])],
    ['arraySync', (v) => tf.add(v, tf.tensor(v.arraySync() as number[][]))],
    ['bufferSync', (v) => v.bufferSync().toTensor()],
    ['print', (v) => (v.print(), v)],
    ['toString', (v) => (String(v), v)],
    ['data', (v) => (void v.data(), v)],
    ['array', (v) => (void v.array(), v)],
    [
      'data, with something to follow',
      (v) => (
        void v.data().then(() => {
          throw new Error('never reached');
        }),
        v
      ),
    ],
    ['await data in an async function', async (v) => tf.add(v, (await v.data())[0])],
    ["reading in a loop's body", (v) => loop(2, v, (i, u) => tf.mul(u, i.dataSync()[0]))],
    [
      "reading in a loop's condition",
      (v) =>
        whileLoop(
          (u) => tf.tensor(tf.sum(u).dataSync()[0] < 3),
          (u) => tf.add(u, 1),
          v,
        ),
    ],
    ['reading in a gradient', (v) => tf.grad((u: T) => tf.mul(tf.sum(u), u.dataSync()[0]))(v)],
    ['reading a computed tensor of another shape', (v) => (v.reshape([6]).square().dataSync(), v)],
    ['tf.booleanMaskAsync', (v) => (void tf.booleanMaskAsync(v, tf.greater(v, 0)), v)],
    ['tf.whereAsync', (v) => (void tf.whereAsync(tf.greater(v, 0)), v)],
  ])('%s', (_name, fn) => fails(fn, read));

  test('while tensors that do not depend on an argument can be read', () => {
    const f = compile((v: T) => tf.mul(v, tf.sum(tf.ones([4])).dataSync()[0]));
    const result = f(x);
    expect(result.dataSync()[0]).toBeCloseTo(4 * x.dataSync()[0], 6);
    result.dispose();
    f.dispose();
  });
});

describe('hidden randomness is refused', () => {
  test.each<[string, (v: T) => T]>([
    ['randomNormal', (v) => tf.add(v, tf.randomNormal([2, 3]))],
    ['randomUniform', (v) => tf.add(v, tf.randomUniform([2, 3]))],
    ['randomUniformInt', (v) => tf.add(v, tf.randomUniformInt([2, 3], 0, 4))],
    ['randomStandardNormal', (v) => tf.add(v, tf.randomStandardNormal([2, 3]))],
    ['randomGamma', (v) => tf.add(v, tf.randomGamma([2, 3], 2))],
    ['truncatedNormal', (v) => tf.add(v, tf.truncatedNormal([2, 3]))],
    ['rand', (v) => tf.add(v, tf.rand([2, 3], Math.random))],
    ['multinomial', (v) => tf.multinomial(v as tf.Tensor2D, 2)],
    ['dropout', (v) => tf.dropout(v, 0.5)],
  ])('tf.%s', (name, fn) =>
    fails(fn, new RegExp(`tf\\.(${name}|rand\\w*) was called while .* randomNormal\\(key, shape\\)`)),
  );
});

describe('a loop whose body changes the carry is refused', () => {
  const bodies: [string, (v: T) => unknown, RegExp][] = [
    ['shape', (v) => tf.sum(v), /expected .*float32\[2,3\].* received .*float32\[\]/],
    ['dtype', (v) => tf.cast(v, 'int32'), /expected .*float32\[2,3\].* received .*int32\[2,3\]/],
    ['nesting', (v) => [v, v], /expected .* received .*\(float32\[2,3\];float32\[2,3\]\)/],
  ];
  test.each(bodies)('%s, compiled', (_name, body, message) =>
    fails((v) => loop(2, v, (_i, u) => any(body(u))), message),
  );
  test.each(bodies)('%s, eagerly', (_name, body, message) => {
    expect(() => loop(2, x, (_i, u) => any(body(u)))).toThrow(message);
    expect(() =>
      whileLoop(
        () => tf.tensor(true),
        (u) => any(body(u)),
        x,
      ),
    ).toThrow(GraphError);
  });
  test.each([
    ['a number', 3],
    ['nothing', undefined],
  ])('%s instead of a tensor', (_name, value) => {
    fails((v) => loop(2, v, () => any(value)), /body's result.*expected a tensor/, InvalidInputError);
    expect(() => loop(2, x, () => any(value))).toThrow(/body's result.*expected a tensor/);
  });
});

describe('a condition that is no bool scalar is refused', () => {
  test.each<[string, (v: T) => unknown, string]>([
    ['a bool tensor', (v) => tf.greater(v, 0), 'bool\\[2,3\\]'],
    ['a float scalar', (v) => tf.sum(v), 'float32\\[\\]'],
    ['a JavaScript value', () => true, 'boolean'],
  ])('%s', (_name, condition, received) => {
    const message = new RegExp(`condition to be a bool scalar, received ${received}`);
    fails((v) => whileLoop(any<(u: T) => T>(condition), (u) => u, v), message);
    expect(() => whileLoop(any<(u: T) => T>(condition), (u) => u, x)).toThrow(message);
  });
});

test.each([1.5, NaN, -1, Infinity, 2 ** 31, '3'])('%s rounds are refused', (n) => {
  fails((v) => loop(any(n), v, (_i, u) => u), /number of rounds/);
  expect(() => loop(any(n), x, (_i, u) => u)).toThrow(/number of rounds/);
});

test('a number of rounds that is a float32 scalar or a vector is refused', () => {
  fails((v) => loop(tf.sum(v) as tf.Scalar, v, (_i, u) => u), /int32 scalar, received float32\[\]/);
  fails((v) => loop(tf.cast(v, 'int32') as T as tf.Scalar, v, (_i, u) => u), /int32 scalar, received int32\[2,3\]/);
});

describe('a tensor of a loop used outside it is refused', () => {
  const escape = /loop's body or condition was used outside it/;
  test('after the loop', () =>
    fails((v) => {
      let leak = v;
      const last = loop(2, v, (_i, u) => (leak = tf.square(u)));
      return tf.add(last, leak);
    }, escape));
  test('as the result', () =>
    fails((v) => {
      let leak = v;
      loop(2, v, (_i, u) => (leak = tf.square(u)));
      return leak;
    }, escape));
  test('in another loop', () =>
    fails((v) => {
      let leak = v;
      loop(2, v, (_i, u) => (leak = tf.square(u)));
      return loop(2, v, (_i, u) => tf.add(u, leak));
    }, escape));
  test('from an inner to the outer body', () =>
    fails(
      (v) =>
        loop(2, v, (_i, u) => {
          let leak = u;
          loop(2, u, (_j, s) => (leak = tf.square(s)));
          return leak;
        }),
      escape,
    ));
  test('from the condition to the body', () =>
    fails((v) => {
      let leak = v;
      return whileLoop(
        (u) => tf.less(tf.sum((leak = tf.square(u))), 9),
        () => leak,
        v,
      );
    }, escape));
});

describe('a gradient across a loop is refused', () => {
  const across = (v: T): T => tf.grad((u: T) => tf.sum(loop(2, u, (_i, s) => tf.square(s))))(v);
  test('compiled', () => fails(across, /gradient was taken across a loop/));
  test('eagerly', () => expect(() => across(x)).toThrow(/gradient was taken across a loop/));
  test('but a loop in the forward pass of a custom gradient is not', () => {
    const power = tf.customGrad((v) => ({
      value: loop(2, v as T, (_i, s) => tf.square(s)),
      gradFunc: (dy: T) => tf.mul(dy, 5),
    }));
    const slope = (v: T): T => tf.grad((u: T) => tf.sum(power(u)))(v);
    const f = compile(slope);
    const results = [f(x), slope(x)];
    for (const result of results) expect(Array.from(result.dataSync())).toEqual(Array(6).fill(5));
    tf.dispose(results);
    f.dispose();
  });
});

test('a second derivative through a dense layer is refused', () => {
  const [w, b] = [floats<tf.Tensor2D>([3, 2]), floats<tf.Tensor1D>([2])];
  const first = (v: T): T => tf.grad((u: T) => tf.sum(tf.square(dense(u as tf.Tensor2D, w, b, 'tanh'))))(v);
  fails((v) => tf.grad((u: T) => tf.sum(tf.square(first(u))))(v), /second derivative was taken through dense/);
  tf.dispose([w, b]);
});

test('assigning to a variable is refused', () => {
  const w = tf.variable(tf.zeros([2, 3]));
  fails((v) => (w.assign(v as never), v), /tf.Variable was assigned to/);
  fails(
    (v) => tf.train.sgd(0.1).minimize(() => tf.sum(tf.mul(w, v)) as tf.Scalar, true, [w]),
    /tf.Variable was assigned to/,
  );
  tf.dispose(w);
  before = held();
});

test('an op whose shape depends on the values is refused', () => {
  fails((v) => tf.unique(v.flatten()).values, /UniqueV2? was called while .* depends on the values/);
  fails(
    (v) =>
      tf.image.nonMaxSuppression(tf.concat([v, v], 1).slice([0, 0], [2, 4]) as tf.Tensor2D, tf.tensor1d([1, 2]), 2),
    /NonMaxSuppressionV3 was called/,
  );
});

describe('anything but a tensor is refused', () => {
  const compiled = compile((v: Tensors) => v);
  test.each<[string, unknown, RegExp]>([
    ['a number', 3, /argument\[0\]: expected a tensor, .* received the number 3/],
    ['null', null, /received null/],
    ['undefined', undefined, /received the undefined/],
    ['a number in a record', { a: [x, 2] }, /argument\[0\]\.a\[1\]: .* received the number 2/],
    ['a typed array', new Float32Array(2), /received a Float32Array/],
    ['a map', new Map(), /received a Map/],
    ['a promise', Promise.resolve(x), /received a promise/],
  ])('%s as an argument', (_name, argument, message) => {
    expect(() => compiled(any(argument))).toThrow(message);
    expect(() => compiled(any(argument))).toThrow(InvalidInputError);
  });
  test.each<[string, unknown, RegExp]>([
    ['a number', 3, /result: expected a tensor, .* received the number 3/],
    ['null', null, /result: .* received null/],
    ['nothing', undefined, /result: .* received the undefined/],
    ['a string in an array', [x, 'a'], /result\[1\]: .* received the string a/],
    ['an empty record', {}, /result: expected at least one tensor/],
  ])('%s as a result', (_name, result, message) => fails(() => result, message, InvalidInputError));

  test('an async function', () =>
    fails(async (v) => tf.square(v), /Compiled functions are synchronous/, InvalidInputError));
  test('an async function that fails later', () =>
    fails(
      async (v) => {
        await Promise.resolve();
        return tf.square(v);
      },
      /Compiled functions are synchronous/,
      InvalidInputError,
    ));
  test('a tensor that was disposed of', () => {
    const gone = floats([2]);
    gone.dispose();
    expect(() => compiled(gone)).toThrow(/argument\[0\]: expected a tensor, received a tensor that was disposed of/);
    fails(
      (v) => {
        const y = tf.square(v);
        y.dispose();
        return y;
      },
      /result: .* disposed of/,
      InvalidInputError,
    );
  });
});

test('a call after disposal is refused', () => {
  const f = compile((v: T) => tf.square(v));
  f(x).dispose();
  f.dispose();
  expect(() => f(x)).toThrow(/called after its dispose/);
});

test.each([0, -1, 1.5, NaN])('a cache of %s graphs is refused', (cache) => {
  expect(() => compile((v: T) => v, { cache })).toThrow(/cache to be a whole number of at least 1/);
});

test('an error of the function itself comes through, from inside loops and gradients as well', () => {
  const fail = (): never => {
    throw new TypeError('mine');
  };
  fails(fail, /mine/, TypeError);
  fails((v) => loop(2, v, fail), /mine/, TypeError);
  fails((v) => whileLoop(fail, (u) => u, v), /mine/, TypeError);
  fails((v) => tf.grad(() => fail())(v), /mine/, TypeError);
  fails((v) => tf.tidy(() => tf.matMul(v as tf.Tensor2D, v as tf.Tensor2D)), /Matrix size-incompatible/, Error);
  expect(() => loop(2, x, fail)).toThrow('mine');
  expect(() => whileLoop(fail, (u) => u, x)).toThrow('mine');
});

test('an error while the graph runs comes through and the function stays usable', () => {
  const f = compile((i: tf.Tensor1D) => tf.gather(x, i));
  const [good, bad] = [tf.tensor1d([1], 'int32'), tf.tensor1d([7], 'int32')];
  f(good).dispose();
  expect(() => f(bad)).toThrow(/indices\[0\] = 7 is not in \[0, 2\)/);
  const again = f(good);
  expect(again.shape).toEqual([1, 3]);
  tf.dispose([good, bad, again]);
  f.dispose();
});

test.each([
  [3, 3],
  [4, 2],
  [0.5, 2],
  [NaN, 2],
])('whole numbers from %s to %s are refused', (low, high) => {
  const key = randomKey(1);
  expect(() => randomInteger(key, [2], low, high)).toThrow(/whole numbers low < high/);
  key.dispose();
});
