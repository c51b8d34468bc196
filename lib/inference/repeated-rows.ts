import * as tf from '@tensorflow/tfjs';

/**
 * Numbers of the rows of a table of which each is taken `times` times in a row: those of places `start` to
 * `start + count`, int32 [count].
 */
export function repeatedRows(start: number, count: number, times: number): tf.Tensor1D {
  const numbers = Int32Array.from({ length: count }, (_, i) => Math.floor((start + i) / times));
  return tf.tensor1d(numbers, 'int32');
}

/** Rows [N times, D] as a table for each of the N, [N, times, D]; the rows are disposed. */
export function byRepetition(rows: tf.Tensor2D, times: number): tf.Tensor3D {
  const [count, dim] = rows.shape;
  return tf.tidy(() => {
    const table = tf.reshape(rows, [count / times, times, dim]) as tf.Tensor3D;
    rows.dispose();
    return table;
  });
}
