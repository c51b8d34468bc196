import * as tf from '@tensorflow/tfjs';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../core/errors';
import type { Prior } from '../distributions/prior';
import type { WeightSpec } from '../nn/network';
import { fit, type Fit, type FitOptions } from '../training/fit';
import type { Loss } from '../training/loss';
import { insideSupport } from './within-support';

/** How long training lasts where nothing else is said. */
export interface TrainingLength {
  readonly steps: number;
  /** Share of the epochs without a better validation loss after which it stops. */
  readonly patience: number;
}

/**
 * {@link fit}, and the estimator of the fitted weights; where training ends early, that of the best weights so far.
 * @param options without `maxEpochs` training lasts for the steps of `length`, but at least 100 and at most 2,000 epochs; without
 * `patience` it stops after the share of its epochs that `length` has without a better validation loss.
 * @param finish makes the estimator, which owns the weights.
 * @param added rows to train on besides, never to validate on.
 * @throws what `fit` throws, with the estimator as `partial`.
 */
export async function fitEstimator<E>(
  specs: readonly WeightSpec[],
  loss: Loss,
  rows: tf.Tensor2D[],
  options: FitOptions,
  finish: (fit: Fit) => E,
  { length = { steps: 6000, patience: 1 / 5 }, added }: { length?: TrainingLength; added?: tf.Tensor2D[] } = {},
): Promise<E> {
  try {
    const used = { ...trainingLength(rows[0].shape[0], options, length), ...options };
    return finish(await fit(specs, loss, rows, used, added));
  } catch (error) {
    if (error instanceof InterruptedError && error.partial)
      throw new InterruptedError(error.message, finish(error.partial as Fit));
    if (error instanceof NonFiniteError && error.partial)
      throw new NonFiniteError(error.message, finish(error.partial as Fit));
    throw error;
  }
}

/** How training went, for an estimator's config. */
export function courseOf({ bestEpoch, ended, steps, seconds, validationLoss }: Omit<Fit, 'weights'>) {
  return { bestEpoch, ended, steps, seconds, validationLoss };
}

/**
 * Refuses NaN and infinity in a tensor.
 * @param what how the message names it, such as `npse.train: x`.
 * @param remedy what to do.
 * @throws InvalidInputError with their number.
 */
export function checkFinite(what: string, tensor: tf.Tensor, remedy: string): void {
  const bad = tf.tidy(() => tf.sum(tf.cast(tf.logicalNot(tf.isFinite(tensor)), 'int32')).dataSync()[0]);
  if (bad > 0) {
    throw new InvalidInputError(what, {
      expected: 'finite numbers',
      received: `${bad} that are NaN or infinite`,
      remedy,
    });
  }
}

/**
 * Refuses parameters that have no density to learn or that the prior cannot have drawn: columns of whole numbers only, rows outside of its support.
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
  if (discrete >= 0)
    throw new InvalidInputError(what, {
      expected: 'continuous parameters',
      received: `only whole numbers in column ${discrete}`,
      remedy:
        'The score is of a density, which a discrete parameter has none of: leave it out, so that the estimator averages over it, or train one for each of its values.',
    });
  const outside = tf.tidy(() => {
    const inside = insideSupport(prior, theta);
    return inside ? tf.sum(tf.cast(tf.logicalNot(inside), 'int32')).dataSync()[0] : 0;
  });
  if (outside > 0)
    throw new InvalidInputError(what, {
      expected: "parameters within the prior's support",
      received: `${outside} of ${theta.shape[0]} rows outside of it`,
      remedy: 'Train with the prior that the parameters were drawn from.',
    });
}

function trainingLength(
  count: number,
  { batchSize = 256, validationFraction = 0.2, maxEpochs }: FitOptions,
  length: TrainingLength,
): { maxEpochs: number; patience: number } {
  const perEpoch = Math.max(1, Math.floor((count * (1 - validationFraction)) / batchSize));
  const epochs = maxEpochs ?? Math.min(2000, Math.max(100, Math.ceil(length.steps / perEpoch)));
  return { maxEpochs: epochs, patience: Math.ceil(epochs * length.patience) };
}
