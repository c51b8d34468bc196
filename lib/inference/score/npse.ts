import type { Prior } from '../../distributions/prior';
import { denoisingNetwork } from '../../nn/score/denoising-network';
import { paperNetwork } from '../../nn/score/paper-network';
import type { EstimatorRecord } from '../../records/estimator-record';
import { dpmSolver } from '../../samplers/dpm-solver';
import { saSolver } from '../../samplers/sa-solver';
import type { TrainingPairs } from '../check-pairs';
import { checkedTraining, priorOf } from '../check-training';
import { paperFit } from '../paper-fit';
import { continuous, discrete } from './levels';
import { restoreScoreEstimator } from './restore-score-estimator';
import type { ScoreEstimator, ScoreMethod } from './score-estimator';
import {
  trainScoreEstimator,
  type NpseOptions,
  type NpseSettings,
  type TrainedScoreEstimator,
} from './train-score-estimator';

/** What tells NPSE from other methods that learn a score. */
export const npseMethod: ScoreMethod = { kind: 'npse', sampler: dpmSolver(), eachSampler: saSolver() };

/**
 * The settings of the paper, as far as it states them: plain network, raw parameters and data, Adam at 1e-4, 20%
 * validation, at most 20,000 epochs, T = 400.
 *
 * The paper leaves open the batch size (256 here), the width (128), the activation (silu), the patience of early
 * stopping (500 epochs) and the schedule of the levels (linear). The learning rate falls along a half cosine over the
 * 20,000 epochs, of which early stopping sees the start.
 * Source: Geffner et al., section 3 and appendix B.1.
 */
export const paperSettings = {
  network: paperNetwork({ activation: 'silu' }),
  levels: discrete({ count: 400 }),
  gaussians: 0,
  standardise: false,
  emulated: 0,
  fit: { ...paperFit, cosineDecay: true },
} satisfies NpseSettings;

/**
 * Score NPE on the discrete levels of the paper, with its network beside a closed-form part, standardised data and a
 * running average of the weights: the `scorebook` rows of the paper's experiments. Training lasts for 6,000 steps, but
 * at least 100 and at most 2,000 epochs, and stops after a fifth of that without a better validation loss.
 */
export const discreteSettings = {
  network: paperNetwork({ activation: 'silu' }),
  levels: discrete({ count: 400 }),
  gaussians: 8,
  standardise: true,
  emulated: 0,
  fit: { learningRate: 5e-4, cosineDecay: true, batchSize: 256, validationFraction: 0.1, ema: 0.999 },
} satisfies NpseSettings;

/**
 * The default settings of `npse.train`: one training on the simulations. It lasts for 10,000 steps, but at least
 * 100 and at most 2,000 epochs, and stops after a third of that without a better validation loss, or after a fifteenth
 * where the loss has risen. A twentieth of the simulations is held out; of few, a tenth, up to 200.
 */
export const defaultSettings = {
  network: denoisingNetwork(),
  levels: continuous(),
  gaussians: 1,
  standardise: true,
  emulated: 0,
  fit: { cosineDecay: true, batchSize: 256, ema: 0.999 },
} satisfies NpseSettings;

/**
 * The default settings with emulated pairs, for simulators that are expensive: more accurate where simulations are few
 * and the likelihood is simpler than the posterior, for three trainings in the place of one.
 *
 * They are of the estimator on the simulations, of an emulator, and, for 20,000 steps, of the estimator on simulations
 * and nine emulated pairs for each. Of the two estimators the one with the better loss on held-out simulations is kept.
 * Record 0007 tells what this gains on which tasks.
 */
export const emulatedSettings = { ...defaultSettings, emulated: 9 } satisfies NpseSettings;

/**
 * NPSE: `npse.train(simulations, { prior, seed })`, its settings, and `npse.restore(record, { prior })` for a saved
 * estimator.
 */
export const npse = {
  /**
   * Neural posterior score estimation: learns the score of the diffused posterior p_t(theta | x) from simulations by
   * denoising score matching.
   *
   * @param pairs parameters and data, one row a simulation; they stay the caller's.
   * @param options prior and seed, and any of {@link NpseSettings}; what is not given, in the group `fit` too, is that
   * of `npse.defaultSettings`. `{ ...npse.paperSettings, prior, seed }` is the paper's row.
   * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
   * @throws InvalidInputError for pairs that don't fit together or the prior, or hold NaN or infinity.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Geffner et al., sections 1.1 and 2; Sharrock et al. (2024), "Sequential neural score estimation"; the
   * closed-form part is ours.
   * @example
   * const trained = await npse.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const samples = await trained.given([[1, 2], [0.5, 1]]).sample(500, { seed: 3 }); // shape [500, 2]
   */
  train: async (pairs: TrainingPairs, options: NpseOptions): Promise<TrainedScoreEstimator> => {
    checkedTraining('npse.train', options);
    const fit = { ...defaultSettings.fit, ...options.fit };
    return trainScoreEstimator(npseMethod, pairs, { ...defaultSettings, ...options, fit });
  },
  /** The settings of the paper, to be spread into the options of `train`. */
  paperSettings,
  /** The paper's levels in settings of our own. */
  discreteSettings,
  /** What `train` does without settings. */
  defaultSettings,
  /** More accurate for its simulations, in about four times the time: `{ ...npse.emulatedSettings, prior, seed }`. */
  emulatedSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const trained = await npse.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const again = npse.restore(trained.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior }): ScoreEstimator =>
    restoreScoreEstimator(npseMethod, record, priorOf('npse.restore', options)),
};
