import * as tf from '@tensorflow/tfjs';
import type { Weights } from '../network';
import { residualMlp, type ResidualMlpOptions } from '../residual-mlp';
import type { ConditionalTransform } from './conditional-density';

/** Shape of an {@link affineCoupling}. */
export interface AffineCouplingOptions extends Pick<ResidualMlpOptions, 'name' | 'width' | 'hidden' | 'activation'> {
  /** D; of one dimension, a layer that keeps the last one changes nothing. */
  dim: number;
  /** Length of the context, C. */
  context: number;
  /** Keep the first D/2 (rounded down) dimensions and change the others, or the other way round. */
  keeps: 'first' | 'last';
}

/**
 * No log-scale of one layer leaves (-c, c): a dimension is scaled by at most e^4, about 55, in each layer that changes
 * it.
 */
const mostLogScale = 4;

/**
 * An affine coupling layer: of x = (a, b) it keeps a, and changes b to b exp(s) + m with (r, m) = MLP(a, context) and s
 * = c tanh(r / c).
 *
 * The bound c = 4 on the log-scale is ours: without one a step of training that goes wrong takes exp(s) out of the
 * finite numbers. For small r it changes nothing. The MLP's last layer starts at zero, so that the layer starts as the
 * identity.
 * Source: Dinh et al., "Density estimation using Real NVP", equations (7) and (8).
 */
export function affineCoupling(options: AffineCouplingOptions): ConditionalTransform {
  const { dim, context, keeps, ...mlp } = options;
  const head = Math.floor(dim / 2);
  const [kept, changed] = keeps === 'first' ? [head, dim - head] : [dim - head, head];
  const conditioner = residualMlp({ ...mlp, inputs: kept + context, outputs: 2 * changed, zeroLast: true });

  const split = (rows: tf.Tensor2D): { a: tf.Tensor2D; b: tf.Tensor2D } => {
    const first = tf.slice(rows, [0, 0], [-1, head]);
    const last = tf.slice(rows, [0, head], [-1, dim - head]);
    return keeps === 'first' ? { a: first, b: last } : { a: last, b: first };
  };
  const join = (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.concat(keeps === 'first' ? [a, b] : [b, a], 1);
  const scaleAndShift = (weights: Weights, a: tf.Tensor2D, context: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] => {
    const out = conditioner.apply(weights, tf.concat([a, context], 1));
    const raw = tf.slice(out, [0, 0], [-1, changed]);
    return [tf.mul(mostLogScale, tf.tanh(tf.div(raw, mostLogScale))), tf.slice(out, [0, changed], [-1, changed])];
  };
  return {
    dim,
    weights: conditioner.weights,
    forward: (weights, x, context) => {
      const { a, b } = split(x);
      const [logScale, shift] = scaleAndShift(weights, a, context);
      return {
        z: join(a, tf.add(tf.mul(b, tf.exp(logScale)), shift)),
        logDet: tf.sum(logScale, 1) as tf.Tensor1D,
      };
    },
    inverse: (weights, z, context) => {
      const { a, b } = split(z);
      const [logScale, shift] = scaleAndShift(weights, a, context);
      return join(a, tf.mul(tf.sub(b, shift), tf.exp(tf.neg(logScale))));
    },
  };
}
