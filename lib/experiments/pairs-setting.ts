import { objectOf, requireFunction } from '../core/checks';
import type { Prior } from '../distributions/prior';
import { simulate } from '../simulation/simulate';
import type { Simulations } from '../simulation/simulations';
import type { ExperimentSetting, RunOptions } from './experiment';
import { estimatorSetting, type DrawableEstimator, type EstimatorSettingOptions } from './estimator-setting';

/** What a setting that trains on pairs is made of. */
export interface PairsSettingOptions extends Omit<EstimatorSettingOptions, 'train' | 'smallestBudget'> {
  /** Fewest simulator calls that it trains from. Default 256, a batch. */
  readonly smallestBudget?: number;
  /** Trains on simulations; the setting disposes both. */
  train(
    pairs: Simulations,
    options: RunOptions & { readonly prior: Prior; readonly progress: false },
  ): Promise<DrawableEstimator>;
}

/**
 * A setting of an experiment that trains an estimator on pairs of parameters and data, and draws from it in one or
 * several ways.
 *
 * @throws InvalidInputError, from a draw, for a method that it does not have.
 * @example
 * const small = pairsSetting({
 *   setting: 'small',
 *   methods: [{ method: 'NPSE (VE)' }],
 *   train: (pairs, options) => npse.train(pairs, { levels: continuous(ve()), fit: { maxEpochs: 2 }, ...options }),
 * });
 * small.id; // 'small'
 */
export function pairsSetting(settings: PairsSettingOptions): ExperimentSetting {
  const { smallestBudget = 256, train, ...options } = objectOf('pairsSetting', settings, '{ setting, methods, train }');
  requireFunction('pairsSetting: train', train, 'a function (simulations, options) => an estimator');
  return estimatorSetting({
    ...options,
    smallestBudget,
    train: async (task, budget, run) => {
      const simulations = await simulate(task, budget, run);
      const { calls } = simulations;
      const estimator = await train(simulations, { prior: task.prior, ...run }).finally(() => simulations.dispose());
      return { estimator, calls };
    },
  });
}
