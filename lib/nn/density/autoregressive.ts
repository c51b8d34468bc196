import * as tf from '@tensorflow/tfjs';
import { loop } from '../../graph/loop';
import type { ConditionalTransform } from './conditional-density';
import type { ElementwiseTransform } from './elementwise-transform';
import { maskedMlp, type MaskedMlpOptions } from './masked-mlp';

/** Shape of an {@link autoregressive}. */
export interface AutoregressiveOptions extends Omit<MaskedMlpOptions, 'parameters' | 'order'> {
  /** Whether the last dimension comes first. */
  isReversed: boolean;
  /** How it changes each dimension. */
  transform: ElementwiseTransform;
}

/**
 * A masked autoregressive transform: dimension i is changed by a map of single numbers whose parameters come from the
 * dimensions before it and the context. One pass of the network for all dimensions, and D of them, in a loop of the
 * graph, for the inverse. It starts as the identity.
 * Source: Papamakarios et al. (2017), "Masked autoregressive flow for density estimation", section 3.
 */
export function autoregressive(options: AutoregressiveOptions): ConditionalTransform {
  const { isReversed, transform, ...size } = options;
  const { dim } = size;
  const order = Array.from({ length: dim }, (_, i) => (isReversed ? dim - 1 - i : i));
  const network = maskedMlp({ ...size, order, parameters: transform.parameters });
  return {
    dim,
    weights: network.weights,
    inverseHasNoGradient: true,
    forward: (weights, x, context) => transform.forward(x, network.apply(weights, x, context)),
    inverse: (weights, z, context) =>
      loop(dim, tf.zerosLike(z), (round, x) => {
        const i = (isReversed ? tf.sub(tf.scalar(dim - 1, 'int32'), round) : round) as tf.Scalar;
        const at = tf.reshape(i, [1]) as tf.Tensor1D;
        const own = transform.inverse(tf.gather(z, at, 1), network.applyOne(weights, x, context, i));
        return tf.add(x, tf.mul(own, tf.cast(tf.equal(tf.range(0, dim, 1, 'int32'), at), 'float32')));
      }),
  };
}
