import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { loop } from '../../lib/graph/loop';
import type { Tensors } from '../../lib/graph/tensors';
import { expectSame, floats, held, integers, plain, truths } from './support';

const list = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
type T = tf.Tensor;

describe('tensors that share data', () => {
  test('the same tensor can be given for two arguments', () => {
    const x = floats([3]);
    expectSame(compile((a: T, b: T) => tf.sub(a, tf.mul(b, 2)))(x, x), tf.neg(x), 1e-6);
  });

  test('arguments that share their data are told apart', () => {
    const f = compile((a: T, b: T) => tf.sub(a, b));
    const x = floats([3]);
    expect(list(f(x, x.clone()))).toEqual([0, 0, 0]);
    expectSame(f(x, tf.zeros([3])), x);
  });

  test('reshape, cast to the same dtype, clone and expandDims within the function keep their own shapes', () => {
    const fn = (x: T) => [
      x.reshape([3, 2]),
      x.cast('float32'),
      x.clone().reshape([6]),
      x.expandDims(1),
      x.reshape([2, 3]),
      x.as1D(),
      x,
    ];
    expectSame(compile(fn)(floats([2, 3])), fn(floats([2, 3])));
  });

  test('an argument that is a view of another shape enters with its own shape', () => {
    const x = floats([2, 3]);
    const fn = (a: T, b: T) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
    expectSame(compile(fn)(x, x.reshape([3, 2])), fn(x, x.reshape([3, 2])));
  });

  test('results may be an argument itself, the same tensor twice, or a constant', () => {
    const outside = floats([2]);
    const fn = (x: T) => {
      const y = tf.square(x);
      return { x, y, again: y, outside, ones: tf.ones([2, 2]) };
    };
    const compiled = compile(fn);
    expectSame(compiled(floats([3])), fn(floats([3])));
    const x = floats([3]);
    const result = compiled(x);
    expect(result.x.dataId).not.toBe(x.dataId);
    expect(result.y).not.toBe(result.again);
  });

  test('a function without arguments is a constant', () => {
    expect(list(compile(() => tf.linspace(0, 1, 3))())).toEqual([0, 0.5, 1]);
  });
});

describe('tensors from outside', () => {
  test('are frozen into the graph as they are when it is recorded', () => {
    const weights = tf.variable(tf.tensor1d([1, 2]));
    const f = compile((x: T) => tf.mul(x, weights));
    expect(list(f(tf.tensor1d([1, 1])))).toEqual([1, 2]);
    weights.assign(tf.tensor1d([5, 5]));
    expect(list(f(tf.tensor1d([1, 1])))).toEqual([1, 2]);
  });

  test('may be disposed of after the recording', () => {
    const weights = tf.tensor1d([1, 2]);
    const f = compile((x: T) => tf.mul(x, weights));
    f(tf.ones([2]));
    weights.dispose();
    expect(list(f(tf.ones([2])))).toEqual([1, 2]);
  });

  test('may have any dtype and be used in two shapes', () => {
    const [ints, bools, none] = [integers([4], -9, 9), truths([4]), floats([0])];
    const fn = (x: T) => [
      tf.add(x, ints),
      tf.where(bools, x, ints.cast('float32')),
      tf.add(x, ints.reshape([4, 1])),
      tf.concat([x, none]),
    ];
    expectSame(compile(fn)(floats([4])), fn(floats([4])));
  });

  test('of type string come back as they were', () => {
    expect(compile((x: T) => ({ x, words: tf.tensor1d(['a', 'bé', '']) }))(tf.ones([1])).words.dataSync()).toEqual([
      'a',
      'bé',
      '',
    ]);
  });
});

describe('the form of arguments and results', () => {
  test.each<[string, () => T]>([
    ['float32', () => floats([2, 2])],
    ['int32', () => integers([2, 2], -5, 5)],
    ['bool', () => truths([2, 2])],
    ['scalar', () => floats([])],
    ['empty', () => floats([0, 3])],
    ['rank 6', () => floats([1, 2, 1, 2, 1, 2])],
    ['string', () => tf.tensor1d(['a', 'b']) as T],
  ])('a %s tensor goes in and out unchanged', (_name, make) => {
    const x = make();
    expect(compile((v: T) => v)(x).dataSync()).toEqual(x.dataSync());
  });

  test('nested arrays and records keep their nesting', () => {
    const fn = ({ a, rest }: { a: T; rest: [T, { b: T }] }) => ({
      z: [tf.add(a, rest[0])],
      m: { b: rest[1].b, a: [[a]] },
    });
    const form = { a: floats([2]), rest: [floats([2], 0, 1), { b: integers([1], 0, 9) }] as [T, { b: T }] };
    const [received, expected] = [compile(fn)(form), fn(form)];
    expect(Object.keys(received)).toEqual(Object.keys(expected));
    expect(plain(received.z)).toEqual(plain(expected.z));
    expect(plain(received.m)).toEqual(plain(expected.m));
    expect(received.m.a[0][0].shape).toEqual([2]);
  });

  test('records without a prototype and of another realm are records', async () => {
    const { runInNewContext } = await import('node:vm');
    const foreign = runInNewContext('({})') as { x: T };
    const bare = Object.create(null) as { x: T };
    for (const record of [foreign, bare]) {
      record.x = tf.scalar(3);
      expect(list(compile((r: { x: T }) => tf.square(r.x))(record))).toEqual([9]);
    }
  });

  test("the order of a record's keys does not matter", () => {
    const f = compile(({ a, b }: { a: T; b: T }) => tf.sub(a, b));
    const [a, b] = [tf.scalar(5), tf.scalar(3)];
    expect([list(f({ a, b })), list(f({ b, a }))]).toEqual([[2], [2]]);
    expect(f.graphs).toBe(1);
  });
});

