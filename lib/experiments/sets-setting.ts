import { objectOf, requireFunction } from '../core/checks';
import type { Prior } from '../distributions/prior';
import { simulateSets, type ObservationSets } from '../simulation/simulate-sets';
import type { ExperimentSetting, RunOptions } from './experiment';
import { estimatorSetting, type DrawableEstimator } from './estimator-setting';

/** What a setting that trains on sets of observations is made of. */
export interface SetsSettingOptions {
  /** Name in the rows, such as `paper`; with the method it is the name in the keys. */
  readonly setting: string;
  /** Name in the rows. */
  readonly method: string;
  /** Observations of the largest set that it is trained on. Default 10, as in the paper. */
  readonly maxObservations?: number;
  /** Fewest simulator calls that it trains from. Default 256, a batch. */
  readonly smallestBudget?: number;
  /** All that `train` trains with, as values; the largest set is added to it. Default: none. */
  readonly definition?: unknown;
  /** Trains on sets; the setting disposes both. */
  train(
    sets: ObservationSets,
    options: RunOptions & { readonly prior: Prior; readonly progress: false },
  ): Promise<DrawableEstimator>;
}

/**
 * A setting of an experiment that trains an estimator on sets of observations, whose sizes are such that the budget is
 * kept.
 *
 * @throws InvalidInputError, from a draw, for a method that it does not have.
 * @example
 * const baseline = setsSetting({
 *   setting: 'paper',
 *   method: 'Flow NPE',
 *   train: (sets, options) => flowNpe.train(sets, { ...flowNpe.paperSettings, ...options }),
 * });
 * baseline.id === 'paper/Flow NPE'; // true
 */
export function setsSetting(options: SetsSettingOptions): ExperimentSetting {
  const {
    setting,
    method,
    train,
    maxObservations = 10,
    smallestBudget = 256,
    definition,
  } = objectOf('setsSetting', options, '{ setting, method, train }');
  requireFunction('setsSetting: train', train, 'a function (sets, options) => an estimator');
  return estimatorSetting({
    setting,
    id: `${setting}/${method}`,
    methods: [{ method }],
    smallestBudget,
    ...(definition !== undefined && { definition: { trains: definition, maxObservations } }),
    train: async (task, budget, run) => {
      const sets = await simulateSets(task, { calls: budget, maxObservations, ...run });
      const { calls } = sets;
      const estimator = await train(sets, { prior: task.prior, ...run }).finally(() => sets.dispose());
      return { estimator, calls };
    },
  });
}
