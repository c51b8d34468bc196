import { straightPath } from '../../diffusion/straight-path';
import type { Prior } from '../../distributions/prior';
import type { EstimatorRecord } from '../../records/estimator-record';
import { probabilityFlow } from '../../samplers/probability-flow';
import { velocity } from '../../training/weightings';
import type { TrainingPairs } from '../check-pairs';
import { checkedTraining, priorOf } from '../check-training';
import { continuous } from './levels';
import { defaultSettings as npseSettings } from './npse';
import { restoreScoreEstimator } from './restore-score-estimator';
import type { ScoreEstimator, ScoreMethod } from './score-estimator';
import {
  trainScoreEstimator,
  type NpseOptions,
  type NpseSettings,
  type TrainedScoreEstimator,
} from './train-score-estimator';

const method: ScoreMethod = { kind: 'fmpe', sampler: probabilityFlow() };

/** The default settings of `fmpe.train`: those of `npse`, with the straight path and errors of its velocity. */
export const defaultSettings = {
  ...npseSettings,
  levels: continuous(straightPath(), { weighting: velocity() }),
  emulated: 0,
} satisfies NpseSettings;

/**
 * FMPE: `fmpe.train(simulations, { prior, seed })`, its settings, and `fmpe.restore(record, { prior })` for a saved
 * estimator.
 */
export const fmpe = {
  /**
   * Flow matching posterior estimation: learns the velocity v_t(theta, x) of a flow from noise to the posterior, by the
   * squared error from eps - theta on the straight paths theta_t = (1 - t) theta + t eps, t uniform.
   *
   * One observation is drawn by the flow's ordinary differential equation (`probabilityFlow`). The velocity of a
   * Gaussian path is a score in other words, s = -(theta_t + (1 - t) v) / t, so that network, several observations, log
   * density and all samplers are those of NPSE.
   *
   * @param pairs parameters and data, one row a simulation; they stay the caller's.
   * @param options prior and seed, and any of {@link NpseSettings}; what is not given is that of
   * `fmpe.defaultSettings`.
   * @returns an estimator whose `given(xObs)` is the posterior; the caller disposes it.
   * @throws InvalidInputError for pairs that don't fit together or the prior, or hold NaN or infinity.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Wildberger, Dax et al. (2023), "Flow matching for scalable simulation-based inference"; Lipman et al.
   * (2023), equation (23), with t from data to noise.
   * @example
   * const trained = await fmpe.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const samples = await trained.given([[1, 2]]).sample(500, { seed: 3 }); // shape [500, 2]
   */
  train: async (pairs: TrainingPairs, options: NpseOptions): Promise<TrainedScoreEstimator> => {
    checkedTraining('fmpe.train', options);
    const fit = { ...defaultSettings.fit, ...options.fit };
    return trainScoreEstimator(method, pairs, { ...defaultSettings, ...options, fit });
  },
  /** What `train` does without settings. */
  defaultSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const trained = await fmpe.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const again = fmpe.restore(trained.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior }): ScoreEstimator =>
    restoreScoreEstimator(method, record, priorOf('fmpe.restore', options)),
};
