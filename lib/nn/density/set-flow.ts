import * as tf from '@tensorflow/tfjs';
import type { Activation } from '../../graph/dense';
import { checkNetworkOptions } from '../check-network-options';
import type { WeightSpec, Weights } from '../network';
import { normalisingFlow, type ConditionalDensity } from './conditional-density';
import { affineCouplings } from './real-nvp';
import { setEmbedding } from '../embedding/set-embedding';
import { countEmbedding } from '../embedding/time-embedding';

/** Size of a {@link setFlow}. The paper gives four couplings and MLPs of three hidden layers, not their widths. */
export interface SetFlowOptions {
  /** Units of each hidden layer. Default 128. */
  width?: number;
  /** Hidden layers of each MLP. Default 3. */
  hidden?: number;
  /** Length of the mean embedding. Default `width`. */
  embedding?: number;
  /** Length of the fixed embedding of n, even. Default 64. */
  countEmbedding?: number;
  /** Default `relu`. */
  activation?: Activation;
  /** Affine coupling layers. Default 4. */
  couplings?: number;
}

/** A density of theta given a set of observations, which enter as a context of the density. */
export interface SetFlow {
  readonly weights: readonly WeightSpec[];
  /** q(theta | context), of weights of its own: {@link densityWeights}. */
  readonly density: ConditionalDensity;
  /** The share of all weights that is the density's. */
  densityWeights(weights: Weights): Weights;
  /** The context [1, C] of one set x [n, L]. */
  contextOf(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
  /** The contexts [B, C] of padded sets [B, M L] of the sizes `counts` [B, 1]. */
  contexts(weights: Weights, padded: tf.Tensor2D, counts: tf.Tensor2D): tf.Tensor2D;
}

/**
 * The flow of the paper, q(theta | x_1, ..., x_n, n): a RealNVP of four affine couplings whose MLPs take the mean
 * embedding of the observations and a fixed sinusoidal embedding of n.
 * @param dims D parameters, at least 2, and L data values.
 * @throws InvalidInputError for a size that is not a positive whole number, an odd embedding of n or an unknown
 * activation.
 * Source: Geffner et al., appendix B.2.
 */
export function setFlow(dims: { theta: number; x: number }, options: SetFlowOptions = {}): SetFlow {
  const { width = 128, hidden = 3, activation = 'relu', couplings = 4 } = options;
  const { embedding = width, countEmbedding: countSize = 64 } = options;
  checkNetworkOptions('setFlow', { width, hidden, embedding, couplings }, { countEmbedding: countSize }, activation);
  const size = { width, hidden, activation };
  const sets = setEmbedding({ ...size, name: 'x', inputs: dims.x, outputs: embedding });
  const transform = affineCouplings({
    ...size,
    name: 'flow',
    dim: dims.theta,
    context: embedding + countSize,
    couplings,
  });
  const ofSets = (weights: Weights): Weights => weights.slice(0, sets.weights.length);
  return {
    weights: [...sets.weights, ...transform.weights],
    density: normalisingFlow(transform),
    densityWeights: (weights) => weights.slice(sets.weights.length),
    contextOf: (weights, x) =>
      tf.concat([sets.ofSet(ofSets(weights), x), countEmbedding(tf.tensor2d([[x.shape[0]]]), countSize)], 1),
    contexts: (weights, padded, counts) =>
      tf.concat([sets.ofSets(ofSets(weights), padded, counts), countEmbedding(counts, countSize)], 1),
  };
}
