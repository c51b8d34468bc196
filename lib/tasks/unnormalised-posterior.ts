import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { toTensor2D, type Rows } from '../core/rows';
import type { LogDensity } from '../distributions/log-density';
import { priorScore } from '../distributions/prior';
import type { Task } from './task';

/**
 * The posterior's log density up to a constant, log p(theta) + sum_j log p(x_j | theta), and its gradient: what a Markov chain needs for the truth.
 * @param task one with a log likelihood.
 * @param xObs observations [n, L].
 * @throws InvalidInputError for a task without a log likelihood, observations of another width, NaN or infinity.
 * @example
 * const task = tasks.multimodal2d();
 * const density = tasks.unnormalisedPosterior(task, [[1, 1], [1.2, 0.9]]);
 * density.logProb(tf.tensor2d([[1, 1], [-1, -1]])); // two equal values: both modes
 */
export function unnormalisedPosterior(task: Task, xObs: Rows): LogDensity {
  const { prior, name } = task;
  if (!task.logLikelihood) {
    throw new InvalidInputError('unnormalisedPosterior: task', {
      expected: 'one with a logLikelihood(theta, xObs)',
      received: `${name}, which has none`,
    });
  }
  const rows = toTensor2D(xObs, 'xObs', task.dataDim);
  const x = rows.arraySync();
  rows.dispose();
  const logLikelihood = (theta: tf.Tensor): tf.Tensor => task.logLikelihood!(theta as tf.Tensor2D, x);
  const score = priorScore(prior);
  const likelihoodScore = tf.grad((theta: tf.Tensor) => tf.sum(logLikelihood(theta)));
  return {
    dim: prior.dim,
    ...(prior.support && { support: prior.support }),
    logProb: (theta) => tf.tidy(() => tf.add(prior.logProb(theta), logLikelihood(theta))),
    score: (theta) => tf.tidy(() => tf.add(score(theta), likelihoodScore(theta)) as tf.Tensor2D),
  };
}
