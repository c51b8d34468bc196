import { trainNpse } from '../inference/score/npse';
import type { NpseSettings } from '../inference/score/train-score-estimator';
import type { ExperimentSetting } from './experiment';
import { pairsSetting, type PairsMethod } from './pairs-setting';

/** A named way to draw from a score estimator. */
export type ScoreNpseMethod = PairsMethod;

/** What a Score NPE setting is made of. */
export interface ScoreNpseSettingOptions {
  /** Name in the rows and keys, such as `paper` or `scorebook`. */
  readonly setting: string;
  /** How the estimator is trained. */
  readonly training: NpseSettings;
  /** The samplers that draw from it. */
  readonly methods: readonly ScoreNpseMethod[];
}

/**
 * A setting of an experiment that trains a score estimator on single observations, and draws by one or several samplers.
 *
 * @throws InvalidInputError, from a draw, for a method that it does not have.
 * @example
 * const paper = scoreNpseSetting({
 *   setting: 'paper',
 *   training: npse.paperSettings,
 *   methods: [{ method: 'Score NPE (A1)', sampler: annealedLangevin(), samples: 256 }],
 * });
 */
export function scoreNpseSetting({ setting, training, methods }: ScoreNpseSettingOptions): ExperimentSetting {
  return pairsSetting({
    setting,
    methods,
    smallestBudget: training.batchSize,
    train: (pairs, options) => trainNpse(pairs, { ...training, ...options }),
  });
}
