import * as tf from '@tensorflow/tfjs';
import { loop } from './loop';

/**
 * The sum of `term` over the numbers 0 to n - 1, `size` of them at a time, so that memory is bounded for any n: a loop
 * of the graph, and what is left over.
 *
 * @param nothing zeros of the sum's shape.
 * @param term the sum over the numbers of an int32 vector.
 * @returns the sum; the caller owns it.
 */
export function sumInChunks<T extends tf.Tensor>(
  n: number,
  size: number,
  nothing: T,
  term: (index: tf.Tensor1D) => T,
): T {
  const whole = Math.floor(n / size);
  const next = (i: tf.Scalar): T => term(rangeFrom(tf.mul(i, tf.scalar(size, 'int32')), size));
  const total =
    whole === 1
      ? term(tf.range(0, size, 1, 'int32'))
      : loop(whole, nothing, (i, before) => tf.add(before, next(i)) as T);
  return whole * size < n ? (tf.add(total, term(tf.range(whole * size, n, 1, 'int32'))) as T) : total;
}

/** The `count` numbers from `start` on, an int32 scalar. */
export function rangeFrom(start: tf.Tensor, count: number): tf.Tensor1D {
  return tf.add(start, tf.range(0, count, 1, 'int32'));
}
