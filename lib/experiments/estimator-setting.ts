import type { Estimator } from '../contract/estimator';
import type { DrawOptions, Posterior } from '../contract/posterior';
import { demand, listOf } from '../core/checks';
import type { Rows } from '../core/rows';
import type { Sampler } from '../samplers/sampler';
import type { Task } from '../tasks/task';
import type { ExperimentSetting, RunOptions } from './experiment';

/** A named way to draw from an estimator. */
export interface DrawMethod {
  /** Name in the rows, such as `Score NPE (A1)`. */
  readonly method: string;
  /** Options of the estimator's `given`, such as `{ compose: compose.gauss() }` of one of scores. Default: none. */
  readonly given?: object;
  /** The sampler, one for all numbers of observations or one for each. Default: the estimator's. */
  readonly sampler?: Sampler | ((n: number) => Sampler);
  /** Samples drawn by this method, where it is too costly for the experiment's number. */
  readonly samples?: number;
}

/** An estimator whose posteriors may take a sampler. */
export type DrawableEstimator = Pick<Estimator, 'dispose'> & {
  given(xObs: Rows, options?: object): Posterior<DrawOptions & { sampler?: Sampler }>;
} & Partial<Pick<Estimator, 'drawEach' | 'logProbEach'>>;

/** What an estimator's setting is made of. */
export interface EstimatorSettingOptions {
  /** Name in the rows, such as `paper` or `scorebook`. */
  readonly setting: string;
  /** Name in the keys. Default: the setting. */
  readonly id?: string;
  /** The ways to draw. */
  readonly methods: readonly DrawMethod[];
  /** Fewest simulator calls that it trains from. */
  readonly smallestBudget: number;
  /** All that `train` trains with, as values; the methods are added to it. Default: none. */
  readonly definition?: unknown;
  /** Simulates and trains on `budget` calls; the estimator is the setting's. */
  train(
    task: Task,
    budget: number,
    options: RunOptions & { readonly progress: false },
  ): Promise<{ estimator: DrawableEstimator; calls: number }>;
}

/**
 * A setting of an experiment that trains an estimator, whatever the method, and draws from it in one or several ways.
 */
export function estimatorSetting(options: EstimatorSettingOptions): ExperimentSetting {
  const { setting, id = setting, methods, smallestBudget, definition, train } = options;
  listOf(`setting "${setting}": methods`, methods, 'an array of { method }');
  return {
    setting,
    id,
    methods: methods.map(({ method }) => method),
    smallestBudget,
    ...(definition !== undefined && { definition: { trains: definition, methods } }),
    train: async (task, budget, { seed, signal }) => {
      const { estimator, calls } = await train(task, budget, { seed, signal, progress: false });
      return {
        simulatorCalls: calls,
        estimator,
        draw: async (name, xObs, samples, run) => {
          const chosen = methods.find(({ method }) => method === name);
          const known = methods.map(({ method }) => method).join(' or ');
          demand(`setting "${setting}": method`, chosen !== undefined, known, name);
          const { sampler, samples: own, given } = chosen!;
          const posterior = estimator.given(xObs, ...(given ? [given] : []));
          try {
            const used = typeof sampler === 'function' ? sampler(posterior.n) : sampler;
            return await posterior.sample(own ?? samples, { ...(used && { sampler: used }), progress: false, ...run });
          } finally {
            posterior.dispose();
          }
        },
        dispose: () => estimator.dispose(),
      };
    },
  };
}
