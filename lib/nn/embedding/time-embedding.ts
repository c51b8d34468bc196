import * as tf from '@tensorflow/tfjs';

/** Number of positions that t in [0, 1] spans: the paper's T, so that its levels fall on whole positions. */
const positions = 400;

/**
 * Sinusoidal embedding of the diffusion time: [sin(p w_k), cos(p w_k)] with p = 400 t and w_k falling from 1 to
 * 1/10,000.
 * @param t column [B, 1] in [0, 1].
 * @param size length of the embedding, even.
 * @returns [B, size].
 * Source: Vaswani et al., "Attention is all you need", section 3.5.
 */
export function timeEmbedding(t: tf.Tensor2D, size: number): tf.Tensor2D {
  return sinusoids(t, size, positions);
}

/**
 * The same embedding of a number of observations, which is its own position: [sin(n w_k), cos(n w_k)].
 * @param n column [B, 1].
 * @param size length of the embedding, even.
 * @returns [B, size].
 */
export function countEmbedding(n: tf.Tensor2D, size: number): tf.Tensor2D {
  return sinusoids(n, size, 1);
}

function sinusoids(values: tf.Tensor2D, size: number, fastest: number): tf.Tensor2D {
  const frequencies = Array.from({ length: size / 2 }, (_, k) => fastest * 10_000 ** (-k / Math.max(1, size / 2 - 1)));
  const angles = tf.mul(values, tf.tensor2d([frequencies]));
  return tf.concat([tf.sin(angles), tf.cos(angles)], 1) as tf.Tensor2D;
}
