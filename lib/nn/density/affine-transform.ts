import * as tf from '@tensorflow/tfjs';
import type { ElementwiseTransform } from './elementwise-transform';

/**
 * No log-scale of one layer leaves (-c, c): a dimension is scaled by at most e^4, about 55, in each layer that changes
 * it.
 */
const mostLogScale = 4;

/**
 * z = x exp(s) + m with s = c tanh(r / c) and the parameters r and m.
 *
 * The bound c = 4 on the log-scale is ours: without one a step of training that goes wrong takes exp(s) out of the
 * finite numbers. For small r it changes nothing.
 */
export const affineTransform: ElementwiseTransform = {
  parameters: 2,
  forward: (x, raw) => {
    const [logScale, shift] = scaleAndShift(raw);
    return { z: tf.add(tf.mul(x, tf.exp(logScale)), shift), logDet: tf.sum(logScale, 1) as tf.Tensor1D };
  },
  inverse: (z, raw) => {
    const [logScale, shift] = scaleAndShift(raw);
    return tf.mul(tf.sub(z, shift), tf.exp(tf.neg(logScale)));
  },
};

function scaleAndShift(raw: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  const [r, shift] = tf.split(raw, 2, 1) as tf.Tensor2D[];

  return [tf.mul(mostLogScale, tf.tanh(tf.div(r, mostLogScale))) as tf.Tensor2D, shift];
}
