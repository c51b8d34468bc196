import * as tf from '@tensorflow/tfjs';
import type { PosteriorGradient } from '../../contract/posterior';
import type { Key } from '../../graph/random';
import type { ConditionalDensity } from '../../nn/density/conditional-density';

/** A density q(z) by its weights: a conditional one in a constant context [1, C]. */
export interface Approximation {
  readonly density: ConditionalDensity;
  readonly context: readonly number[];
}

/** The constant context of `rows` draws [rows, C]. */
export function contexts({ context }: Approximation, rows: number): tf.Tensor2D {
  return tf.tile(tf.tensor2d([[...context]]), [rows, 1]);
}

/**
 * The gradient of the reverse Kullback-Leibler divergence KL(q | p) in the weights of q, from grad log p alone: the
 * mean over draws z of q of (grad log q(z) - grad log p(z)) dz / dweights, the weights in grad log q being held. It has
 * no variance where q is p.
 * Source: Roeder, Wu and Duvenaud (2017), "Sticking the landing", equation (8).
 */
export function pathGradient(
  approximation: Approximation,
  target: PosteriorGradient,
  rows: number,
): (weights: tf.Tensor[], key: Key) => tf.Tensor[] {
  const { density } = approximation;
  return (weights, key) => {
    const context = contexts(approximation, rows);
    const held = weights.map((each) => each.clone());
    const score = target.at(density.sample(held, key, context));
    const ofWeights = tf.valueAndGrads((...w: tf.Tensor[]) => {
      const z = density.sample(w, key, context);
      return tf.mean(tf.sub(density.logProb(held, z, context), tf.sum(tf.mul(score, z), 1))) as tf.Scalar;
    });
    return ofWeights(weights).grads;
  };
}

/**
 * The gradient of half the variance over draws z of q of log q(z) - log p(z) in the weights of q, the draws being held:
 * that of KL(q | p) too, by values of log p up to a constant alone.
 * Source: Richter et al. (2020), "VarGrad: a low-variance gradient estimator for variational inference".
 */
export function logVarianceGradient(
  approximation: Approximation,
): (weights: tf.Tensor[], key: Key, drawn: { z: tf.Tensor2D; logP: tf.Tensor1D }) => tf.Tensor[] {
  const { density } = approximation;
  return (weights, _, { z, logP }) => {
    const context = contexts(approximation, z.shape[0]);
    const ofWeights = tf.valueAndGrads((...w: tf.Tensor[]) => {
      const difference = tf.sub(density.logProb(w, z, context), logP);
      return tf.div(tf.mean(tf.square(tf.sub(difference, tf.mean(difference)))), 2) as tf.Scalar;
    });
    return ofWeights(weights).grads;
  };
}

/**
 * E_q |L' (grad log q - grad log p)|^2 / E_q |L' grad log q|^2 over draws z [B, D] of q, with the lengths of the factor
 * L [D, D]: the relative Fisher divergence, 0 where q is p wherever q has mass.
 */
export function fisherDivergence(
  approximation: Approximation,
  target: PosteriorGradient,
  factor: readonly (readonly number[])[],
): (weights: tf.Tensor[], z: tf.Tensor2D) => tf.Scalar {
  const { density } = approximation;
  return (weights, z) => {
    const context = contexts(approximation, z.shape[0]);
    const own = tf.grad((at: tf.Tensor) => tf.sum(density.logProb(weights, at as tf.Tensor2D, context)))(z);
    const size = (score: tf.Tensor): tf.Tensor =>
      tf.sum(tf.square(tf.matMul(score as tf.Tensor2D, tf.tensor2d(factor as number[][]))));
    return tf.div(size(tf.sub(own, target.at(z))), size(own)) as tf.Scalar;
  };
}
