import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { heldOutWidths, widthWarning } from '../../lib/inference/held-out-widths';

const count = 400;
const source = rng(5);
const x = Array.from({ length: count }, () => [source.normal(), source.normal()]);
/** Given x, theta_1 is N(x_1, 1) and theta_2 the square of a N(x_2, 1): ranks do not ask for a law. */
const theta = x.map(([a, b]) => [source.normal(a), source.normal(b) ** 2]);
const rows = Int32Array.from({ length: 200 }, (_, i) => 2 * i);

/** Draws that are `factor` times as wide as the posterior in the first parameter, and right in the second. */
const drawsOf = (factor: number) => ({
  drawEach: async (data: unknown, { draws, seed }: { draws: number; seed: number }) => {
    const draw = rng(seed);
    const one = ([a, b]: number[]) =>
      Array.from({ length: draws }, () => [draw.normal(a, factor), draw.normal(b) ** 2]);
    return tf.tensor3d((data as tf.Tensor2D).arraySync().map(one));
  },
});

describe('heldOutWidths', () => {
  // how fast the width changes with the mean of (2u - 1)^2, over the width, and that square's standard deviation, .3
  // where u is uniform
  it.each([
    [1, 2.7, 0.3],
    [2.4, 6.2, 0.14],
    [0.5, 2.9, 0.33],
  ])('tells that posteriors are %s times as wide as they should be, and leaves no tensor', async (k, slope, std) => {
    const pairs = { theta: tf.tensor2d(theta), x: tf.tensor2d(x) };
    const before = tf.memory().numTensors;
    const [first, second] = (await heldOutWidths(drawsOf(k), pairs, rows, { seed: 1 }))!;
    expect(tf.memory().numTensors).toBe(before);
    expect(Math.abs(first - k)).toBeLessThan((4 * slope * std * k) / Math.sqrt(200));
    expect(Math.abs(second - 1)).toBeLessThan((4 * 2.7 * 0.3) / Math.sqrt(200));
    tf.dispose([pairs.theta, pairs.x]);
  });

  it('says nothing of fewer than a hundred pairs', async () => {
    const pairs = { theta: tf.tensor2d(theta), x: tf.tensor2d(x) };
    expect(await heldOutWidths(drawsOf(1), pairs, rows.slice(0, 99), { seed: 1 })).toBeUndefined();
    tf.dispose([pairs.theta, pairs.x]);
  });
});

describe('widthWarning', () => {
  it('names the parameter that is farthest off, either way, and is silent about what hardly is', () => {
    expect(widthWarning([1.2, 2.4, 1])).toMatch(/posteriors of parameter 1 are about 2\.4 times as wide/);
    expect(widthWarning([0.4, 2.2])).toMatch(/posteriors of parameter 0 are about 2\.5 times as narrow/);
    expect(widthWarning([0.7, 1.4])).toBeUndefined();
  });
});
