import { InvalidInputError } from '../core/errors';
import type { VpLevels } from '../diffusion/vp-levels';
import { trainNpse, type NpseSettings } from '../inference/npse';
import type { Sampler } from '../samplers/sampler';
import { simulate } from '../tasks/simulate';
import type { ExperimentSetting } from './experiment';

/** A named way to draw from a score estimator. */
export interface ScoreNpseMethod {
  /** Name in the rows, such as `Score NPE (A1)`. */
  readonly method: string;
  /** Default: the estimator's. */
  readonly sampler?: Sampler;
  /** Default: the estimator's. */
  readonly levels?: VpLevels;
  /** Samples drawn by this method, where it is too costly for the experiment's number. */
  readonly samples?: number;
}

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
  return {
    setting,
    id: setting,
    methods: methods.map(({ method }) => method),
    smallestBudget: training.batchSize ?? 256,
    train: async (task, budget, { seed, signal }) => {
      const quiet = { signal, progress: false };
      const simulations = await simulate(task, budget, { seed, ...quiet });
      const { calls } = simulations;
      const estimator = await trainNpse(simulations, { ...training, prior: task.prior, seed, ...quiet }).finally(() =>
        simulations.dispose(),
      );
      return {
        simulatorCalls: calls,
        draw: async (name, xObs, samples, options) => {
          const chosen = methods.find(({ method }) => method === name);
          if (!chosen)
            throw new InvalidInputError(`setting "${setting}": method`, {
              expected: methods.map(({ method }) => method).join(' or '),
              received: name,
            });
          const { sampler, levels, samples: own } = chosen;
          const posterior = estimator.given(xObs);
          try {
            return await posterior.sample(own ?? samples, { sampler, levels, progress: false, ...options });
          } finally {
            posterior.dispose();
          }
        },
        dispose: () => estimator.dispose(),
      };
    },
  };
}
