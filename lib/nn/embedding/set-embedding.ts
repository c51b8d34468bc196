import * as tf from '@tensorflow/tfjs';
import type { WeightSpec, Weights } from '../network';
import { residualMlp, type ResidualMlpOptions } from '../residual-mlp';

/** An embedding of sets of observations that does not look at their order. */
export interface SetEmbedding {
  readonly weights: readonly WeightSpec[];
  /** One set x [n, L] of any size -> [1, outputs]. */
  ofSet(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
  /**
   * Many sets of at most M / L observations -> [B, outputs].
   * @param padded each set's observations in a row [B, M], then finite numbers, which change nothing.
   * @param counts sizes of the sets [B, 1].
   */
  ofSets(weights: Weights, padded: tf.Tensor2D, counts: tf.Tensor2D): tf.Tensor2D;
}

/**
 * The mean embedding (deep set) of observations, (1 / n) sum_j MLP(x_j).
 *
 * The MLP's last layer is linear, so it is applied once to the mean of what the layers before make of each observation.
 * Source: Zaheer et al., "Deep sets"; Geffner et al., appendix B.2.
 */
export function setEmbedding(options: ResidualMlpOptions): SetEmbedding {
  const mlp = residualMlp(options);
  const { inputs, width } = options;
  return {
    weights: mlp.weights,
    ofSet: (weights, x) => mlp.last(weights, tf.mean(mlp.hidden(weights, x), 0, true) as tf.Tensor2D),
    ofSets: (weights, padded, counts) => {
      const [sets, columns] = padded.shape;
      const most = columns / inputs;
      const hidden = mlp.hidden(weights, tf.reshape(padded, [sets * most, inputs]));
      const position = tf.tensor2d([Array.from({ length: most }, (_, j) => j)]);
      const shares = tf.div(tf.cast(tf.less(position, counts), 'float32'), counts);
      const mean = tf.sum(tf.mul(tf.reshape(hidden, [sets, most, width]), tf.expandDims(shares, 2)), 1);
      return mlp.last(weights, mean as tf.Tensor2D);
    },
  };
}
