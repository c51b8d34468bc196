import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import type { ConditionalTransform } from '../../../lib/nn/density/conditional-density';
import { initialWeights } from '../../../lib/nn/network';
import { expectClose, normals, randomWeights } from '../support';

/** The determinant, by elimination. */
export function determinant(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 1) return matrix[0][0];
  const pivot = matrix.reduce((best, row, i) => (Math.abs(row[0]) > Math.abs(matrix[best][0]) ? i : best), 0);
  const [head, ...tail] = matrix[pivot];
  const rest = matrix.filter((_, i) => i !== pivot);
  const smaller = rest.map(([first, ...row]) => row.map((value, k) => value - (first / head) * tail[k]));
  return (pivot % 2 === 0 ? 1 : -1) * head * determinant(smaller);
}

/** The matrix dz_i / dtheta_k of each row, by automatic differentiation, and log |det| as it is told. */
export function jacobians(
  { dim, forward }: ConditionalTransform,
  w: tf.Tensor[],
  theta: tf.Tensor2D,
  context: tf.Tensor2D,
): { matrices: number[][][]; told: number[] } {
  return tf.tidy(() => {
    const rows = Array.from({ length: dim }, (_, i) =>
      tf.grad((at) => tf.sum(tf.slice(forward(w, at as tf.Tensor2D, context).z, [0, i], [-1, 1])))(theta),
    ).map((each) => each.arraySync() as number[][]);
    return {
      matrices: rows[0].map((_, b) => rows.map((row) => row[b])),
      told: Array.from(forward(w, theta, context).logDet.dataSync()),
    };
  });
}

/** How far float32 may be off. */
export interface TransformLaws {
  readonly dims: readonly number[];
  /** Length of the context; 0 where the transform does not look at it. */
  readonly context: number;
  /** Of numbers of about 1, there and back. */
  readonly inverse: number;
  /** Factor of random weights: steep slopes are undone less precisely. */
  readonly scale?: number;
}

/** What every transform keeps to. */
export function transformLaws(
  make: (dim: number) => ConditionalTransform,
  { dims, context: length, inverse, scale = 1 }: TransformLaws,
): void {
  const randomly = (transform: ConditionalTransform): tf.Tensor[] =>
    randomWeights(transform.weights).map((each) => tf.mul(scale, each));
  const contextOf = (rows: number, seed = 3): tf.Tensor2D => normals(rows, Math.max(1, length), seed);

  it.each(dims)('is undone by its inverse, both ways, in %d dimensions', (dim) => {
    tf.tidy(() => {
      const transform = make(dim);
      const w = randomly(transform);
      // beyond what data of mean 0 and standard deviation 1 have
      const theta = tf.mul(2, normals(60, dim, 2)) as tf.Tensor2D;
      const context = contextOf(60);
      const { z } = transform.forward(w, theta, context);
      expect(tf.max(tf.abs(tf.sub(z, theta))).dataSync()[0]).toBeGreaterThan(0.05);
      expectClose(transform.inverse(w, z, context), theta, inverse);
      expectClose(transform.forward(w, transform.inverse(w, theta, context), context).z, theta, inverse);
    });
  });

  it.each(dims)('tells the determinant of its Jacobian, in %d dimensions', (dim) => {
    tf.tidy(() => {
      const transform = make(dim);
      const w = randomly(transform);
      const { matrices, told } = jacobians(transform, w, tf.mul(1.5, normals(8, dim, 4)), contextOf(8));
      matrices.forEach((matrix, row) =>
        expect(Math.abs(Math.log(Math.abs(determinant(matrix))) - told[row])).toBeLessThan(3e-4),
      );
      expect(Math.max(...told.map(Math.abs))).toBeGreaterThan(0.01);
    });
  });

  it.each(dims)('starts as the identity, in %d dimensions', (dim) => {
    tf.tidy(() => {
      const transform = make(dim);
      const w = initialWeights(transform.weights, rng(1));
      const theta = tf.mul(3, normals(20, dim)) as tf.Tensor2D;
      const { z, logDet } = transform.forward(w, theta, contextOf(20));
      expectClose(z, theta, 1e-5);
      logDet.dataSync().forEach((value) => expect(Math.abs(value)).toBeLessThan(1e-5 * dim));
    });
  });

  if (length > 0)
    it.each(dims)('follows the context, in %d dimensions', (dim) => {
      tf.tidy(() => {
        const transform = make(dim);
        const w = randomly(transform);
        const theta = normals(4, dim, 2);
        const [one, other] = [contextOf(4), contextOf(4, 8)].map((at) => transform.forward(w, theta, at).z);
        const moved = tf.max(tf.abs(tf.sub(one, other)), 0).dataSync();
        expect(Math.max(...moved)).toBeGreaterThan(1e-3);
      });
    });
}
