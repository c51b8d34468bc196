import * as tf from '@tensorflow/tfjs';
import type { ElementwiseTransform } from './elementwise-transform';
import { splineForward, splineInverse, splineParameters, type SplineSize } from './rational-quadratic';

/**
 * What a network's outputs count as parameters: a spline bends slowly beside what an affine map learns in as many
 * steps, so that it does not fit the noise of few rows first. Durkan et al. divide by the square root of the width.
 */
const pace = 1 / 7;

/** A monotone rational-quadratic spline of each dimension. */
export function splineTransform(size: SplineSize): ElementwiseTransform {
  const parameters = splineParameters(size);
  // numbers go dimension by dimension, so that what is summed over bins lies in rows
  const inRow = (x: tf.Tensor2D): tf.Tensor1D => tf.reshape(tf.transpose(x), [-1]);
  const inColumns = (raw: tf.Tensor2D): tf.Tensor2D =>
    tf.reshape(tf.transpose(tf.mul(pace, raw)), [parameters, -1]) as tf.Tensor2D;
  return {
    parameters,
    forward: (x, raw) => {
      const both = tf.reshape(splineForward(inRow(x), inColumns(raw), size), [2, x.shape[1], -1]);
      const [z, logSlope] = tf.unstack(both) as tf.Tensor2D[];
      return { z: tf.transpose(z), logDet: tf.sum(logSlope, 0) };
    },
    inverse: (z, raw) => {
      const x = tf.reshape(splineInverse(inRow(z), inColumns(raw), size), [z.shape[1], -1]) as tf.Tensor2D;
      return tf.transpose(x);
    },
  };
}
