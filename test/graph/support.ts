import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { rng } from '../../lib/core/rng';
import { flatten, type Tensors } from '../../lib/graph/tensors';

/**
 * A tensor's form and values, as plain data that `toEqual` compares (NaN equals NaN, and -0 differs from 0 no more than
 * in IEEE).
 */
export function plain(tensors: Tensors): { shape: number[]; dtype: string; values: number[] }[] {
  return flatten(tensors, 'result').map((tensor) => ({
    shape: tensor.shape,
    dtype: tensor.dtype,
    values: Array.from(tensor.dataSync() as Float32Array, (value) => (value === 0 ? 0 : Number(value))),
  }));
}

/**
 * Expects the same nesting's tensors with equal values, or values within `tolerance` relative to max(1, |expected|).
 */
export function expectSame(received: Tensors, expected: Tensors, tolerance = 0): void {
  const [got, want] = [plain(received), plain(expected)];
  if (tolerance === 0) return expect(got).toEqual(want);
  const form = ({ shape, dtype }: (typeof got)[number]): string => `${dtype}[${shape}]`;
  expect(got.map(form)).toEqual(want.map(form));
  want.forEach(({ values }, k) =>
    values.forEach((value, i) => {
      const other = got[k].values[i];
      if (!Object.is(value, other))
        expect(Math.abs(other - value) / Math.max(1, Math.abs(value))).toBeLessThanOrEqual(tolerance);
    }),
  );
}

/** Reproducible float32 values from [low, high). */
export function floats<T extends tf.Tensor = tf.Tensor>(shape: number[], low = -2, high = 2, seed = 1): T {
  const source = rng(seed + shape.reduce((sum, size) => 31 * sum + size, 7));
  return tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => source.uniform(low, high)),
    shape,
    'float32',
  ) as T;
}

/** Reproducible whole numbers from {low, ..., high - 1}. */
export function integers<T extends tf.Tensor = tf.Tensor>(shape: number[], low: number, high: number, seed = 1): T {
  const source = rng(seed);
  return tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => source.integer(low, high)),
    shape,
    'int32',
  ) as T;
}

/** Reproducible truth values. */
export function truths<T extends tf.Tensor = tf.Tensor>(shape: number[], seed = 1): T {
  return tf.tidy(() => tf.cast(integers(shape, 0, 2, seed), 'bool')) as T;
}

/** What tfjs and its backend hold now. */
export function held(): { tensors: number; dataIds: number } {
  return {
    tensors: tf.memory().numTensors,
    dataIds: (tf.backend() as unknown as { numDataIds(): number }).numDataIds(),
  };
}
