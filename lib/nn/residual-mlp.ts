import * as tf from '@tensorflow/tfjs';
import type { Activation } from '../graph/dense';
import { applyDense, denseSpecs, type Network, type Weights } from './network';

/** Shape of a {@link residualMlp}. */
export interface ResidualMlpOptions {
  name: string;
  inputs: number;
  outputs: number;
  /** Units of each hidden layer. */
  width: number;
  /** Number of hidden layers. */
  hidden: number;
  activation: Activation;
  /** Start the last layer at zero, so that the network starts as the zero function. Default false. */
  zeroLast?: boolean;
}

/** He's gain for activations that are zero on one side. */
const hiddenGain = Math.SQRT2;

/** A network whose last layer, which is linear, can be applied by itself, to a mean over rows say. */
export interface ResidualMlp extends Network {
  /** All layers but the last, [B, inputs] -> [B, width]. */
  hidden(weights: Weights, rows: tf.Tensor2D): tf.Tensor2D;
  /** The last layer, [B, width] -> [B, outputs]. */
  last(weights: Weights, hidden: tf.Tensor2D): tf.Tensor2D;
}

/**
 * An MLP with residual connections: h_1 = f(x W_1 + b_1), h_k = h_{k-1} + f(h_{k-1} W_k + b_k), y = h_last W + b.
 */
export function residualMlp(options: ResidualMlpOptions): ResidualMlp {
  const { name, inputs, outputs, width, hidden, activation } = options;
  const trunk = residualTrunk({ name, width, layers: hidden - 1, activation });
  const weights = [
    ...denseSpecs(`${name}/first`, inputs, width, hiddenGain),
    ...trunk.weights,
    ...denseSpecs(`${name}/last`, width, outputs, options.zeroLast ? 0 : 1),
  ];
  const through = (w: Weights, rows: tf.Tensor2D): tf.Tensor2D =>
    trunk.apply(w.slice(2, -2), applyDense(w, 0, rows, activation));
  const last = (w: Weights, rows: tf.Tensor2D): tf.Tensor2D => applyDense(w, w.length - 2, rows);
  return { weights, hidden: through, last, apply: (w, rows) => last(w, through(w, rows)) };
}

/** The residual layers of a {@link residualMlp}: h <- h + f(h W + b), `layers` times. */
export function residualTrunk(options: {
  name: string;
  width: number;
  layers: number;
  activation: Activation;
}): Network {
  const { name, width, layers, activation } = options;
  const gain = hiddenGain / Math.sqrt(Math.max(1, layers));
  return {
    weights: Array.from({ length: layers }, (_, k) => denseSpecs(`${name}/residual${k}`, width, width, gain)).flat(),
    apply: (w: Weights, rows) => {
      let h = rows;
      for (let k = 0; k < layers; k++) h = tf.add(h, applyDense(w, 2 * k, h, activation));
      return h;
    },
  };
}
