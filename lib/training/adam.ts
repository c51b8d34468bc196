import * as tf from '@tensorflow/tfjs';

/** Adam's running averages, unnormalised: first = sum beta1^k g, second = sum beta2^k g^2 over past gradients g. */
export interface AdamState {
  readonly [name: string]: tf.Tensor1D;
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
}

/** The state before the first step; the caller disposes it. */
export function adamStart(weights: tf.Tensor1D): AdamState {
  return { first: tf.zerosLike(weights), second: tf.zerosLike(weights) };
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/**
 * One step of Adam: w <- w - rate m / (sqrt(v) + epsilon), with the bias-corrected averages m of g and v of g^2.
 *
 * The averages are kept without their factors 1 - beta, which saves two passes over the weights; the factors enter the
 * rate instead.
 *
 * @param weights all weights [P].
 * @param step number of this step, a float scalar that starts at 1.
 * @param rate learning rate, a float scalar.
 * @returns the new weights and state.
 * Source: Kingma and Ba, "Adam", algorithm 1.
 */
export function adamStep(
  weights: tf.Tensor1D,
  gradient: tf.Tensor1D,
  state: AdamState,
  step: tf.Scalar,
  rate: tf.Scalar,
): { weights: tf.Tensor1D; state: AdamState } {
  const first = tf.add(tf.mul(state.first, beta1), gradient) as tf.Tensor1D;
  const second = tf.add(tf.mul(state.second, beta2), tf.square(gradient)) as tf.Tensor1D;
  // m = c1 first and sqrt(v) = c2 sqrt(second)
  const c1 = tf.div(1 - beta1, tf.sub(1, tf.pow(tf.scalar(beta1), step)));
  const c2 = tf.sqrt(tf.div(1 - beta2, tf.sub(1, tf.pow(tf.scalar(beta2), step))));
  const scale = tf.div(tf.mul(rate, c1), c2);
  const guard = tf.div(tf.scalar(epsilon), c2);
  return {
    weights: tf.sub(weights, tf.mul(tf.div(first, tf.add(tf.sqrt(second), guard)), scale)) as tf.Tensor1D,
    state: { first, second },
  };
}
