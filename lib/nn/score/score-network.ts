import * as tf from '@tensorflow/tfjs';
import { activate, dense, product, type Activation } from '../../graph/dense';
import type { NoiseLevel } from '../../diffusion/noise-level';
import type { Key } from '../../graph/random';
import { checkNetworkOptions } from '../check-network-options';
import { denseSpecs, namedParts, type WeightSpec, type Weights } from '../network';
import { residualMlp, residualTrunk } from '../residual-mlp';
import { timeEmbedding } from '../embedding/time-embedding';

/** Size of a {@link scoreNetwork}. The paper gives the three MLPs of three hidden layers, not their widths. */
export interface ScoreNetworkOptions {
  /** Units of each hidden layer. Default 128. */
  width?: number;
  /** Hidden layers of each of the three MLPs. Default 3. */
  hidden?: number;
  /** Length of the embeddings of theta and x. Default `width`. */
  embedding?: number;
  /** Length of the embedding of t, even. Default 64. */
  timeEmbedding?: number;
  /** Default `relu`. */
  activation?: Activation;
  /** Start as the zero function, as a correction of another estimate should. Default false. */
  zeroLast?: boolean;
}

/**
 * A network that predicts the noise eps in theta_t = meanCoeff theta + std eps from (theta_t, t, x).
 *
 * The head's first layer is a sum of three products, one for each embedding, so that for n observations and B particles x is embedded n
 * times, theta B times and t once, and only the head sees B n rows.
 */
export interface ScoreNetwork {
  readonly weights: readonly WeightSpec[];
  /** The head's first-layer share of theta [B, D] -> [B, width]. */
  embedTheta(weights: Weights, theta: tf.Tensor2D): tf.Tensor2D;
  /** The head's first-layer share of x [n, L] -> [n, width]. */
  embedX(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
  /** The head's first-layer share of theta's distance from the Gaussian part, {@link inStandardDeviations}, [B, D] -> [B, width]; linear. */
  embedResidual?(weights: Weights, residual: tf.Tensor2D): tf.Tensor2D;
  /** The head's first-layer share of t [B or 1, 1] -> [B or 1, width]. */
  embedTime(weights: Weights, level: NoiseLevel): tf.Tensor2D;
  /** The head's residual layers on the sum of the shares, [R, width] -> [R, width]; with a `key`, as in training, with dropout. */
  trunk(weights: Weights, sum: tf.Tensor2D, key?: Key): tf.Tensor2D;
  /** The head's linear last layer, [R, width] -> [R, D]; of a sum of `terms` trunk outputs it gives the sum of their noises. */
  last(weights: Weights, hidden: tf.Tensor2D, terms?: number): tf.Tensor2D;
}

/**
 * The score network of the paper: residual MLPs embed theta and x, a third one takes both with a sinusoidal embedding of t.
 * @param dims D parameters and L data values.
 * @throws InvalidInputError for a size that is not a positive whole number, an odd time embedding or an unknown activation.
 * Source: Geffner et al., appendix B.1.
 */
export function scoreNetwork(dims: { theta: number; x: number }, options: ScoreNetworkOptions = {}): ScoreNetwork {
  const { width = 128, hidden = 3, activation = 'relu', zeroLast = false } = options;
  const { embedding = width, timeEmbedding: timeSize = 64 } = options;
  checkNetworkOptions('scoreNetwork', { width, hidden, embedding }, { timeEmbedding: timeSize }, activation);
  const theta = residualMlp({ name: 'theta', inputs: dims.theta, outputs: embedding, width, hidden, activation });
  const x = residualMlp({ name: 'x', inputs: dims.x, outputs: embedding, width, hidden, activation });
  const trunk = residualTrunk({ name: 'head', width, layers: hidden - 1, activation });
  const share = (name: string, inputs: number): WeightSpec => ({
    name: `head/${name}`,
    shape: [inputs, width],
    initialStd: Math.sqrt(2 / (2 * embedding + timeSize)),
  });
  const { weights: specs, of: part } = namedParts({
    theta: theta.weights,
    x: x.weights,
    shares: [
      share('theta', embedding),
      share('x', embedding),
      share('t', timeSize),
      { name: 'head/bias', shape: [width], initialStd: 0 },
    ],
    trunk: trunk.weights,
    last: denseSpecs('head/last', width, dims.theta, zeroLast ? 0 : 1),
  });
  const toHead = (rows: tf.Tensor2D, weights: Weights, index: number): tf.Tensor2D =>
    product(rows, part(weights, 'shares')[index] as tf.Tensor2D);
  return {
    weights: specs,
    embedTheta: (weights, rows) => toHead(theta.apply(part(weights, 'theta'), rows), weights, 0),
    embedX: (weights, rows) => toHead(x.apply(part(weights, 'x'), rows), weights, 1),
    embedTime: (weights, level) =>
      tf.add(toHead(timeEmbedding(level.t, timeSize), weights, 2), part(weights, 'shares')[3]),
    trunk: (weights, sum) => trunk.apply(part(weights, 'trunk'), activate(sum, activation)),
    last: (weights, hidden, terms = 1) => {
      const [w, b] = part(weights, 'last');
      return dense(hidden, w as tf.Tensor2D, (terms === 1 ? b : tf.mul(b, terms)) as tf.Tensor1D);
    },
  };
}
