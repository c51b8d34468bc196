import * as tf from '@tensorflow/tfjs';
import { product } from '../../graph/dense';
import type { Weights } from '../network';
import type { ConditionalTransform } from './conditional-density';

/**
 * A linear map z = x L U + b whose determinant costs nothing: L is lower triangular with ones on its diagonal, U upper
 * triangular with exp(s) on its own. It does not look at the context, and starts as the identity.
 * Source: Kingma and Dhariwal (2018), "Glow", section 3.2; Durkan et al. (2019), "Neural spline flows", section 3.2.
 */
export function luLinear({ name, dim }: { name: string; dim: number }): ConditionalTransform {
  const weights = [
    { name: `${name}/factors`, shape: [dim, dim], initialStd: 0 },
    { name: `${name}/logScale`, shape: [dim], initialStd: 0 },
    { name: `${name}/bias`, shape: [dim], initialStd: 0 },
  ];
  const where = (holds: (i: number, j: number) => boolean): tf.Tensor2D =>
    tf.tensor2d(Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => Number(holds(i, j)))));
  /** Both factors share one square: below the diagonal stands L, above it U. */
  const factorsOf = ([factors, logScale]: Weights): { lower: tf.Tensor2D; upper: tf.Tensor2D } => {
    const identity = where((i, j) => i === j);
    return {
      lower: tf.add(
        tf.mul(
          factors,
          where((i, j) => j < i),
        ),
        identity,
      ),
      upper: tf.add(
        tf.mul(
          factors,
          where((i, j) => j > i),
        ),
        tf.mul(identity, tf.exp(logScale)),
      ),
    };
  };
  return {
    dim,
    weights,
    forward: (w, x) => {
      const { lower, upper } = factorsOf(w);
      const z = tf.add(product(x, product(lower, upper)), w[2]) as tf.Tensor2D;
      return { z, logDet: tf.add(tf.zeros([x.shape[0]]), tf.sum(w[1])) as tf.Tensor1D };
    },
    inverse: (w, z) => {
      const { lower, upper } = factorsOf(w);
      const order = Array.from({ length: dim }, (_, i) => i);
      const y = solve(tf.sub(z, w[2]) as tf.Tensor2D, upper, order);
      return solve(y, lower, order.reverse());
    },
  };
}

/** x [B, D] of x T = y, with a triangular T [D, D] of which each row in the given order changes later columns only. */
function solve(y: tf.Tensor2D, triangular: tf.Tensor2D, order: readonly number[]): tf.Tensor2D {
  const columns: tf.Tensor2D[] = new Array<tf.Tensor2D>(order.length);
  let left = y;
  for (const i of order) {
    const row = tf.slice(triangular, [i, 0], [1, -1]);
    columns[i] = tf.div(tf.slice(left, [0, i], [-1, 1]), tf.slice(row, [0, i], [1, 1]));
    left = tf.sub(left, tf.mul(columns[i], row));
  }
  return tf.concat(columns, 1);
}
