import * as tf from '@tensorflow/tfjs';
import type { PosteriorGradient } from '../contract/posterior';
import { unconstrained } from '../distributions/unconstrained';
import type { Frame } from './frame';

/**
 * The gradient of a density of which the one in a frame's coordinates y is known, from grad log q(y) [B, D]: the
 * unconstrained parameters are z = mean + std y.
 */
export function frameGradient({ prior, config }: Frame, ofY: (y: tf.Tensor2D) => tf.Tensor2D): PosteriorGradient {
  const { mean, std } = config.theta;
  const { support } = prior;
  return {
    coordinates: unconstrained(prior),
    ...(support && { support }),
    at: (z) => {
      const scale = tf.tensor1d(std);
      return tf.div(ofY(tf.div(tf.sub(z, tf.tensor1d(mean)), scale)), scale);
    },
  };
}
