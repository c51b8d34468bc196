import * as tf from '@tensorflow/tfjs';
import { rng } from '../core/rng';
import type { Prior } from '../distributions/prior';
import { priorSamples } from '../distributions/prior-samples';
import { systematicResampling } from '../maths/systematic-resampling';
import { normalisedWeights } from '../maths/weighted-moments';

/** Draws of the prior that starts are chosen from. */
const candidates = 10_000;

/**
 * Starts of chains [C, D]: draws of the prior, chosen with probabilities in proportion to their posterior density over
 * the prior's, so that each mode has about its share of them; the caller disposes the tensor.
 * @param logProb log p(theta) + log L(theta), up to a constant.
 */
export async function promisingStarts(
  prior: Prior,
  logProb: (theta: tf.Tensor2D) => Promise<tf.Tensor1D>,
  chains: number,
  seed: number,
): Promise<tf.Tensor2D> {
  const theta = priorSamples(prior, candidates, seed);
  try {
    const values = await logProb(theta);
    const logWeights = tf.tidy(() => tf.sub(values, prior.logProb(theta)).dataSync<'float32'>());
    values.dispose();
    const shift = rng(seed).fork(candidates).uniform();
    const chosen = systematicResampling(normalisedWeights(logWeights), chains, shift);
    return tf.tidy(() => tf.gather(theta, tf.tensor1d(chosen, 'int32')));
  } finally {
    theta.dispose();
  }
}