describe('the cache', () => {
  test('holds one graph for each form of the arguments', () => {
    let recordings = 0;
    const f = compile((x: Tensors) => {
      recordings++;
      return x;
    });
    const forms: Tensors[] = [
      floats([2]),
      floats([3]),
      integers([2], 0, 3),
      floats([2, 1]),
      [floats([2])],
      { a: floats([2]) },
      { b: floats([2]) },
    ];
    for (const form of [...forms, ...forms, floats([2], 5, 6)]) f(form);
    expect([recordings, f.graphs]).toEqual([forms.length, forms.length]);
    f.dispose();
  });

  test('frees the graph that was unused for longest', () => {
    const recorded: number[] = [];
    const f = compile(
      (x: T) => {
        recorded.push(x.size);
        return tf.neg(x);
      },
      { cache: 2 },
    );
    for (const size of [1, 2, 1, 3, 1, 2]) f(floats([size]));
    expect(recorded).toEqual([1, 2, 3, 2]);
    expect(f.graphs).toBe(2);
    f.dispose();
    expect(f.graphs).toBe(0);
  });

  test("releases TensorFlow's sessions on eviction and disposal", () => {
    const sessions = (): number => (tf.backend() as unknown as { getNumOfSavedModels(): number }).getNumOfSavedModels();
    const before = sessions();
    const f = compile((x: T) => tf.neg(x), { cache: 3 });
    for (let size = 1; size <= 8; size++) f(floats([size]));
    expect(sessions()).toBe(before + 3);
    f.dispose();
    f.dispose();
    expect(sessions()).toBe(before);
  });

  test('does not hold a graph of a recording that failed', () => {
    let fail = true;
    const f = compile((x: T) => {
      if (fail) throw new Error('not yet');
      return tf.square(x);
    });
    expect(() => f(tf.scalar(3))).toThrow('not yet');
    fail = false;
    expect(list(f(tf.scalar(3)))).toEqual([9]);
    expect(f.graphs).toBe(1);
  });
});

describe('around other tfjs code', () => {
  test('a compiled function within a recording becomes part of that graph', () => {
    const inner = compile((x: T) => tf.square(x));
    const outer = compile((x: T) =>
      tf.add(
        inner(x),
        loop(2, x, (_i, v) => inner(v)),
      ),
    );
    expect(list(outer(tf.tensor1d([2, 3])))).toEqual([20, 90]);
    expect(inner.graphs).toBe(0);
  });

  test('a gradient through a compiled function is that of the function itself', () => {
    const f = compile((x: T) => tf.sum(tf.mul(tf.square(x), x)) as T);
    const x = tf.tensor1d([1, 2]);
    expect(list(tf.grad((v: T) => tf.add(f(v), tf.sum(v)))(x))).toEqual([4, 13]);
    f(x);
    expect(list(tf.grad((v: T) => tf.add(f(v), tf.sum(v)))(x))).toEqual([4, 13]);
  });

  test('tf.customGrad and tf.variableGrads work inside', () => {
    const twice = tf.customGrad((x) => ({ value: tf.square(x as T), gradFunc: (dy: T) => tf.mul(dy, 7) }));
    expect(list(compile((x: T) => tf.grad((v: T) => tf.sum(twice(v)))(x))(tf.ones([2])))).toEqual([7, 7]);
    const w = tf.variable(tf.tensor1d([1, 2]), true, 'w');
    const f = compile((x: T) => tf.variableGrads(() => tf.sum(tf.mul(tf.square(w), x)) as tf.Scalar, [w]).grads.w);
    expect(list(f(tf.tensor1d([1, 10])))).toEqual([2, 40]);
  });

  test('second derivatives of polynomials work inside', () => {
    const cubic = (x: T): T => tf.sum(tf.mul(tf.mul(x, x), x));
    const second = (x: T): T => tf.grad((v: T) => tf.sum(tf.grad(cubic)(v)))(x);
    expect(list(compile(second)(tf.tensor1d([1, 2])))).toEqual([6, 12]);
  });

  test('tf.tidy and tf.keep may be used inside', () => {
    let kept: T | undefined;
    const f = compile((x: T) => {
      const y = tf.tidy(() =>
        tf.add(
          tf.tidy(() => tf.square(x)),
          1,
        ),
      );
      kept = tf.keep(tf.mul(y, 2));
      tf.dispose(y);
      return tf.neg(kept);
    });
    expect(list(f(tf.scalar(3)))).toEqual([-20]);
    expect(list(f(tf.scalar(1)))).toEqual([-4]);
    kept!.dispose();
  });

  test('results belong to the tf.tidy around the call', () => {
    const f = compile((x: T) => [tf.square(x), x]);
    const x = floats([3]);
    f(x).forEach((tensor) => tensor.dispose());
    const before = held();
    const total = tf.tidy(() => tf.sum(f(x)[0]));
    expect(held().tensors).toBe(before.tensors + 1);
    total.dispose();
    expect(held()).toEqual(before);
    tf.tidy(() => void compile((v: T) => tf.exp(v))(x));
    expect(held()).toEqual(before);
  });

  test('the arguments are left alone', () => {
    const x = floats([3]);
    const f = compile((v: T) => {
      const y = tf.square(v);
      v.dispose();
      return y;
    });
    f(x);
    expect(x.isDisposed).toBe(false);
    expectSame(f(x), tf.square(x));
  });
});
