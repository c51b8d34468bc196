import * as tf from '@tensorflow/tfjs';
import { freePartial, InterruptedError, InvalidInputError, NonFiniteError } from '../../core/errors';
import { unconstrained } from '../../distributions/bijector';
import type { Prior } from '../../distributions/prior';
import type { Fit, FitOptions } from '../../training/fit';
import { emulatedPairs } from './emulated-pairs';
import { checkFinite, checkParameters, courseOf } from '../fit-estimator';
import { fitScoreModel, type ScoreModelSettings } from './fit-score-model';
import { priorProbe } from '../prior-probe';
import { scoreEstimator, type ScoreEstimator, type ScoreEstimatorConfig } from './score-estimator';
import { fitDataStandardisation, fitStandardisation, standardise } from '../standardisation';

/** Parameters [N, D] and what the simulator made of each [N, L]. */
export interface TrainingPairs {
  /** The parameters [N, D]. */
  readonly theta: tf.Tensor2D;
  /** The data [N, L]. */
  readonly x: tf.Tensor2D;
}

/** How a score estimator is trained, except for prior and seed. */
export interface NpseSettings extends ScoreModelSettings, Omit<FitOptions, 'seed'> {
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
  /**
   * Emulated pairs for each simulation that training sees besides, at most 100,000 in all: parameters of the prior, with data drawn from an
   * emulator p(x | theta) that is learned from the same simulations. 0: none. Default 9, of `fmpe` 0.
   */
  emulated?: number;
}

/** Everything that training takes besides the simulations. */
export interface NpseOptions extends NpseSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** A trained estimator with the course of its training. */
export type TrainedScoreEstimator = ScoreEstimator & { readonly fit: Omit<Fit, 'weights'> };

/**
 * Trains an estimator of the score on pairs, in any of the settings.
 * @param kind the method, for messages (`npse.train: x`) and in the record.
 */
export async function trainScoreEstimator(
  kind: ScoreEstimatorConfig['kind'],
  pairs: TrainingPairs,
  options: NpseOptions,
): Promise<TrainedScoreEstimator> {
  const what = `${kind}.train`;
  const { prior, standardise: toStandard, emulated = 0, ...settings } = options;
  checkPairs(what, pairs, prior);
  if (!(emulated >= 0 && Number.isFinite(emulated)))
    throw new InvalidInputError(`${what}: emulated`, {
      expected: 'a number of pairs for each simulation, 0 or more',
      received: String(emulated),
    });
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(pairs.theta));
  const theta = fitStandardisation(z, toStandard !== false);
  const x = fitDataStandardisation(pairs.x, toStandard !== false);
  const rows = tf.tidy(() => [standardise(theta, z), standardise(x, pairs.x)]) as [tf.Tensor2D, tf.Tensor2D];
  z.dispose();
  const seen = { simulations: pairs.theta.shape[0], emulated: 0 };
  const fitOn = (added?: [tf.Tensor2D, tf.Tensor2D]): Promise<TrainedScoreEstimator> =>
    fitScoreModel(
      what,
      rows,
      // emulated pairs are many: nothing need be left out against overfitting
      added
        ? {
            ...settings,
            network: { ...(settings.architecture === 'paper' ? {} : { dropout: 0 }), ...settings.network },
          }
        : settings,
      added ? { ...settings, label: 'Training with emulated pairs' } : settings,
      (model, tensors, { weights: _, ...course }) => {
        const training = { ...seen, emulated: added?.[0].shape[0] ?? 0, ...courseOf(course) };
        const config = { kind, version: 1, ...model, theta, x, priorProbe: priorProbe(prior), training } as const;
        return Object.assign(scoreEstimator(config, tensors, prior), { fit: course });
      },
      added,
    );
  try {
    const alone = await fitOn();
    if (emulated === 0) return alone;
    try {
      const added = await emulatedPairs(rows, { prior, theta, count: emulated * seen.simulations }, settings);
      const helped = await fitOn(added).finally(() => tf.dispose(added));
      const [better, other] = helped.fit.validationLoss < alone.fit.validationLoss ? [helped, alone] : [alone, helped];
      other.dispose();
      return better;
    } catch (error) {
      freePartial(error);
      if (error instanceof InterruptedError) throw new InterruptedError(error.message, alone);
      if (!(error instanceof NonFiniteError)) {
        alone.dispose();
        throw error;
      }
      console.warn(`${what} goes without emulated pairs: ${error.message}`);
      return alone;
    }
  } finally {
    tf.dispose(rows);
  }
}

function checkPairs(what: string, { theta, x }: TrainingPairs, prior: Prior): void {
  if (theta.shape[1] !== prior.dim) {
    throw new InvalidInputError(`${what}: theta`, {
      expected: `${prior.dim} columns, the prior's parameters`,
      received: `the shape [${theta.shape}]`,
    });
  }
  if (theta.shape[0] !== x.shape[0])
    throw new InvalidInputError(what, {
      expected: 'as many rows of theta as of x',
      received: `${theta.shape[0]} and ${x.shape[0]}`,
    });
  const remedy = "simulate(..., { invalid: 'drop' }) leaves such simulations out and counts them.";
  for (const [name, tensor] of Object.entries({ theta, x })) checkFinite(`${what}: ${name}`, tensor, remedy);
  checkParameters(`${what}: theta`, theta, prior);
}
