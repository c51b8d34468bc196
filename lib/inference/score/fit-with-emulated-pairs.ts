import * as tf from '@tensorflow/tfjs';
import type { Score } from '../../diffusion/noise-level';
import type { LawOfTheta } from '../../nn/score/gaussian-under-law';
import { freePartial, InterruptedError, NonFiniteError } from '../../core/errors';
import { longWork } from '../../core/host';
import { inParts } from '../../core/parts';
import { plannedSteps, type FitOptions } from '../../training/fit-settings';
import type { TrainingLength } from '../../training/training-length';
import { partOf, type TrainingPart } from '../course';
import type { Frame } from '../frame';
import { drawingSteps, emulatedPairs, type EmulatedPairs } from './emulated-pairs';
import { disposeFitted, fitScore, type FittedScore, type ScoreSettings } from './fit-score';
import { continuous } from './levels';

/** What is learned from simulations and from emulated pairs besides. */
export interface EmulationProblem {
  /** What is trained, in messages. */
  readonly what: string;
  /** What a network sees of parameters [N, D] and data [N, L]; kept by the caller. */
  readonly rows: [tf.Tensor2D, tf.Tensor2D];
  readonly frame: Frame;
  /** The diffused score of the parameters' law, beside which the score of a likelihood is learned. */
  readonly law?: Score;
  /** The moments of the parameters' law, where the simulations are drawn from it. */
  readonly moments?: LawOfTheta;
  readonly settings: ScoreSettings;
  readonly emulation: Emulation;
}

/** Where emulated pairs come from. */
export interface Emulation {
  /** Emulated pairs that are wanted. */
  readonly count: number;
  /**
   * The pairs as a network sees them, from an emulator that is trained on the simulations; the caller disposes them.
   * Default: by a diffusion model of p(x | theta), with parameters of the prior.
   */
  emulate?(frame: Frame, options: FitOptions): Promise<EmulatedPairs>;
}

/** A score with the pairs and the parts of its training. */
export interface EmulationFit {
  readonly kept: FittedScore;
  /** Emulated pairs that it saw; 0 where they did not help. */
  readonly emulated: number;
  readonly parts: readonly TrainingPart[];
}

/**
 * Fits a score on the simulations alone, an emulator of the simulator, and a score on simulations and emulated pairs;
 * of the two scores the better on held-out simulations is kept.
 *
 * Where the emulator or what follows is interrupted, the first score is what there is; where one of them leaves the
 * finite numbers, a warning says so.
 */
export async function fitWithEmulatedPairs(problem: EmulationProblem, options: FitOptions): Promise<EmulationFit> {
  const { what, rows, frame, law, moments, settings, emulation: wanted } = problem;
  const { count } = wanted;
  const { alone: length, besides } = (settings.levels ?? continuous()).length;
  const steps = (length: TrainingLength): number => plannedSteps(options, rows[0].shape[0], length);
  const plan = [steps(length), steps(continuous().length.alone), drawingSteps(count), steps(besides)];
  const total = plan.reduce((sum, each) => sum + each, 0);
  const parts: TrainingPart[] = [];
  return longWork('Training', total, options, async (progress, signal) => {
    const work: FitOptions = { ...options, signal, within: inParts(progress, plan) };
    const alone = await fitScore({ rows, law, moments, label: labels.alone }, settings, work);
    parts.push(partOf(labels.alone, alone.fit));
    const keepAlone = (stopped: Error): EmulationFit => {
      if (stopped instanceof InterruptedError)
        return { kept: { ...alone, fit: { ...alone.fit, stopped } }, emulated: 0, parts };
      console.warn(`${what} goes without emulated pairs: ${stopped.message}`);
      return { kept: alone, emulated: 0, parts };
    };
    if (alone.fit.stopped) return { kept: alone, emulated: 0, parts };
    try {
      const emulation = wanted.emulate
        ? await wanted.emulate(frame, work)
        : await emulatedPairs(rows, frame, { count, label: labels.emulator }, work);
      parts.push(partOf(labels.emulator, emulation.fit));
      if ('stopped' in emulation) return keepAlone(emulation.stopped);
      const added = emulation.pairs;
      const problem = { rows, added, law, moments, label: labels.besides };
      const helped = await fitScore(problem, settings, work).finally(() => tf.dispose(added));
      parts.push(partOf(labels.besides, helped.fit));
      if (helped.fit.stopped) {
        disposeFitted(helped);
        return keepAlone(helped.fit.stopped);
      }
      const isBetter = helped.fit.validationLoss < alone.fit.validationLoss;
      disposeFitted(isBetter ? alone : helped);
      return { kept: isBetter ? helped : alone, emulated: isBetter ? added[0].shape[0] : 0, parts };
    } catch (error) {
      // what the emulator's draws throw
      freePartial(error);
      if (error instanceof InterruptedError || error instanceof NonFiniteError) return keepAlone(error);
      disposeFitted(alone);
      throw error;
    }
  });
}

const labels = {
  alone: 'on the simulations',
  emulator: 'the emulator of the simulator',
  besides: 'on simulations and emulated pairs',
};
