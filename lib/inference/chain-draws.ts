import * as tf from '@tensorflow/tfjs';
import { rng } from '../core/rng';

/**
 * Draws of each chain, at least: halves of fewer than ten say little, and the standard deviation of R-hat, 1 / (draws
 * sqrt(chains)), is to be well below the .01 that decides.
 */
export function fewestDraws(chains: number): number {
  return Math.max(20, Math.ceil(450 / Math.sqrt(chains)));
}

/** `count` of the rows of draws [N, D], drawn without replacement; all of them as they are. It disposes the draws. */
export function someOf(samples: tf.Tensor2D, count: number, seed: number): tf.Tensor2D {
  return tf.tidy(() => {
    const kept = tf.gather(samples, someRows(samples.shape[0], count, seed));
    samples.dispose();
    return kept;
  });
}

/** Numbers of `count` of `rows` rows, drawn without replacement; all of them as they are. */
function someRows(rows: number, count: number, seed: number): tf.Tensor1D {
  const numbers = Int32Array.from({ length: rows }, (_, i) => i);
  const source = rng(seed).fork(-3);
  for (let i = 0; i < count && count < rows; i++) {
    const other = source.integer(i, rows);
    [numbers[i], numbers[other]] = [numbers[other], numbers[i]];
  }
  return tf.tensor1d(numbers.subarray(0, count), 'int32');
}
