import * as tf from '@tensorflow/tfjs';

/** Tensors of any shapes in one, [P], so that a loop and an optimiser have few ops; the caller disposes it. */
export function pack(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  return tf.tidy(() => tf.concat(tensors.map((each) => tf.reshape(each, [-1]))));
}

/** The tensors of the given shapes that were packed, in order; the caller disposes them. */
export function unpack(packed: tf.Tensor1D, shapes: readonly number[][]): tf.Tensor[] {
  return tf.tidy(() => {
    const sizes = shapes.map((shape) => tf.util.sizeFromShape(shape));
    return tf.split(packed, sizes).map((part, i) => tf.reshape(part, shapes[i]));
  });
}
