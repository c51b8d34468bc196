import * as tf from '@tensorflow/tfjs';
import { demand, requireCount, requireOneOf } from '../../core/checks';
import { InterruptedError, NonFiniteError } from '../../core/errors';
import type { LongWorkOptions, PartOptions } from '../../core/host';
import type { Prior } from '../../distributions/prior';
import { heldOutRows, type Fit } from '../../training/fit';
import type { FitOptions, FitSettings } from '../../training/fit-settings';
import { checkPairs, type TrainingPairs } from '../check-pairs';
import { courseNumbers, courseOf, delivered, type Course } from '../course';
import { fitFrame, fitFrameWithWalls, type Frame } from '../frame';
import { priorMoments } from '../law-moments';
import { heldOutWidths, widthWarning } from '../held-out-widths';
import { priorProbe } from '../prior-probe';
import type { Standardisation } from '../standardisation';
import type { LawOfTheta } from '../../nn/score/gaussian-under-law';
import { fitScore, type ScoreSettings } from './fit-score';
import { fitWithEmulatedPairs, type Emulation } from './fit-with-emulated-pairs';
import { continuous } from './levels';
import { modelOf } from './score-model-config';
import { scoreEstimator, type ScoreEstimator, type ScoreMethod } from './score-estimator';

/** How a score estimator is trained, except for prior and seed. */
export interface NpseSettings extends ScoreSettings, LongWorkOptions {
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
  /**
   * Emulated pairs for each simulation that training sees besides, at most 100,000 in all: parameters of the prior,
   * with data drawn from an emulator p(x | theta) that is learned from the same simulations; see
   * `npse.emulatedSettings`, which has 9. None where simulations were dropped, which would bias them. Default 0: none.
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

/** What only some methods have in a training: those in rounds, and those that learn beside the prior. */
export interface ScoreTrainingParts {
  /** What becomes of the walls of a prior's boxes: see `NlseOptions`. Default `mapped`. */
  readonly walls?: 'mapped' | 'kept';
  /** The frame, for data that are not standardised column by column. Default: fitted to the pairs. */
  readonly frame?: Frame;
  /** Where emulated pairs come from. */
  readonly emulate?: Emulation['emulate'];
  /** What each pair counts in the loss [N, 1], 1 in the mean; kept by the caller. */
  readonly weights?: tf.Tensor2D;
}

/**
 * Trains an estimator of the score on pairs, in any of the settings.
 * @param parts what only some methods have.
 */
export async function trainScoreEstimator(
  method: ScoreMethod,
  pairs: TrainingPairs,
  {
    prior,
    seed,
    standardise = true,
    emulated = 0,
    fit: fitSettings,
    signal,
    progress,
    within,
    ...settings
  }: NpseOptions & PartOptions,
  { emulate, weights, walls = 'mapped', frame: own }: ScoreTrainingParts = {},
): Promise<TrainedScoreEstimator> {
  const began = performance.now();
  const what = `${method.kind}.train`;
  checkPairs(what, pairs, prior);
  requireCount(`${what}: gaussians`, settings.gaussians ?? 1, 0);
  const isShare = emulated >= 0 && Number.isFinite(emulated);
  demand(`${what}: emulated`, isShare, 'a number of pairs for each simulation, 0 or more', emulated);
  const options: FitOptions = { ...fitSettings, seed, signal, progress, within };
  requireOneOf(`${what}: walls`, walls, ['mapped', 'kept']);
  const frame = own ?? (walls === 'kept' ? fitFrameWithWalls : fitFrame)(prior, pairs, standardise);
  const rows = tf.tidy(() => [frame.toNetwork(pairs.theta), frame.toData(pairs.x)]) as [tf.Tensor2D, tf.Tensor2D];
  const simulations = pairs.theta.shape[0];
  const law = method.besideLaw?.(frame);
  // an emulator learns the data of valid runs, but not how likely parameters are to give one
  const isEmulated = emulated > 0 && !pairs.dropped;
  if (emulated > 0 && !isEmulated)
    console.info(
      `${what}: without emulated pairs, which are biased where simulations were dropped (${pairs.dropped}).`,
    );
  // dropped or weighted, they are another law's
  const isOfPrior = !method.lawOfTraining && !method.isLawLeftOut && !weights && !pairs.proposed && !pairs.dropped;
  const moments = isOfPrior ? lawInFrame(frame, simulations) : undefined;
  try {
    const count = emulated * simulations;
    const best = isEmulated
      ? await fitWithEmulatedPairs(
          { what, rows, frame, law, moments, settings, emulation: { count, emulate } },
          options,
        )
      : { kept: await fitScore({ rows, weights, law, moments }, settings, options), emulated: 0, parts: undefined };
    const { config, model, tensors, fit } = best.kept;
    const secondsSoFar = (): number => (performance.now() - began) / 1000;
    const training = {
      simulations,
      emulated: best.emulated,
      ...courseNumbers({ ...courseOf(fit), seconds: secondsSoFar() }),
    };
    const whole = {
      kind: method.kind,
      version: 2,
      ...config,
      frame: frame.config,
      priorProbe: priorProbe(prior),
      training,
      ...(method.own && { own: method.own }),
    };
    const estimator = scoreEstimator(method, {
      config: whole as ScoreEstimator['config'],
      model: method.isLawLeftOut ? modelOf(config, tensors.closedForm) : model,
      tensors,
      frame,
    });
    const heldOut = heldOutRows(simulations, options, (settings.levels ?? continuous()).length.alone);
    // of parameters that a proposal drew, ranks say nothing of the posterior under the prior
    const isChecked = !fit.stopped && !method.lawOfTraining && !method.isLawLeftOut && !weights;
    const checked: Checked = isChecked ? await widthsOf(what, estimator, pairs, heldOut, options) : stoppedOf(fit);
    if (!fit.stopped) warnOf(what, fit, heldOut.length, checked.widths);
    const seconds = (training.seconds = secondsSoFar());
    const more = { ...(best.parts && { parts: best.parts }), ...(checked.widths && { widths: checked.widths }) };
    return delivered(estimator, { ...fit, seconds, stopped: checked.stopped }, more);
  } finally {
    tf.dispose(rows);
  }
}

/** Draws of the prior for each simulation: their moments' errors are then small beside those of the simulations. */
const drawsForEach = 10;
const mostDraws = 100_000;

/** What is known of the prior in a frame. */
function lawInFrame(frame: Frame, simulations: number): LawOfTheta {
  const zero = ({ mean, std }: Standardisation): number[] => mean.map((value, i) => -value / std[i]);
  return {
    ...priorMoments(frame, Math.min(mostDraws, drawsForEach * simulations)),
    origin: { theta: zero(frame.config.theta), x: zero(frame.config.x) },
  };
}

function stoppedOf({ stopped }: Fit): Checked {
  return stopped ? { stopped } : {};
}

/** What is known of a training once it is over. */
type Checked = { widths?: number[]; stopped?: Fit['stopped'] };

/**
 * The widths of posteriors on held-out simulations. The training is over by then: an interrupt loses the widths only,
 * and draws that leave the finite numbers are a warning.
 */
async function widthsOf(
  what: string,
  estimator: ScoreEstimator,
  pairs: TrainingPairs,
  heldOut: Int32Array,
  { seed, signal }: FitOptions,
): Promise<Checked> {
  try {
    return { widths: await heldOutWidths(estimator, pairs, heldOut, { seed, signal }) };
  } catch (error) {
    if (error instanceof InterruptedError)
      return {
        stopped: new InterruptedError(
          "Training was over, and its check on held-out simulations was interrupted; the error's `partial` is the " +
            'trained estimator.',
        ),
      };
    if (!(error instanceof NonFiniteError)) {
      estimator.dispose();
      throw error;
    }
    console.warn(`${what}: draws of posteriors of held-out simulations left the finite numbers: ${error.message}`);
    return {};
  }
}

/** Warns of a training that found nothing, and of posteriors whose width is off on held-out simulations. */
function warnOf(what: string, { bestEpoch }: Fit, heldOut: number, widths: readonly number[] | undefined): void {
  if (bestEpoch === 0)
    console.warn(
      `${what}: no epoch was better on the ${heldOut} held-out simulations than the start by more than chance, so the posterior is the ` +
        'linear Gaussian fit with which training starts, where there is one. That is right where the simulator is ' +
        'linear and Gaussian; elsewhere, simulate more, or take data that say more of the parameters.',
    );
  const warning = widths && widthWarning(widths);
  if (warning) console.warn(`${what}: ${warning}`);
}
