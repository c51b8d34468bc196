import * as tf from '@tensorflow/tfjs';
import type { LogDensity } from '../distributions/log-density';
import { priorScore, type Prior } from '../distributions/prior';
import type { Tensors } from '../graph/tensors';

/** A family of densities p(theta) L(theta), known up to a constant: a prior, and a factor for each context. */
export interface FactoredDensity<C extends Tensors> {
  readonly prior: Prior;
  /** log L(theta) [B] at theta [B, D], up to a constant; of tfjs operations only. */
  logFactor(theta: tf.Tensor2D, context: C): tf.Tensor;
  /** Its gradient [B, D]; needed where `logFactor` has a loop. Default: automatic. */
  factorScore?(theta: tf.Tensor2D, context: C): tf.Tensor2D;
}

/** The density p(theta) L(theta), as chains take it. */
export function factoredDensity<C extends Tensors>(family: FactoredDensity<C>): LogDensity<C> {
  const { prior, logFactor, factorScore = automaticScore(family) } = family;
  const ofPrior = priorScore(prior);
  return {
    dim: prior.dim,
    ...(prior.support && { support: prior.support }),
    logProb: (theta, context) => {
      const rows = [theta.shape[0]];
      return tf.add(tf.reshape(prior.logProb(theta), rows), tf.reshape(logFactor(theta, context), rows));
    },
    score: (theta, context) => tf.add(ofPrior(theta), factorScore(theta, context)),
  };
}

/** The gradient of log L in theta [B, D], by automatic differentiation. */
export function automaticScore<C extends Tensors>({
  logFactor,
}: Pick<FactoredDensity<C>, 'logFactor'>): (theta: tf.Tensor2D, context: C) => tf.Tensor2D {
  return (theta, context) =>
    tf.grad((at: tf.Tensor) => tf.sum(logFactor(at as tf.Tensor2D, context)))(theta) as tf.Tensor2D;
}
