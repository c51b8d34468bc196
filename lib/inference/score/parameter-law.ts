import * as tf from '@tensorflow/tfjs';
import type { Prior } from '../../distributions/prior';
import { frameOf, type Frame } from '../frame';

/** A law of parameters as scores need it: of what drew the parameters of a training, or of a prior. */
export interface ParameterLaw {
  /** Tells it from others of the same estimator, in the names of compiled programs. */
  readonly id: string;
  /** log p(theta) [B] at parameters theta [B, D]. */
  logProb(theta: tf.Tensor2D): tf.Tensor1D;
  /** Its score in the coordinates y [B, D] that a network sees. */
  score(y: tf.Tensor2D): tf.Tensor2D;
}

/** The law of a prior in the coordinates of a frame, whose support it has. */
export function lawOfPrior(id: string, prior: Prior, { config }: Frame): ParameterLaw {
  return {
    id,
    logProb: (theta) => tf.reshape(prior.logProb(theta), [theta.shape[0]]),
    score: frameOf(prior, config).priorScore,
  };
}
