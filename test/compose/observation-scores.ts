import * as tf from '@tensorflow/tfjs';
import type { ObservationScores } from '../../lib/compose/composed-score';
import type { Score } from '../../lib/diffusion/noise-level';

/** The scores of observations from one function for each. */
export function observationScores(dim: number, scores: readonly Score[]): ObservationScores {
  return {
    n: scores.length,
    dim,
    sum: (theta, level) => tf.addN(scores.map((score) => score(theta, level))),
    each: (theta, level) => tf.stack(scores.map((score) => score(theta, level))) as tf.Tensor3D,
    subset: (theta, level, index) => tf.addN(Array.from(index.dataSync(), (j) => scores[j](theta, level))),
  };
}
