import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireColumns } from '../core/checks';
import { checkShape } from '../distributions/prior-shape';
import { toTensor2D, type Rows } from '../core/rows';
import type { LogDensity } from '../distributions/log-density';
import { priorScore } from '../distributions/prior';
import type { Task } from './task';

/**
 * The posterior's log density up to a constant, log p(theta) + sum_j log p(x_j | theta), and its gradient: what a
 * Markov chain needs to sample the true posterior.
 *
 * Without observations it is the family of all posteriors of the task, which takes them as its context `{ x }`, a
 * tensor [n, L] of finite numbers: a `chainProgram` of it is compiled once for all observations of one shape.
 * @param task one with a log likelihood.
 * @param xObs observations [n, L]; they are copied.
 * @throws InvalidInputError for a task without a log likelihood, and for observations of another width, NaN or infinity
 * (in a context for another width only, since reading its values would break a graph).
 * @example
 * const task = tasks.multimodal2d();
 * const density = tasks.unnormalisedPosterior(task, [[1, 1], [1.2, 0.9]]);
 * density.logProb(tf.tensor2d([[1, 1], [-1, -1]])); // two equal values: both modes
 */
export function unnormalisedPosterior(task: Task): LogDensity<{ readonly x: tf.Tensor2D }>;
export function unnormalisedPosterior(task: Task, xObs: Rows): LogDensity;
export function unnormalisedPosterior(task: Task, xObs?: Rows): LogDensity<{ readonly x: tf.Tensor2D }> | LogDensity {
  const family = posteriors(task);
  if (xObs === undefined) return family;
  const rows = toTensor2D(xObs, 'xObs', task.dataDim);
  const values = rows.arraySync();
  rows.dispose();
  const context = (): { x: tf.Tensor2D } => ({ x: tf.tensor2d(values) });
  return {
    ...family,
    logProb: (theta: tf.Tensor2D) => tf.tidy(() => family.logProb(theta, context())),
    score: (theta: tf.Tensor2D) => tf.tidy(() => family.score(theta, context())),
  };
}

function posteriors(task: Task): LogDensity<{ readonly x: tf.Tensor2D }> {
  const { prior, name, dataDim } = objectOf('unnormalisedPosterior: task', task, 'a task');
  checkShape(prior, 'unnormalisedPosterior: prior');
  demand(
    'unnormalisedPosterior: task',
    task.logLikelihood !== undefined,
    'one with a logLikelihood(theta, x)',
    `${name}, which has none`,
  );
  const logLikelihood = (theta: tf.Tensor, x: tf.Tensor2D): tf.Tensor => {
    if (dataDim !== undefined) requireColumns('unnormalisedPosterior: x', x, dataDim);
    return task.logLikelihood!(theta as tf.Tensor2D, x);
  };
  const score = priorScore(prior);
  const likelihoodScore = (theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor =>
    tf.grad((at: tf.Tensor) => tf.sum(logLikelihood(at, x)))(theta);
  return {
    dim: prior.dim,
    ...(prior.support && { support: prior.support }),
    logProb: (theta, { x }) => tf.tidy(() => tf.add(prior.logProb(theta), logLikelihood(theta, x))),
    score: (theta, { x }) => tf.tidy(() => tf.add(score(theta), likelihoodScore(theta, x)) as tf.Tensor2D),
  };
}
