import * as tf from '@tensorflow/tfjs';
import { rowViews } from '../../maths/moments';
import { toTensor2D, type Rows } from '../../core/rows';

/** Observations [n, L] as arrays of numbers, once they have been checked. */
export function observedRows(xObs: Rows, width: number): number[][] {
  const tensor = toTensor2D(xObs, 'xObs', width);
  const rows = rowViews(tensor.dataSync() as Float32Array, width).map((row) => Array.from(row));
  tensor.dispose();
  return rows;
}

/** `logProb` [B], -Infinity where theta [B, D] is not in the box. */
export function insideOnly(
  theta: tf.Tensor2D,
  logProb: tf.Tensor1D,
  { lower, upper }: { readonly lower: readonly number[]; readonly upper: readonly number[] },
): tf.Tensor1D {
  const inside = tf
    .logicalAnd(theta.greaterEqual(tf.tensor1d([...lower])), theta.lessEqual(tf.tensor1d([...upper])))
    .all(1);
  return tf.where(inside, logProb, tf.fill(logProb.shape, -Infinity)) as tf.Tensor1D;
}
