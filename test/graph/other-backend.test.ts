import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { activate, dense } from '../../lib/graph/dense';
import { loop, whileLoop } from '../../lib/graph/loop';
import { nodeBackend } from '../../lib/graph/node-backend';
import { foldKey, randomInteger, randomKey, randomNormal, randomUniform, splitKey } from '../../lib/graph/random';

type T = tf.Tensor;
const list = (tensor: T): number[] => Array.from(tensor.dataSync());

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('on a backend without graphs', () => {
  test('there is no tfjs-node', () => {
    expect([tf.getBackend(), nodeBackend()]).toEqual(['cpu', undefined]);
  });

  test('a compiled function runs its function', () => {
    let runs = 0;
    const f = compile((x: T) => {
      runs++;
      return { y: tf.mul(x, x.dataSync()[0]) };
    });
    expect(list(f(tf.tensor1d([2, 3])).y)).toEqual([4, 6]);
    expect(list(f(tf.tensor1d([1, 3])).y)).toEqual([1, 3]);
    expect([runs, f.graphs]).toEqual([2, 0]);
    f.dispose();
    expect(() => f(tf.scalar(1))).toThrow(/after its dispose/);
  });

  test('loops nest and stop as they do in a graph', () => {
    const nested = compile((x: T) =>
      loop(3, x, (i, v) => loop(i, v, (j, u) => tf.add(u, tf.cast(tf.add(j, 1), 'float32')))),
    );
    expect(list(nested(tf.scalar(0)))).toEqual([1 + 1 + 2]);
    expect(
      list(
        whileLoop(
          (v) => tf.less(v, 100),
          (v) => tf.mul(v, 3),
          tf.scalar(1) as T,
        ),
      ),
    ).toEqual([243]);
  });

  test.each(['linear', 'relu', 'elu', 'tanh', 'silu'] as const)(
    'a dense %s layer has its value and gradient',
    (activation) => {
      const [x, w, b] = [tf.tensor2d([[1, -2]]), tf.tensor2d([[0.5], [0.25]]), tf.tensor1d([0.3])];
      const f = {
        linear: (v: number) => v,
        relu: (v: number) => Math.max(0, v),
        elu: (v: number) => (v > 0 ? v : Math.expm1(v)),
        tanh: Math.tanh,
        silu: (v: number) => v / (1 + Math.exp(-v)),
      }[activation];
      const h = 1e-4;
      expect(dense(x, w, b, activation).dataSync()[0]).toBeCloseTo(f(0.3), 6);
      expect(activate(b, activation).dataSync()[0]).toBeCloseTo(f(0.3), 6);
      const slope = tf
        .grad((bias: T) => tf.sum(dense(x, w, bias as tf.Tensor1D, activation)))(b)
        .dataSync()[0];
      expect(slope).toBeCloseTo((f(0.3 + h) - f(0.3 - h)) / (2 * h), 5);
    },
  );

  test('draws are reproducible, keyed, of their law, and independent', () => {
    const n = 20_000;
    const key = randomKey(5);
    const [a, b] = splitKey(key, 2).map((child) => list(randomNormal(child, [n])));
    expect(list(randomNormal(splitKey(key, 2)[0], [n]))).toEqual(a);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / n;
    const bound = 4 / Math.sqrt(n);
    expect(Math.abs(mean(a))).toBeLessThan(bound);
    expect(Math.abs(mean(a.map((z) => z * z)) - 1)).toBeLessThan(bound * Math.SQRT2);
    expect(Math.abs(mean(a.map((z, i) => z * b[i])))).toBeLessThan(bound);
    const u = list(randomUniform(foldKey(key, 1), [n], 2, 4));
    expect(Math.abs(mean(u) - 3)).toBeLessThan((bound * 2) / Math.sqrt(12));
    expect(Math.min(...u)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...u)).toBeLessThanOrEqual(4);
    expect(new Set(list(randomInteger(foldKey(key, 2), [n], -1, 2)))).toEqual(new Set([-1, 0, 1]));
    expect(list(foldKey(key, 3))).not.toEqual(list(foldKey(key, 4)));
  });

  test('nothing is left behind', () => {
    const key = randomKey(1);
    const [x, w, b] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[1], [2]]), tf.tensor1d([1])];
    const before = tf.memory().numTensors;
    loop(3, x as T, (i, v) => tf.add(v, randomNormal(foldKey(key, i), [2]))).dispose();
    tf.dispose(splitKey(key, 3));
    randomUniform(key, [3], 1, 2).dispose();
    dense(x, w, b, 'silu').dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
