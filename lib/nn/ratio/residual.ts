import * as tf from '@tensorflow/tfjs';
import { objectOf, requireNumber } from '../../core/checks';
import { product, type Activation } from '../../graph/dense';
import { checkNetworkOptions } from '../check-network-options';
import { applyDense, denseSpecs, namedParts, type WeightSpec, type Weights } from '../network';
import { normalisedBlocks } from '../normalised-blocks';
import { residualMlp } from '../residual-mlp';
import type { ClassifierDefinition, RatioNetwork } from './ratio-network';

/** Size of a {@link residual} classifier. */
export interface ResidualOptions {
  /** Units of each layer. Default 64. */
  width?: number;
  /** Residual blocks of two layers that see pairs. Default 2. */
  blocks?: number;
  /** Linear forms of theta and x whose squares add to the logit. Default 32. */
  squares?: number;
  /** Share of the blocks' hidden units that training leaves out at random. Default 0.1. */
  dropout?: number;
  /** Default `silu`. */
  activation?: Activation;
}

/**
 * A residual network for the log ratio: blocks on the sum s of a share of theta and a share of x, and a sum of squares,
 * log r = w . h(s) + sum_k a_k q_k^2, where each share, of s and of the forms q, is a linear map and an MLP of one
 * hidden layer.
 *
 * The log ratio of a Gaussian model is such a sum of squares of linear forms; the blocks learn what is left. It starts
 * as the zero function.
 * @param options see {@link ResidualOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, a dropout outside of [0, 1) or an unknown
 * activation.
 * Source: Durkan et al. (2020), "On contrastive learning for likelihood-free inference", for residual classifiers; the
 * squares are ours.
 * @example
 * nn.classifiers.residual({ width: 50 }).spec; // { name: 'residual', width: 50 }
 */
export function residual(options: ResidualOptions = {}): ClassifierDefinition {
  const {
    width = 64,
    blocks = 2,
    squares = 32,
    dropout = 0.1,
    activation = 'silu',
  } = objectOf('residual: options', options);
  checkNetworkOptions('residual', { width, blocks, squares }, {}, activation);
  const isShare = (value: number): boolean => value >= 0 && value < 1;
  requireNumber('residual dropout', dropout, 'a number from 0 to below 1', isShare);
  return {
    spec: { name: 'residual', ...options },
    build: (dims) => build({ width, blocks, squares, dropout, activation }, dims),
  };
}

function build(
  { width, blocks, squares, dropout, activation }: Required<ResidualOptions>,
  dims: { readonly theta: number; readonly x: number },
): RatioNetwork {
  const outputs = width + squares;
  const [theta, x] = (['theta', 'x'] as const).map((name) =>
    share({ name, inputs: dims[name], outputs, width, activation }),
  );
  const trunk = normalisedBlocks({ name: 'head', width, blocks, activation, dropout });
  const { weights: specs, of } = namedParts({
    theta: theta.weights,
    x: x.weights,
    trunk: trunk.weights,
    last: denseSpecs('head/last', width, 1, 0),
    squares: denseSpecs('head/squares', squares, 1, 0).slice(0, 1),
  });
  return {
    weights: specs,
    ofTheta: (weights, rows) => theta.apply(of(weights, 'theta'), rows),
    ofX: (weights, rows) => x.apply(of(weights, 'x'), rows),
    logRatio: (weights, sums, key) => {
      const [ofBlocks, forms] = tf.split(sums, [width, squares], 1) as tf.Tensor2D[];
      const hidden = trunk.apply(of(weights, 'trunk'), ofBlocks, key);
      const quadratic = product(tf.square(forms), of(weights, 'squares')[0] as tf.Tensor2D);
      return tf.squeeze(tf.add(applyDense(of(weights, 'last'), 0, hidden), quadratic), [1]) as tf.Tensor1D;
    },
  };
}

/** A linear map and an MLP of one hidden layer, added. */
function share(options: { name: string; inputs: number; outputs: number; width: number; activation: Activation }): {
  weights: readonly WeightSpec[];
  apply(weights: Weights, rows: tf.Tensor2D): tf.Tensor2D;
} {
  const { name, inputs, outputs } = options;
  const mlp = residualMlp({ ...options, hidden: 1 });
  const linear = denseSpecs(`${name}/linear`, inputs, outputs).slice(0, 1);
  return {
    weights: [...linear, ...mlp.weights],
    apply: (weights, rows) =>
      tf.add(product(rows, weights[0] as tf.Tensor2D), mlp.apply(weights.slice(1), rows)) as tf.Tensor2D,
  };
}
