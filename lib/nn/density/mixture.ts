import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../../core/checks';
import { randomNormal, randomUniform, splitKey, type Key } from '../../graph/random';
import { checkNetworkOptions } from '../check-network-options';
import type { Weights } from '../network';
import { residualMlp } from '../residual-mlp';
import type { ConditionalDensity } from './conditional-density';
import type { DensityDefinition, DensityShape } from './density-definition';
import type { FlowOptions } from './flow-options';

/** A mixture of K Gaussians in D dimensions for each of B contexts. */
export interface MixtureComponents {
  /** log a_k [B, K]: their exponentials add up to one. */
  readonly logWeights: tf.Tensor2D;
  /** m_k [B, K, D]. */
  readonly mean: tf.Tensor3D;
  /**
   * L_k [B, K, D, D]: the precision, the inverse of the covariance, is L_k L_k^T. Lower triangular with a positive
   * diagonal, unless the mixture is of what a linear fit leaves.
   */
  readonly factor: tf.Tensor4D;
}

/** A conditional density that is a mixture of Gaussians, for algebra in closed form. */
export interface MixtureDensity extends ConditionalDensity {
  /** The Gaussians for each context [B, C]. */
  components(weights: Weights, context: tf.Tensor2D): MixtureComponents;
}

/**
 * Whether a density is a mixture of Gaussians that tells its components.
 * @throws InvalidInputError for what is no density.
 * @example
 * densities.isMixture(densities.mixture().build({ name: 'q', dim: 2, context: 3 })); // true
 */
export function isMixture(density: ConditionalDensity): density is MixtureDensity {
  return 'components' in objectOf('isMixture: density', density, 'a conditional density');
}

/** Size of a {@link mixture}. */
export interface MixtureOptions extends Omit<FlowOptions, 'transforms'> {
  /** Gaussians, K. Default 10. */
  components?: number;
}

/** A {@link mixture} before it is known what it is for. */
export interface MixtureDefinition extends DensityDefinition {
  build(shape: DensityShape): MixtureDensity;
}

/**
 * A mixture density network: q(theta | context) = sum_k a_k N(theta; m_k, (L_k L_k^T)^-1), with all of a, m and the
 * full lower triangular factors L of the precisions from one MLP of the context.
 * @param options see {@link MixtureOptions}.
 * @throws InvalidInputError for a size that is not a positive whole number, or an unknown activation.
 * Source: Bishop (1994), "Mixture density networks"; Papamakarios and Murray (2016), appendix C, for full precisions.
 * @example
 * densities.mixture({ components: 5 }).spec; // { name: 'mixture', components: 5 }
 */
export function mixture(options: MixtureOptions = {}): MixtureDefinition {
  const { components = 10, width = 50, hidden = 2, activation = 'silu' } = objectOf('mixture: options', options);
  checkNetworkOptions('mixture', { components, width, hidden }, {}, activation);
  return {
    spec: { name: 'mixture', ...options },
    build: (shape) => mixtureDensity(shape, { components, width, hidden, activation }),
  };
}

/** The diagonal of a factor stays in (e^-c, e^c), so that no standard deviation leaves (1 / 3000, 3000). */
const mostLogDiagonal = 8;

/**
 * How far the last layer is from zero at the start, as a share of what is usual: components that start as the same
 * would stay the same.
 */
const firstSpread = 0.1;

