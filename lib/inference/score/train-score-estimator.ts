import * as tf from '@tensorflow/tfjs';
import { demand, requireCount } from '../../core/checks';
import { freePartial, InterruptedError, NonFiniteError } from '../../core/errors';
import type { LongWorkOptions } from '../../core/host';
import type { Prior } from '../../distributions/prior';
import type { FitOptions, FitSettings } from '../../training/fit-settings';
import { checkPairs, type TrainingPairs } from '../check-pairs';
import { courseNumbers, courseOf, delivered, type Course } from '../course';
import { fitFrame, type Frame } from '../frame';
import { priorProbe } from '../prior-probe';
import { emulatedPairs } from './emulated-pairs';
import { disposeFitted, fitScore, type FittedScore, type ScoreSettings } from './fit-score';
import { scoreEstimator, type ScoreEstimator, type ScoreMethod } from './score-estimator';

/** How a score estimator is trained, except for prior and seed. */
export interface NpseSettings extends ScoreSettings, LongWorkOptions {
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
  /**
   * Emulated pairs for each simulation that training sees besides, at most 100,000 in all: parameters of the prior,
   * with data drawn from an emulator p(x | theta) that is learned from the same simulations. 0: none. Default 9, of
   * `fmpe` 0.
   */
  emulated?: number;
  /**
   * How the weights are fitted: batch size, learning rate, epochs, early stopping, ... Defaults in {@link FitSettings}.
   */
  fit?: FitSettings;
}

/** Everything that training takes besides the simulations. */
export interface NpseOptions extends NpseSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** A trained estimator with the course of its training. */
export type TrainedScoreEstimator = ScoreEstimator & { readonly fit: Course };

/** Trains an estimator of the score on pairs, in any of the settings. */
export async function trainScoreEstimator(
  method: ScoreMethod,
  pairs: TrainingPairs,
  { prior, seed, standardise = true, emulated = 0, fit, signal, progress, ...settings }: NpseOptions,
): Promise<TrainedScoreEstimator> {
  const what = `${method.kind}.train`;
  checkPairs(what, pairs, prior);
  requireCount(`${what}: gaussians`, settings.gaussians ?? 1, 0);
  const isShare = emulated >= 0 && Number.isFinite(emulated);
  demand(`${what}: emulated`, isShare, 'a number of pairs for each simulation, 0 or more', emulated);
  const options: FitOptions = { ...fit, seed, signal, progress };
  const frame = fitFrame(prior, pairs, standardise);
  const rows = tf.tidy(() => [frame.toNetwork(pairs.theta), frame.toData(pairs.x)]) as [tf.Tensor2D, tf.Tensor2D];
  const simulations = pairs.theta.shape[0];
  try {
    const alone = await fitScore({ rows }, settings, options);
    const isDone = emulated === 0 || alone.fit.stopped !== undefined;
    const best = isDone
      ? { kept: alone, emulated: 0 }
      : await withEmulatedPairs(what, alone, { rows, frame, settings, count: emulated * simulations }, options);
    const { config, model, tensors, fit } = best.kept;
    const training = { simulations, emulated: best.emulated, ...courseNumbers(courseOf(fit)) };
    const whole = {
      kind: method.kind,
      version: 2,
      ...config,
      frame: frame.config,
      priorProbe: priorProbe(prior),
      training,
    };
    const estimator = scoreEstimator(method, { config: whole as ScoreEstimator['config'], model, tensors, frame });
    return delivered(estimator, fit);
  } finally {
    tf.dispose(rows);
  }
}

interface EmulationProblem {
  readonly rows: [tf.Tensor2D, tf.Tensor2D];
  readonly frame: Frame;
  readonly settings: ScoreSettings;
  /** Emulated pairs. */
  readonly count: number;
}

/**
 * The better of two scores by their loss on held-out simulations: the one that was trained on the simulations alone,
 * and one that is trained on emulated pairs besides. Where that is interrupted, the first, with the interrupt.
 */
async function withEmulatedPairs(
  what: string,
  alone: FittedScore,
  { rows, frame, settings, count }: EmulationProblem,
  options: FitOptions,
): Promise<{ kept: FittedScore; emulated: number }> {
  const keepAlone = (stopped: Error): { kept: FittedScore; emulated: number } => {
    if (stopped instanceof InterruptedError) return { kept: { ...alone, fit: { ...alone.fit, stopped } }, emulated: 0 };
    console.warn(`${what} goes without emulated pairs: ${stopped.message}`);
    return { kept: alone, emulated: 0 };
  };
  try {
    const emulation = await emulatedPairs(rows, frame, count, options);
    if ('stopped' in emulation) return keepAlone(emulation.stopped);
    const added = emulation.pairs;
    const problem = { rows, added, label: 'Training with emulated pairs' };
    const helped = await fitScore(problem, settings, options).finally(() => tf.dispose(added));
    if (helped.fit.stopped) {
      disposeFitted(helped);
      return keepAlone(helped.fit.stopped);
    }
    const isBetter = helped.fit.validationLoss < alone.fit.validationLoss;
    disposeFitted(isBetter ? alone : helped);
    return isBetter ? { kept: helped, emulated: added[0].shape[0] } : { kept: alone, emulated: 0 };
  } catch (error) {
    // what the emulator's draws throw
    freePartial(error);
    if (error instanceof InterruptedError || error instanceof NonFiniteError) return keepAlone(error);
    disposeFitted(alone);
    throw error;
  }
}
