import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../core/rows';
import { demand, objectOf } from '../core/checks';
import type { Prior } from '../distributions/prior';
import { fewSimulations } from './few-simulations';
import { otherLaw, type DrawnParameters } from './prior-agreement';
import { insideSupport } from './within-support';

/** Parameters [N, D] and what the simulator made of each [N, L]. */
export interface TrainingPairs {
  /** The parameters [N, D]. */
  readonly theta: tf.Tensor2D;
  /** The data [N, L]. */
  readonly x: tf.Tensor2D;
  /** Whether the parameters come from another law than the prior, on purpose; else the two are compared. */
  readonly proposed?: boolean;
  /** How many simulations were left out, since their data were invalid. Default 0. */
  readonly dropped?: number;
}

/**
 * Refuses pairs that don't fit each other or the prior, or hold NaN or infinity; warns where theta looks drawn from
 * another law, and where the pairs are few.
 * @param what the call in messages, such as `npse.train`.
 * @throws InvalidInputError with what is wrong, and what to do.
 */
export function checkPairs(what: string, pairs: TrainingPairs, prior: Prior): void {
  const made = 'as simulate gives, or simulationsFrom(theta, x) of arrays';
  const { theta, x } = objectOf(`${what}: simulations`, pairs, `{ theta, x }, ${made}`);
  for (const [name, tensor] of Object.entries({ theta, x })) {
    requireTensor(`${what}: ${name}`, tensor, `a tensor, ${made}`);
    demand(`${what}: ${name}`, tensor.rank === 2, 'a table [N, columns]', `the shape [${tensor.shape}]`);
  }
  const columns = `${prior.dim} columns, the prior's parameters`;
  demand(`${what}: theta`, theta.shape[1] === prior.dim, columns, `the shape [${theta.shape}]`);
  const rows = `${theta.shape[0]} and ${x.shape[0]}`;
  demand(what, theta.shape[0] === x.shape[0], 'as many rows of theta as of x', rows);
  const remedy = "simulate(..., { invalid: 'drop' }) leaves such simulations out and counts them.";
  for (const [name, tensor] of Object.entries({ theta, x })) checkFinite(`${what}: ${name}`, tensor, remedy);
  checkParameters(`${what}: theta`, theta, prior);
  warnOfPairs(what, pairs, { simulations: x.shape[0], width: x.shape[1] }, prior);
}

/**
 * Warns of parameters that look drawn from another law than the prior, and of simulations that are too few.
 * @param what the call in messages, such as `npse.train`.
 * @param size the number of simulations, and L, that of data values.
 */
export function warnOfPairs(
  what: string,
  drawn: DrawnParameters,
  { simulations, width }: { simulations: number; width: number },
  prior: Prior,
): void {
  const other = otherLaw(drawn, prior);
  const remedy =
    'What is learned is the posterior under the law that drew theta: pass that law as the prior. Where another one ' +
    'is meant, as with a proposal, say so: { theta, x, proposed: true }.';
  if (other) console.warn(`${what}: theta looks drawn from another law than the prior: ${other}. ${remedy}`);
  const few = fewSimulations(simulations, { theta: prior.dim, x: width });
  if (few) console.warn(`${what}: ${few}`);
}

/**
 * Refuses NaN and infinity in a tensor.
 * @param what how the message names it, such as `npse.train: x`.
 * @param remedy what to do.
 * @throws InvalidInputError with their number.
 */
export function checkFinite(what: string, tensor: tf.Tensor, remedy: string): void {
  const bad = tf.tidy(() => tf.sum(tf.cast(tf.logicalNot(tf.isFinite(tensor)), 'int32')).dataSync()[0]);
  demand(what, bad === 0, 'finite numbers', `${bad} that are NaN or infinite`, remedy);
}

/**
 * Refuses parameters that have no density to learn or that the prior cannot have drawn: columns of whole numbers only,
 * rows outside of its support.
 * @param what how the message names them, such as `npse.train: theta`.
 * @throws InvalidInputError with the first such column, or the number of such rows.
 */
export function checkParameters(what: string, theta: tf.Tensor2D, prior: Prior): void {
  const discrete = tf.tidy(() => {
    // large float32 are all whole numbers
    const isWhole = tf.all(tf.logicalAnd(tf.equal(theta, tf.round(theta)), tf.less(tf.abs(theta), 2 ** 20)), 0);
    const varies = tf.greater(tf.max(theta, 0), tf.min(theta, 0));
    return Array.from(tf.logicalAnd(isWhole, varies).dataSync()).indexOf(1);
  });
  demand(
    what,
    discrete < 0,
    'continuous parameters',
    `only whole numbers in column ${discrete}`,
    'A discrete parameter has no density: leave it out, so that the estimator averages over it, or train one ' +
      'estimator for each of its values.',
  );
  const outside = tf.tidy(() => {
    const inside = insideSupport(prior, theta);
    return inside ? tf.sum(tf.cast(tf.logicalNot(inside), 'int32')).dataSync()[0] : 0;
  });
  demand(
    what,
    outside === 0,
    "parameters within the prior's support",
    `${outside} of ${theta.shape[0]} rows outside of it`,
    'Train with the prior that the parameters were drawn from.',
  );
}
