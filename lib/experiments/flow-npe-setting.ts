import { InterruptedError, InvalidInputError } from '../core/errors';
import { trainFlowNpe, type FlowNpeSettings } from '../inference/density/flow-npe';
import { simulateSets } from '../simulation/simulate-sets';
import type { ExperimentSetting } from './experiment';

/** What a Flow NPE setting is made of. */
export interface FlowNpeSettingOptions {
  /** Name in the rows, such as `paper`; with the method it is the name in the keys. */
  readonly setting: string;
  /** Name in the rows. Default `Flow NPE`. */
  readonly method?: string;
  /** How the flow is trained. */
  readonly training: FlowNpeSettings;
  /** Observations of the largest set that it is trained on. Default 10, as in the paper. */
  readonly maxObservations?: number;
}

/**
 * A setting of an experiment that trains a flow on sets of observations; the sizes of the sets are such that the budget is kept.
 *
 * @throws InvalidInputError, from a draw, for a method that it does not have.
 * @example
 * const baseline = flowNpeSetting({ setting: 'paper', training: flowNpe.paperSettings });
 * baseline.id === 'paper/Flow NPE'; // true
 */
export function flowNpeSetting({
  setting,
  method = 'Flow NPE',
  training,
  maxObservations = 10,
}: FlowNpeSettingOptions): ExperimentSetting {
  return {
    setting,
    id: `${setting}/${method}`,
    methods: [method],
    smallestBudget: training.batchSize ?? 256,
    train: async (task, budget, { seed, signal }) => {
      const quiet = { signal, progress: false };
      const sets = await simulateSets(task, { calls: budget, maxObservations, seed, ...quiet });
      const { calls } = sets;
      const estimator = await trainFlowNpe(sets, { ...training, prior: task.prior, seed, ...quiet }).finally(() =>
        sets.dispose(),
      );
      return {
        simulatorCalls: calls,
        draw: async (name, xObs, samples, options) => {
          if (name !== method)
            throw new InvalidInputError(`setting "${setting}": method`, { expected: method, received: name });
          if (options.signal.aborted) throw new InterruptedError('Sampling was interrupted before its first draw.');
          const posterior = estimator.given(xObs);
          try {
            return posterior.sample(samples, { seed: options.seed });
          } finally {
            posterior.dispose();
          }
        },
        dispose: () => estimator.dispose(),
      };
    },
  };
}
