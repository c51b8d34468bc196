import { vpLinear } from '../../diffusion/vp';
import type { Prior } from '../../distributions/prior';
import { score } from '../../nn/score/parameterisations';
import type { EstimatorRecord } from '../../records/estimator-record';
import { dpmSolver } from '../../samplers/dpm-solver';
import { squaredNorm } from '../../training/level-law';
import { balanced, type Weighting } from '../../training/weightings';
import type { TrainingPairs } from '../check-pairs';
import { checkedTraining, priorOf } from '../check-training';
import { diffusedPriorScore } from './diffused-prior-score';
import { continuous } from './levels';
import { defaultSettings } from './npse';
import { restoreScoreEstimator } from './restore-score-estimator';
import type { ScoreEstimator, ScoreMethod } from './score-estimator';
import { trainScoreEstimator, type NpseOptions, type TrainedScoreEstimator } from './train-score-estimator';

/** Everything that `nlse.train` takes besides the simulations. */
export interface NlseOptions extends NpseOptions {
  /**
   * What becomes of the walls of a prior's boxes: `mapped`, a box is mapped to all of R^D; or `kept`, for priors of
   * boxes and open dimensions whose law after diffusion is known. Default `mapped`.
   */
  walls?: 'mapped' | 'kept';
}

/** Errors of the noise, at the levels that `weightings.balanced()` draws. */
const byNoise: Weighting = {
  name: 'balanced levels, errors of the noise',
  levels: (diffusion, toOutput) => ({ ...balanced().levels(diffusion, toOutput), errorLoss: squaredNorm }),
};

/**
 * The settings for many observations, above all within walls: boxes keep their walls, the network's output is a score,
 * of one size however small the noise, and errors of the noise count. A composition then adds up smooth scores of
 * likelihoods, beside the exact score of the diffused prior.
 */
const manySettings = {
  ...defaultSettings,
  walls: 'kept',
  levels: continuous(vpLinear(), { parameterisation: score(), weighting: byNoise }),
} satisfies Omit<NlseOptions, 'prior' | 'seed'>;

const method: ScoreMethod = { kind: 'nlse', sampler: dpmSolver(), besideLaw: diffusedPriorScore };

/**
 * NLSE: `nlse.train(simulations, { prior, seed })`, its settings, and `nlse.restore(record, { prior })` for a saved
 * estimator.
 */
export const nlse = {
  /**
   * Neural likelihood score estimation: learns the score of the diffused likelihood, l(theta, t, x) = grad log
   * p_t(x | theta_t), by the squared error from grad log p_{t|0}(theta_t | theta) - grad log p_t(theta_t), where p_t is
   * the prior diffused; its sum with grad log p_t is the score of the diffused posterior.
   *
   * The prior can be another after training: `estimator.given(xObs, { prior: other })`. At t = 0 the score is then that
   * of the posterior under it; between, it is no diffused density's, and is followed by Langevin steps. A prior whose
   * diffused score is not known in closed form is learned from its draws, which cost no simulator call.
   *
   * @param pairs parameters and data, one row a simulation; they stay the caller's.
   * @param options prior and seed, any of `NpseSettings`, and `walls`; what is not given is that of
   * `nlse.defaultSettings`.
   * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
   * @throws InvalidInputError for pairs that don't fit together or the prior, or hold NaN or infinity.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Sharrock et al. (2022), "Sequential neural score estimation", first version, section 2.2.
   * @example
   * const trained = await nlse.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const samples = await trained.given([[1, 2]]).sample(500, { seed: 3 }); // shape [500, 2]
   */
  train: async (pairs: TrainingPairs, options: NlseOptions): Promise<TrainedScoreEstimator> => {
    checkedTraining('nlse.train', options);
    const { walls, ...settings } = options;
    const fit = { ...defaultSettings.fit, ...settings.fit };
    return trainScoreEstimator(method, pairs, { ...defaultSettings, ...settings, fit }, { walls });
  },
  /** What `train` does without settings: as `npse.defaultSettings`. */
  defaultSettings,
  /**
   * For many observations and priors with walls: `{ ...nlse.manySettings, prior, seed }`, composed by
   * `compose.gauss()`. Record 0013 has what that gains.
   */
  manySettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const trained = await nlse.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const again = nlse.restore(trained.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior }): ScoreEstimator =>
    restoreScoreEstimator(method, record, priorOf('nlse.restore', options)),
};
