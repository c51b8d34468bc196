import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../../core/checks';
import { activate, dense, product, type Activation } from '../../graph/dense';
import { checkNetworkOptions } from '../check-network-options';
import { timeEmbedding } from '../embedding/time-embedding';
import { denseSpecs, namedParts, type WeightSpec, type Weights } from '../network';
import { residualMlp, residualTrunk } from '../residual-mlp';
import type { NetworkDefinition, NetworkPurpose, ScoreNetwork } from './score-network';

/** Size of a {@link paperNetwork}. The paper gives the three MLPs of three hidden layers, not their widths. */
export interface PaperNetworkOptions {
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
}

/**
 * The score network of the paper: residual MLPs embed theta and x, a third one takes both with a sinusoidal embedding
 * of t.
 * @param options see {@link PaperNetworkOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, an odd time embedding or an unknown
 * activation.
 * Source: Geffner et al., appendix B.1.
 * @example
 * paperNetwork({ width: 64 }).spec; // { name: 'paper', width: 64 }
 */
export function paperNetwork(options: PaperNetworkOptions = {}): NetworkDefinition {
  const { width = 128, hidden = 3, activation = 'relu' } = objectOf('paperNetwork: options', options);
  const { embedding = width, timeEmbedding: timeSize = 64 } = options;
  checkNetworkOptions('paperNetwork', { width, hidden, embedding }, { timeEmbedding: timeSize }, activation);
  const definition: NetworkDefinition = {
    spec: { name: 'paper', ...options },
    build: (purpose) => build({ width, hidden, activation, embedding, timeEmbedding: timeSize }, purpose),
    unregularised: () => definition,
  };
  return definition;
}

function build(
  { width, hidden, activation, embedding, timeEmbedding: timeSize }: Required<PaperNetworkOptions>,
  { dims, isCorrection }: NetworkPurpose,
): ScoreNetwork {
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
    last: denseSpecs('head/last', width, dims.theta, isCorrection ? 0 : 1),
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
