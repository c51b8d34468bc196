import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { rng } from '../../lib/core/rng';
import type { WeightSpec } from '../../lib/nn/network';

/** First values for specs in which biases and zero layers are random too, so that every weight matters. */
export function randomWeights(specs: readonly WeightSpec[], seed = 5): tf.Tensor[] {
  const source = rng(seed);
  return specs.map(({ shape, initialStd }) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => source.normal(0, initialStd || 0.1)),
      shape,
    ),
  );
}

/** Normal numbers [rows, columns]. */
export function normals(rows: number, columns: number, seed = 1): tf.Tensor2D {
  const source = rng(seed);
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => source.normal()),
    [rows, columns],
  );
}

/** Every number within `tolerance` of the other's, relative to the largest. */
export function expectClose(received: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  expect(received.shape).toEqual(expected.shape);
  const [got, want] = [received.dataSync<'float32'>(), expected.dataSync<'float32'>()];
  const scale = want.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i])), 0);
  expect(worst / scale).toBeLessThan(tolerance);
}
