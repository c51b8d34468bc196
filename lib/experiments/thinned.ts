import * as tf from '@tensorflow/tfjs';

/** At most `count` of the rows, evenly spaced; the caller disposes the tensor. */
export function thinned(rows: tf.Tensor2D, count: number): tf.Tensor2D {
  const all = rows.shape[0];
  if (all <= count) return tf.clone(rows);
  return tf.tidy(() => {
    const kept = Int32Array.from({ length: count }, (_, i) => Math.floor((i * all) / count));
    return tf.gather(rows, tf.tensor1d(kept, 'int32'));
  });
}
