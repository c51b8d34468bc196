import * as tf from '@tensorflow/tfjs';
import type { Weights } from '../network';
import { residualMlp, type ResidualMlpOptions } from '../residual-mlp';
import type { ConditionalTransform } from './conditional-density';
import type { ElementwiseTransform } from './elementwise-transform';

/** Shape of a {@link coupling}. */
export interface CouplingOptions extends Pick<ResidualMlpOptions, 'name' | 'width' | 'hidden' | 'activation'> {
  /** D; of one dimension, a layer that keeps the last one changes nothing. */
  dim: number;
  /** Length of the context, C. */
  context: number;
  /** Keep the first D/2 (rounded down) dimensions and change the others, or the other way round. */
  keeps: 'first' | 'last';
  /** How it changes each of them. */
  transform: ElementwiseTransform;
}

/**
 * A coupling layer: of x = (a, b) it keeps a, and changes b by a map of single numbers with the parameters MLP(a,
 * context).
 *
 * The MLP's last layer starts at zero, so that the layer starts as the identity.
 * Source: Dinh et al., "Density estimation using Real NVP", equations (7) and (8).
 */
export function coupling(options: CouplingOptions): ConditionalTransform {
  const { dim, context, keeps, transform, ...mlp } = options;
  const head = Math.floor(dim / 2);
  const [kept, changed] = keeps === 'first' ? [head, dim - head] : [dim - head, head];
  const outputs = transform.parameters * changed;
  const conditioner = residualMlp({ ...mlp, inputs: kept + context, outputs, zeroLast: true });

  const split = (rows: tf.Tensor2D): { a: tf.Tensor2D; b: tf.Tensor2D } => {
    const first = tf.slice(rows, [0, 0], [-1, head]);
    const last = tf.slice(rows, [0, head], [-1, dim - head]);
    return keeps === 'first' ? { a: first, b: last } : { a: last, b: first };
  };
  const join = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.concat(keeps === 'first' ? [a, b] : [b, a], 1);
  const parameters = (weights: Weights, a: tf.Tensor2D, context: tf.Tensor2D): tf.Tensor2D =>
    conditioner.apply(weights, tf.concat([a, context], 1));
  return {
    dim,
    weights: conditioner.weights,
    forward: (weights, x, context) => {
      const { a, b } = split(x);
      const { z, logDet } = transform.forward(b, parameters(weights, a, context));
      return { z: join(a, z), logDet };
    },
    inverse: (weights, z, context) => {
      const { a, b } = split(z);
      return join(a, transform.inverse(b, parameters(weights, a, context)));
    },
  };
}
