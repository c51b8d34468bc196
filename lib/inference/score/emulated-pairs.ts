import * as tf from '@tensorflow/tfjs';
import { rng } from '../../core/rng';
import { diffusedTarget } from '../../compose/composed-score';
import { vpLinear } from '../../diffusion/vp';
import { priorSamples } from '../../distributions/prior-samples';
import { pickRows, scoreOfRows, type ObservedModel } from '../../nn/score/observation-scores';
import { embedObservations, type ObservationRows } from '../../nn/score/score-model';
import { dpmSolver } from '../../samplers/dpm-solver';
import { samplingProgram } from '../../samplers/sample';
import { sampleEach } from '../../samplers/sample-each';
import type { Fit } from '../../training/fit';
import type { FitOptions } from '../../training/fit-settings';
import type { Frame } from '../frame';
import { fitConditions, parameterConditions } from '../parameter-conditions';
import { disposeFitted, fitScore, type FittedScore } from './fit-score';

/** Pairs beyond which more are of no use, and too many to keep. */
const mostPairs = 100_000;
/** Of the sampler, of which an emulator's draws need no more. */
const steps = 25;
/** Fewer would teach nothing. */
const fewestPairs = 256;

/** Emulated pairs, or what stopped the emulator's training; and the course of that. */
export type EmulatedPairs = ({ readonly pairs: [tf.Tensor2D, tf.Tensor2D] } | { readonly stopped: Error }) & {
  readonly fit: Omit<Fit, 'weights' | 'stopped'>;
};

/**
 * Pairs of parameters from the prior and data from an emulator of the simulator: a diffusion model of p(x | theta) that
 * is learned from the same simulations.
 *
 * A likelihood is often simpler than the posterior that it implies, so that a network that sees emulated pairs besides
 * is less free to overfit the simulations. The emulator sees the parameters as they are and, where they are bounded,
 * unconstrained too; what it draws is kept within the range of the simulations.
 *
 * @param rows what a network sees of parameters [N, D] and data [N, L]; kept by the caller.
 * @param wanted the pairs, of which at most 100,000 are made, and what progress calls the emulator.
 * @returns pairs as `rows`; the caller disposes them. None where the emulator's training was stopped by `stopped`.
 * Source: ours; the emulator alone is a score-based neural likelihood estimate, as in Sharrock et al. (2024).
 */
export async function emulatedPairs(
  [y, x]: [tf.Tensor2D, tf.Tensor2D],
  frame: Frame,
  { count, label }: { count: number; label?: string },
  options: FitOptions,
): Promise<EmulatedPairs> {
  const source = rng(options.seed).fork(-2);
  const seedOf = (k: number): number => source.fork(k).integer(0, 2 ** 31);
  const drawn = priorSamples(frame.prior, Math.min(mostPairs, Math.max(fewestPairs, Math.round(count))), seedOf(0));
  const { fresh, given, asked } = tf.tidy(() => {
    const conditionOf = parameterConditions(frame, fitConditions(frame, y));
    const fresh = frame.toNetwork(drawn);
    return { fresh, given: conditionOf(y), asked: conditionOf(fresh, drawn) };
  });
  drawn.dispose();
  try {
    const problem = { rows: [x, given] as [tf.Tensor2D, tf.Tensor2D], label };
    const emulator = await fitScore(problem, {}, { ...options, seed: seedOf(1) });
    try {
      if (emulator.fit.stopped) {
        fresh.dispose();
        return { stopped: emulator.fit.stopped, fit: emulator.fit };
      }
      const data = await emulated(emulator, asked, { ...options, seed: seedOf(2) });
      const within = tf.tidy(() => tf.minimum(tf.maximum(data, tf.min(x, 0, true)), tf.max(x, 0, true)) as tf.Tensor2D);
      data.dispose();
      return { pairs: [fresh, within], fit: emulator.fit };
    } finally {
      disposeFitted(emulator);
    }
  } catch (error) {
    fresh.dispose();
    throw error;
  } finally {
    tf.dispose([given, asked]);
  }
}

/** How many training steps take about as long as that many draws. */
export function drawingSteps(count: number): number {
  // a step has 256 rows, and a gradient
  return Math.ceil((Math.min(mostPairs, count) * steps) / (256 * 5));
}

/** One draw of the emulator for each condition [N, L]. */
async function emulated(
  { model, tensors, config }: FittedScore,
  conditions: tf.Tensor2D,
  { seed, signal, progress, within }: FitOptions,
): Promise<tf.Tensor2D> {
  const dim = config.dims.theta;
  const program = samplingProgram(dpmSolver({ steps }), { diffusion: vpLinear() }, (observed: ObservedModel) =>
    diffusedTarget(dim, (theta, level) => scoreOfRows(model, observed, theta, level)),
  );
  const all = tf.tidy(() => embedObservations(model, tensors, conditions));
  try {
    return await sampleEach(
      program,
      {
        rows: conditions.shape[0],
        dim,
        own: (start, count) => tf.tidy(() => pickRows(all, (rows) => tf.slice(rows, [start, 0], [count, -1]))),
        context: (observations: ObservationRows) => ({ tensors, observations }),
      },
      { seed, signal, progress, within },
    );
  } finally {
    program.dispose();
    tf.dispose(all);
  }
}
