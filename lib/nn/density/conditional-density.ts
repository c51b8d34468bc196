import * as tf from '@tensorflow/tfjs';
import { randomNormal, type Key } from '../../graph/random';
import type { WeightSpec, Weights } from '../network';

/** A normalised density of theta [B, D] given a context [B, C]: draws and log density, both exact. */
export interface ConditionalDensity {
  /** D, the dimensions of theta. */
  readonly dim: number;
  /** Its weights before training, in order. */
  readonly weights: readonly WeightSpec[];
  /** One draw [B, D] for each row of the context [B, C]; all randomness from the key. */
  sample(weights: Weights, key: Key, context: tf.Tensor2D): tf.Tensor2D;
  /** log q(theta | context) [B] of theta [B, D] and contexts [B or 1, C]. */
  logProb(weights: Weights, theta: tf.Tensor2D, context: tf.Tensor2D): tf.Tensor1D;
  /** Whether its draws cannot be differentiated in the weights. Default false. */
  readonly drawsHaveNoGradient?: boolean;
}

/** A one-to-one map between theta [B, D] and z [B, D], given a context [B or 1, C]. */
export interface ConditionalTransform {
  /** D, the dimensions of theta. */
  readonly dim: number;
  /** Its weights before training, in order. */
  readonly weights: readonly WeightSpec[];
  /** z [B, D] of theta [B, D], and log |det dz / dtheta| [B]. */
  forward(weights: Weights, theta: tf.Tensor2D, context: tf.Tensor2D): { z: tf.Tensor2D; logDet: tf.Tensor1D };
  /** theta [B, D] of z [B, D]. */
  inverse(weights: Weights, z: tf.Tensor2D, context: tf.Tensor2D): tf.Tensor2D;
  /** Whether the inverse cannot be differentiated, since it has a loop. Default false. */
  readonly inverseHasNoGradient?: boolean;
}

/**
 * The density of theta where z(theta) ~ N(0, I): log q(theta) = log N(z(theta); 0, I) + log |det dz / dtheta|.
 * Source: Papamakarios et al. (2021), "Normalizing flows for probabilistic modeling and inference", equation (3).
 */
export function normalisingFlow(transform: ConditionalTransform): ConditionalDensity {
  const { dim, inverseHasNoGradient } = transform;
  const logNorm = (dim / 2) * Math.log(2 * Math.PI);
  return {
    dim,
    weights: transform.weights,
    ...(inverseHasNoGradient && { drawsHaveNoGradient: true }),
    sample: (weights, key, context) =>
      transform.inverse(weights, randomNormal<tf.Tensor2D>(key, [context.shape[0], dim]), context),
    logProb: (weights, theta, context) => {
      const { z, logDet } = transform.forward(weights, theta, context);
      return tf.sub(tf.sub(logDet, tf.mul(0.5, tf.sum(tf.square(z), 1))), logNorm) as tf.Tensor1D;
    },
  };
}
