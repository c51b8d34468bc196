import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile } from '../../lib/graph/compile';
import { loop } from '../../lib/graph/loop';
import { floats, held } from './support';

type T = tf.Tensor;
const mebibyte = 2 ** 20;

test('10,000 calls leave memory as it was', () => {
  // Each call takes in and gives out 64 KiB: were one in fifty of them kept, 10,000 calls would hold 12.5 MiB more; all
  // of one of them, 625 MiB.
  const x = floats([16_384]);
  const f = compile((v: T) => loop(2, v, (_i, u) => tf.mul(tf.sin(u), 2)));
  const calls = (count: number): void => {
    for (let i = 0; i < count; i++) f(x).dispose();
  };
  calls(2_000);
  const before = { held: held(), rss: process.memoryUsage().rss };
  calls(10_000);
  expect(held()).toEqual(before.held);
  // What the allocators of V8 and TensorFlow may keep for themselves.
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(48 * mebibyte);
  f.dispose();
}, 60_000);

test('recording, running and freeing a graph 200 times gives its memory back', () => {
  // Each graph holds 1 MiB of constants; TensorFlow's session has them at least once more. 200 leaked graphs would be
  // 200 MiB or more.
  const x = floats([4]);
  const once = (seed: number): void => {
    const weights = tf.fill([2 ** 18], seed);
    const f = compile((v: T) => tf.add(tf.sum(tf.mul(weights, 2)), v));
    f(x).dispose();
    f.dispose();
    weights.dispose();
  };
  for (let i = 0; i < 50; i++) once(i);
  const before = { held: held(), rss: process.memoryUsage().rss };
  for (let i = 0; i < 200; i++) once(i);
  expect(held()).toEqual(before.held);
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(100 * mebibyte);
}, 60_000);
