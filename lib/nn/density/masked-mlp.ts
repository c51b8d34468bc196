import * as tf from '@tensorflow/tfjs';
import { dense, type Activation } from '../../graph/dense';
import { denseSpecs, type WeightSpec, type Weights } from '../network';

/** Shape of a {@link maskedMlp}. */
export interface MaskedMlpOptions {
  name: string;
  /** D. */
  dim: number;
  /** Length of the context, C. */
  context: number;
  /** P, the outputs of each dimension. */
  parameters: number;
  /** The order of the dimensions: `order[i]` says how many come before dimension i. */
  order: readonly number[];
  /** Units of each hidden layer. */
  width: number;
  /** Hidden layers. */
  hidden: number;
  activation: Activation;
}

/** A residual MLP whose outputs for a dimension see only the dimensions before it, and the context. */
export interface MaskedMlp {
  readonly weights: readonly WeightSpec[];
  /** Outputs [B, P D] of x [B, D] and the context [B, C]: column p D + i is output p of dimension i. */
  apply(weights: Weights, x: tf.Tensor2D, context: tf.Tensor2D): tf.Tensor2D;
  /** The outputs [B, P] of dimension i, an int32 scalar, alone. */
  applyOne(weights: Weights, x: tf.Tensor2D, context: tf.Tensor2D, i: tf.Scalar): tf.Tensor2D;
}

/**
 * MADE: an MLP whose weights are masked, so that one pass gives the parameters of all conditionals. The context enters
 * every layer. The last layer starts at zero.
 * Source: Germain et al. (2015), "MADE: masked autoencoder for distribution estimation", section 4.
 */
export function maskedMlp(options: MaskedMlpOptions): MaskedMlp {
  const { name, dim, context, parameters, order, width, hidden, activation } = options;
  // how many dimensions, in the order, a hidden unit may see: from none on, evenly
  const seen = Array.from({ length: width }, (_, j) => Math.floor((j * dim) / width));
  const outputs = Array.from({ length: parameters * dim }, (_, k) => order[k % dim]);
  const fromUnits = (to: readonly number[]): tf.Tensor2D => mask(seen, to, context, (from, into) => from <= into);
  const layers = [
    { inputs: dim, mask: () => mask(order, seen, context, (from, into) => from < into) },
    ...Array.from({ length: hidden - 1 }, () => ({ inputs: width, mask: () => fromUnits(seen) })),
  ];
  const weights = [
    ...layers.flatMap(({ inputs }, k) => denseSpecs(`${name}/layer${k}`, inputs + context, width, gain(k, hidden))),
    ...denseSpecs(`${name}/last`, width + context, outputs.length, 0),
  ];
  const through = (w: Weights, x: tf.Tensor2D, at: tf.Tensor2D): tf.Tensor2D => {
    let h = x;
    layers.forEach((layer, k) => {
      const masked = tf.mul(w[2 * k], layer.mask()) as tf.Tensor2D;
      const next = dense(tf.concat([h, at], 1), masked, w[2 * k + 1] as tf.Tensor1D, activation);
      h = k === 0 ? next : tf.add(h, next);
    });
    return tf.concat([h, at], 1);
  };
  return {
    weights,
    apply: (w, x, at) => {
      const last = tf.mul(w[w.length - 2], fromUnits(outputs)) as tf.Tensor2D;
      return dense(through(w, x, at), last, w[w.length - 1] as tf.Tensor1D);
    },
    applyOne: (w, x, at, i) => {
      const own = <T extends tf.Tensor>(all: tf.Tensor, shape: number[]): T =>
        tf.squeeze(tf.gather(tf.reshape(all, [...shape, dim]), tf.reshape(i, [1]), shape.length), [shape.length]) as T;
      const last = tf.mul(w[w.length - 2], fromUnits(outputs));
      return dense(through(w, x, at), own(last, [width + context, parameters]), own(w[w.length - 1], [parameters]));
    },
  };
}

/** He's gain, shared by the residual layers. */
function gain(layer: number, hidden: number): number {
  return layer === 0 ? Math.SQRT2 : Math.SQRT2 / Math.sqrt(hidden - 1);
}

/** Ones where a connection is, [from + context, to]: every unit sees the context. */
function mask(
  from: readonly number[],
  to: readonly number[],
  context: number,
  sees: (from: number, to: number) => boolean,
): tf.Tensor2D {
  const rows = [
    ...from.map((a) => to.map((b) => Number(sees(a, b)))),
    ...Array.from({ length: context }, () => to.map(() => 1)),
  ];
  return tf.tensor2d(rows, [from.length + context, to.length]);
}
