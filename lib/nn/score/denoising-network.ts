import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireNumber } from '../../core/checks';
import { activate, dense, product, type Activation } from '../../graph/dense';
import { checkNetworkOptions } from '../check-network-options';
import { setEmbedding } from '../embedding/set-embedding';
import { denseSpecs, namedParts, type WeightSpec, type Weights } from '../network';
import { residualMlp } from '../residual-mlp';
import { noiseEmbedding, noiseEmbeddingSize } from './noise-embedding';
import { normalisedBlocks } from '../normalised-blocks';
import type { NetworkDefinition, NetworkPurpose, ScoreNetwork } from './score-network';

/** Size of a {@link denoisingNetwork}. */
export interface DenoisingNetworkOptions {
  /** Units of each layer. Default 128. */
  width?: number;
  /** Residual blocks of two layers that all see. Default 3. */
  blocks?: number;
  /** Hidden layers of the embedding of x. Default 2. */
  hidden?: number;
  /** Share of the blocks' hidden units that training leaves out at random. Default 0.1. */
  dropout?: number;
  /** Default `silu`. */
  activation?: Activation;
  /**
   * How many exchangeable parts x is made of, such as independent points of one simulation: x [E K] is E rows of K
   * values whose order means nothing, and its embedding is a mean over them. Default 1: x is a vector.
   */
  exchangeable?: number;
  /**
   * Whether x has one value more, the number of its parts that count, the first ones; what stands in the others is not
   * looked at. Default false: all count.
   */
  counted?: boolean;
}

/**
 * A network for the noise in theta_t, of (theta_t, noise ratio, x) and of theta's distance from a Gaussian N(m(x), C),
 * where there is one.
 *
 * x goes through an MLP, or a deep set, and the noise ratio through another; their sum with linear shares of theta_t
 * and of the distance goes through normalised residual blocks. It starts as the zero function.
 * @param options see {@link DenoisingNetworkOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, a dropout outside of [0, 1), an unknown
 * activation or, in training, parts that L is not a multiple of.
 * Source: residual MLPs as in Karras et al. (2022) preconditioned; Zaheer et al. (2017), "Deep sets"; the distance is
 * ours.
 * @example
 * denoisingNetwork({ width: 64, blocks: 2 }).spec; // { name: 'denoising', width: 64, blocks: 2 }
 */
export function denoisingNetwork(options: DenoisingNetworkOptions = {}): NetworkDefinition {
  const {
    width = 128,
    blocks = 3,
    hidden = 2,
    dropout = 0.1,
    activation = 'silu',
    exchangeable = 1,
    counted = false,
  } = objectOf('denoisingNetwork: options', options);
  checkNetworkOptions('denoisingNetwork', { width, blocks, hidden, exchangeable }, {}, activation);
  const isShare = (value: number): boolean => value >= 0 && value < 1;
  requireNumber('denoisingNetwork dropout', dropout, 'a number from 0 to below 1', isShare);
  return {
    spec: { name: 'denoising', ...options },
    build: (purpose) => build({ width, blocks, hidden, dropout, activation, exchangeable, counted }, purpose),
    unregularised: () => denoisingNetwork({ dropout: 0, ...options }),
  };
}

function build(
  { width, blocks, hidden, dropout, activation, exchangeable, counted }: Required<DenoisingNetworkOptions>,
  { dims, seesDistance }: NetworkPurpose,
): ScoreNetwork {
  const values = counted ? dims.x - 1 : dims.x;
  const inputs = values / exchangeable;
  const isSet = exchangeable > 1 || counted;
  const expected = `a divisor of the ${values} values of an observation`;
  demand('denoisingNetwork exchangeable', Number.isInteger(inputs), expected, exchangeable);
  const shape = { name: 'x', inputs, outputs: width, width, hidden, activation };
  const ofVector = residualMlp(shape);
  const ofSet = setEmbedding(shape);
  const time = residualMlp({
    name: 'noise',
    inputs: noiseEmbeddingSize,
    outputs: width,
    width,
    hidden: 1,
    activation,
  });
  const trunk = normalisedBlocks({ name: 'head', width, blocks, activation, dropout });
  const linear = (name: string, inputs: number): WeightSpec[] => denseSpecs(`head/${name}`, inputs, width).slice(0, 1);
  const { weights: specs, of } = namedParts({
    theta: linear('theta', dims.theta),
    residual: seesDistance ? linear('residual', dims.theta) : [],
    x: ofVector.weights,
    // what is made of a mean over parts
    set: isSet ? denseSpecs('x/set', counted ? width + 2 : width, width) : [],
    time: time.weights,
    trunk: trunk.weights,
    last: denseSpecs('head/last', width, dims.theta, 0),
  });
  const embedSet = (weights: Weights, x: tf.Tensor2D): tf.Tensor2D => {
    const parts = counted ? (tf.slice(x, [0, 0], [-1, values]) as tf.Tensor2D) : x;
    const counts = (
      counted ? tf.slice(x, [0, values], [-1, 1]) : tf.fill([x.shape[0], 1], exchangeable)
    ) as tf.Tensor2D;
    const [w, b] = of(weights, 'set');
    const mean = activate(ofSet.ofSets(of(weights, 'x'), parts, counts), activation);
    // how wide a posterior is goes by the root of the number, how it changes by its logarithm
    const known = counted ? (tf.concat([mean, tf.rsqrt(counts), tf.log(counts)], 1) as tf.Tensor2D) : mean;
    return dense(known, w as tf.Tensor2D, b as tf.Tensor1D);
  };
  return {
    weights: specs,
    embedTheta: (weights, theta) => product(theta, of(weights, 'theta')[0] as tf.Tensor2D),
    ...(seesDistance && {
      embedDistance: (weights: Weights, distance: tf.Tensor2D) =>
        product(distance, of(weights, 'residual')[0] as tf.Tensor2D),
    }),
    embedX: (weights, x) => (isSet ? embedSet(weights, x) : ofVector.apply(of(weights, 'x'), x)),
    embedTime: (weights, level) => time.apply(of(weights, 'time'), noiseEmbedding(level)),
    trunk: (weights, sum, key) => trunk.apply(of(weights, 'trunk'), sum, key),
    last: (weights, rows, terms = 1) => {
      const [w, b] = of(weights, 'last');
      return dense(rows, w as tf.Tensor2D, (terms === 1 ? b : tf.mul(b, terms)) as tf.Tensor1D);
    },
  };
}