function mixtureDensity(
  { name, dim, context }: DensityShape,
  { components: count, ...size }: Required<MixtureOptions>,
): MixtureDensity {
  const outputs = count * (1 + dim + dim ** 2);
  const mlp = residualMlp({ ...size, name, inputs: context, outputs });
  const logNorm = (dim / 2) * Math.log(2 * Math.PI);
  // the upper triangle of the network's output is not used
  const entries = (are: (i: number, j: number) => boolean): tf.Tensor2D =>
    tf.tensor2d(Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => Number(are(i, j)))));

  /** Of raw outputs [..., D, D] the factor, and the logarithms of its diagonal [..., D]. */
  const factorOf = (raw: tf.Tensor): { factor: tf.Tensor; logDiagonal: tf.Tensor } => {
    const identity = entries((i, j) => i === j);
    const diagonal = tf.sum(tf.mul(raw, identity), -1);
    const logDiagonal = tf.mul(mostLogDiagonal, tf.tanh(tf.div(diagonal, mostLogDiagonal)));
    const scaled = tf.mul(tf.expandDims(tf.exp(logDiagonal), -1), identity);
    const lower = entries((i, j) => j < i);
    return { factor: tf.add(tf.mul(raw, lower), scaled), logDiagonal };
  };
  const rawOf = (weights: Weights, at: tf.Tensor2D): [tf.Tensor2D, tf.Tensor3D, tf.Tensor4D] => {
    const parts = tf.split(mlp.apply(weights, at), [count, count * dim, count * dim ** 2], 1);
    const rows = at.shape[0];
    return [
      tf.logSoftmax(parts[0]) as tf.Tensor2D,
      tf.reshape(parts[1], [rows, count, dim]),
      tf.reshape(parts[2], [rows, count, dim, dim]),
    ];
  };
  return {
    dim,
    drawsHaveNoGradient: true,
    weights: mlp.weights.map((spec, i) => {
      if (i < mlp.weights.length - 2) return spec;
      return { ...spec, initialStd: firstSpread * (spec.initialStd || 1) };
    }),
    components: (weights, at) => {
      const [logWeights, mean, raw] = rawOf(weights, at);
      return { logWeights, mean, factor: factorOf(raw).factor as tf.Tensor4D };
    },
    sample: (weights, key, at) => {
      const [logWeights, means, raws] = rawOf(weights, at);
      const [chosenKey, noiseKey] = splitKey(key, 2);
      const chosen = tf.expandDims(oneOf(chosenKey, logWeights), 2);
      const mean = tf.sum(tf.mul(means, chosen), 1) as tf.Tensor2D;
      const raw = tf.sum(tf.mul(raws, tf.expandDims(chosen, 3)), 1);
      const noise = randomNormal<tf.Tensor2D>(noiseKey, [at.shape[0], dim]);
      return tf.add(mean, solveTransposed(factorOf(raw).factor as tf.Tensor3D, noise));
    },
    logProb: (weights, theta, at) => {
      const [logWeights, mean, raw] = rawOf(weights, at);
      const { factor, logDiagonal } = factorOf(raw);
      // z = L^T (theta - m)
      const offset = tf.expandDims(tf.sub(tf.expandDims(theta, 1), mean), 3);
      const z = tf.sum(tf.mul(factor, offset), 2);
      const each = tf.sub(tf.sum(logDiagonal, 2), tf.mul(0.5, tf.sum(tf.square(z), 2)));
      return tf.sub(tf.logSumExp(tf.add(logWeights, each), 1), logNorm) as tf.Tensor1D;
    },
  };
}

/** One of K for each row, drawn with probabilities exp(logWeights) [B, K], as a row of zeros and a one [B, K]. */
function oneOf(key: Key, logWeights: tf.Tensor2D): tf.Tensor2D {
  const gumbel = tf.neg(tf.log(tf.neg(tf.log(randomUniform(key, logWeights.shape)))));
  const chosen = tf.expandDims(tf.argMax(tf.add(logWeights, gumbel), 1), 1);
  return tf.cast(tf.equal(chosen, tf.range(0, logWeights.shape[1], 1, 'int32')), 'float32') as tf.Tensor2D;
}

/** y [B, D] of L^T y = z [B, D], with lower triangular L [B, D, D], from the last value to the first. */
function solveTransposed(factor: tf.Tensor3D, z: tf.Tensor2D): tf.Tensor2D {
  const dim = z.shape[1];
  const y: tf.Tensor2D[] = [];
  let left = z;
  for (let i = dim - 1; i >= 0; i--) {
    // row i of L is column i of L^T
    const column = tf.squeeze(tf.slice(factor, [0, i, 0], [-1, 1, -1]), [1]) as tf.Tensor2D;
    const value = tf.div(tf.slice(left, [0, i], [-1, 1]), tf.slice(column, [0, i], [-1, 1])) as tf.Tensor2D;
    y.unshift(value);
    left = tf.sub(left, tf.mul(column, value));
  }
  return tf.concat(y, 1);
}
