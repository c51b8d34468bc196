import * as tf from '@tensorflow/tfjs';
import { freePartial, InterruptedError, NonFiniteError } from '../../core/errors';
import { longWork } from '../../core/host';
import { inParts } from '../../core/parts';
import { plannedSteps, type FitOptions } from '../../training/fit-settings';
import { joined } from '../../training/joined';
import { partOf, type TrainingPart } from '../course';
import type { Frame } from '../frame';
import { drawingSteps, emulatedPairs } from './emulated-pairs';
import { disposeFitted, fitScore, type FittedScore, type ScoreSettings } from './fit-score';
import { continuous } from './levels';

/** What is learned from simulations and from emulated pairs besides. */
export interface EmulationProblem {
  /** What is trained, in messages. */
  readonly what: string;
  /** What a network sees of parameters [N, D] and data [N, L]; kept by the caller. */
  readonly rows: [tf.Tensor2D, tf.Tensor2D];
  readonly frame: Frame;
  readonly settings: ScoreSettings;
  /** Emulated pairs that are wanted. */
  readonly count: number;
}

/** A score with the pairs and the parts of its training. */
export interface EmulationFit {
  readonly kept: FittedScore;
  /** Emulated pairs that it saw; 0 where they did not help. */
  readonly emulated: number;
  readonly parts: readonly TrainingPart[];
}

/**
 * Fits a score in two legs: on the simulations alone, and from there on the simulations and emulated pairs besides.
 *
 * The second leg is held against the first on the same held-out simulations. Where it never gets better, the first leg
 * goes on without such pairs if it was still getting better when it ended, and otherwise is what there is. Where the
 * emulator or the second leg is interrupted, the first leg is what there is; where one of them leaves the finite
 * numbers, a warning says so.
 */
export async function fitWithEmulatedPairs(problem: EmulationProblem, options: FitOptions): Promise<EmulationFit> {
  const { what, rows, frame, settings, count } = problem;
  const [first, second] = (settings.levels ?? continuous()).length.legs;
  const steps = (length: typeof first): number => plannedSteps(options, rows[0].shape[0], length);
  const plan = [steps(first), steps(first), drawingSteps(count), steps(second)];
  const total = plan.reduce((sum, each) => sum + each, 0);
  const parts: TrainingPart[] = [];
  return longWork('Training', total, options, async (progress, signal) => {
    const work: FitOptions = { ...options, signal, within: inParts(progress, plan) };
    const alone = await fitScore({ rows, label: labels.first, length: first }, settings, work);
    parts.push(partOf(labels.first, alone.fit));
    const keepAlone = (stopped: Error): EmulationFit => {
      if (stopped instanceof InterruptedError)
        return { kept: { ...alone, fit: { ...alone.fit, stopped } }, emulated: 0, parts };
      console.warn(`${what} goes without emulated pairs: ${stopped.message}`);
      return { kept: alone, emulated: 0, parts };
    };
    if (alone.fit.stopped) return { kept: alone, emulated: 0, parts };
    try {
      const emulation = await emulatedPairs(rows, frame, { count, length: first, label: labels.emulator }, work);
      parts.push(partOf(labels.emulator, emulation.fit));
      if ('stopped' in emulation) return keepAlone(emulation.stopped);
      const added = emulation.pairs;
      const leg = { rows, added, from: alone, label: labels.second, length: second };
      const helped = await fitScore(leg, settings, work).finally(() => tf.dispose(added));
      parts.push(partOf(labels.second, helped.fit));
      if (helped.fit.stopped) {
        disposeFitted(helped);
        return keepAlone(helped.fit.stopped);
      }
      if (helped.fit.bestEpoch > 0) {
        const fit = joined(alone.fit, helped.fit);
        disposeFitted(alone);
        return { kept: { ...helped, fit }, emulated: added[0].shape[0], parts };
      }
      disposeFitted(helped);
      const { bestEpoch, history } = alone.fit;
      if (bestEpoch < stillBetter * history[history.length - 1].epoch) return { kept: alone, emulated: 0, parts };
      plan.push(steps(second));
      const further = await fitScore({ rows, from: alone, label: labels.further, length: second }, settings, work);
      parts.push(partOf(labels.further, further.fit));
      const fit = joined(alone.fit, further.fit);
      disposeFitted(alone);
      return { kept: { ...further, fit }, emulated: 0, parts };
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
  first: 'on the simulations',
  emulator: 'the emulator of the simulator',
  second: 'on simulations and emulated pairs',
  further: 'on the simulations, further',
};
/** The share of the first leg's epochs after which it was still getting better where it was best. */
const stillBetter = 0.8;
