import * as tf from '@tensorflow/tfjs';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../core/errors';
import type { WeightSpec } from '../nn/network';
import { fit, type Fit, type FitOptions } from '../training/fit';
import type { Loss } from '../training/loss';

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

function trainingLength(
  count: number,
  { batchSize = 256, validationFraction = 0.2, maxEpochs }: FitOptions,
  length: TrainingLength,
): { maxEpochs: number; patience: number } {
  const perEpoch = Math.max(1, Math.floor((count * (1 - validationFraction)) / batchSize));
  const epochs = maxEpochs ?? Math.min(2000, Math.max(100, Math.ceil(length.steps / perEpoch)));
  return { maxEpochs: epochs, patience: Math.ceil(epochs * length.patience) };
}
