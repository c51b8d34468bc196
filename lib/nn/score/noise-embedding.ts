import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../diffusion/noise-level';

const frequencies = Array.from({ length: 16 }, (_, k) => 0.25 * 64 ** (k / 15));

/** Length of {@link noiseEmbedding}. */
export const noiseEmbeddingSize = 1 + 2 * frequencies.length;

/**
 * An embedding of the noise ratio, whatever the diffusion's time: [v, sin(v w_k), cos(v w_k)] with v = log(std /
 * meanCoeff) / 4 and w_k from 1/4 to 16.
 * @returns [B or 1, 33].
 * Source: Karras et al. (2022), table 1 (c_noise), with the frequencies of a narrow range.
 */
export function noiseEmbedding({ meanCoeff, std }: NoiseLevel): tf.Tensor2D {
  const ratio = tf.div(tf.log(tf.div(std, meanCoeff)), 4) as tf.Tensor2D;
  const angles = tf.mul(ratio, tf.tensor2d([frequencies]));
  return tf.concat([ratio, tf.sin(angles), tf.cos(angles)], 1) as tf.Tensor2D;
}
