import '@tensorflow/tfjs-node';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { dense } from '../../lib/graph/dense';
import { loop } from '../../lib/graph/loop';
import { foldKey, randomKey, randomNormal, splitKey, type Key } from '../../lib/graph/random';
import { floats, held } from './support';

type T = tf.Tensor;

// A temporary folder of this file's own, so that other processes' graphs don't count.
const around = process.env.TMPDIR;
const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
beforeAll(() => void (process.env.TMPDIR = folder));
afterAll(() => {
  if (around === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = around;
  rmSync(folder, { recursive: true });
});

/** A step of everything: draws, dense layers, a gradient, nested loops. */
const step = (key: Key, x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor1D): { w: T; loss: T } => {
  const loss = (weights: T): tf.Scalar => tf.mean(tf.square(dense(x, weights as tf.Tensor2D, b, 'tanh')));
  return loop(3, { w: w as T, loss: tf.scalar(0) as T }, (i, carry) => {
    const { value, grad } = tf.valueAndGrad(loss)(carry.w);
    const noise = loop(2, tf.zeros(w.shape), (j, sum) =>
      tf.add(sum, randomNormal(foldKey(splitKey(foldKey(key, i), 2)[1], j), w.shape)),
    );
    return { w: tf.sub(carry.w, tf.add(tf.mul(grad, 0.1), tf.mul(noise, 0.01))), loss: value };
  });
};
const makeArgs = (): [Key, tf.Tensor2D, tf.Tensor2D, tf.Tensor1D] => [
  randomKey(1),
  floats([4, 3]),
  floats([3, 2]),
  floats([2]),
];

describe('nothing is left behind', () => {
  test('by compiling, calling and disposal', () => {
    const before = held();
    const args = makeArgs();
    const f = compile(step);
    for (let call = 0; call < 3; call++) tf.dispose(f(...args));
    tf.dispose(args);
    f.dispose();
    expect(held()).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('by running the same eagerly', () => {
    const args = makeArgs();
    const before = held();
    tf.dispose(tf.tidy(() => step(...args)));
    expect(held()).toEqual(before);
  });

  test('by keys and draws', () => {
    const before = held();
    const key = randomKey(3);
    const keys = [...splitKey(key, 3), foldKey(key, 4)];
    const draws = keys.map((each) => randomNormal(each, [5]));
    expect(held().tensors).toBe(before.tensors + 9);
    tf.dispose([key, keys, draws]);
    expect(held()).toEqual(before);
  });

  test('by eviction', () => {
    const before = held();
    const f = compile((x: T) => tf.square(x), { cache: 1 });
    for (let size = 1; size < 6; size++) tf.tidy(() => void f(floats([size])));
    f.dispose();
    expect(held()).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('nothing is left behind when loading the graph fails', () => {
  const failing = (method: 'loadSavedModelMetaGraph' | 'runSavedModel') => {
    const backend = tf.backend() as unknown as Record<string, unknown>;
    backend[method] = () => {
      throw new Error('simulated');
    };
    return () => delete backend[method];
  };

  test.each(['loadSavedModelMetaGraph', 'runSavedModel'] as const)('in %s', (method) => {
    const x = floats([3]);
    const before = held();
    const restore = failing(method);
    const f = compile((v: T) => tf.square(v));
    try {
      expect(() => f(x)).toThrow('simulated');
    } finally {
      restore();
    }
    expect(readdirSync(folder)).toEqual([]);
    expect(held()).toEqual(before);
    f(x).dispose();
    f.dispose();
    x.dispose();
  });

  test('because TensorFlow refuses the graph', () => {
    const x = floats([3]);
    const before = held();
    const backend = tf.backend() as unknown as {
      executeSingleOutput(name: string, attributes: unknown[], inputs: T[]): T;
    };
    // An op that leaves its type for TensorFlow to find: eager execution does, a graph can't.
    const f = compile((v: T) => backend.executeSingleOutput('Square', [], [v]));
    expect(() => f(x)).toThrow(/Failed to load SavedModel/);
    expect(readdirSync(folder)).toEqual([]);
    expect(held()).toEqual(before);
    x.dispose();
  });
});
