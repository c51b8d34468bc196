import * as tf from '@tensorflow/tfjs';
import { listOf, requireCount, requireFunction } from '../core/checks';
import type { Score } from '../diffusion/noise-level';
import type { ObservationScores } from './composed-score';

/**
 * The scores of single observations' posteriors that are known as functions, in the form that compositions take.
 * @param dim the number of parameters, D.
 * @param scores grad log p_t(theta | x_j) for each observation.
 * @throws InvalidInputError for what is no array of scores.
 * @example
 * const scores = [gaussianScore([0, 0], [[1, 0], [0, 1]]), gaussianScore([1, 2], [[1, 0], [0, 1]])];
 * factorized().compose(observationScores(2, scores), prior).referencePrecision; // 2
 */
export function observationScores(dim: number, scores: readonly Score[]): ObservationScores {
  requireCount('observationScores: dim', dim);
  listOf('observationScores: scores', scores, 'an array of scores');
  scores.forEach((score, j) => requireFunction(`observationScores: score ${j}`, score));
  return {
    n: scores.length,
    dim,
    sum: (theta, level) => tf.addN(scores.map((score) => score(theta, level))),
    each: (theta, level) => tf.stack(scores.map((score) => score(theta, level))) as tf.Tensor3D,
    subset: (theta, level, index) =>
      tf.sum(tf.gather(tf.stack(scores.map((score) => score(theta, level))), index), 0) as tf.Tensor2D,
  };
}
