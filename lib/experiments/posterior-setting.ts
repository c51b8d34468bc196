import { objectOf, requireFunction } from '../core/checks';
import type { Posterior } from '../contract/posterior';
import type { Task } from '../tasks/task';
import type { ExperimentSetting, RunOptions } from './experiment';

/** A posterior that was inferred for one set of observations. */
export interface InferredPosterior {
  /** The posterior. */
  readonly posterior: Pick<Posterior, 'sample'>;
  /** Simulator calls that were spent on it. */
  readonly calls: number;
  /** Frees it, and what it was made with. */
  dispose(): void;
}

/** What a setting that infers one posterior at a time is made of. */
export interface PosteriorSettingOptions {
  /** Name in the rows, such as `scorebook`. */
  readonly setting: string;
  /** Name in the keys. Default: the setting and the method. */
  readonly id?: string;
  /** Name in the rows, such as `SMC-ABC`. */
  readonly method: string;
  /** Fewest simulator calls that it can do with. Default 256. */
  readonly smallestBudget?: number;
  /** All that `infer` infers with, as values. Default: none. */
  readonly definition?: unknown;
  /** Infers the posterior given xObs [n, L] with at most `calls` simulator calls; the setting disposes it. */
  infer(
    task: Task,
    xObs: number[][],
    options: RunOptions & { readonly calls: number; readonly progress: false },
  ): Promise<InferredPosterior>;
}

/**
 * A setting of an experiment that infers the posterior of one set of observations, as methods do that go in rounds: a
 * run of its own for each.
 *
 * @throws InvalidInputError for what is no such setting.
 * @example
 * const floor = posteriorSetting({
 *   setting: 'floor',
 *   method: 'SMC-ABC',
 *   infer: async (task, xObs, options) => {
 *     const posterior = await abc.smc(task, xObs, options);
 *     return { posterior, calls: options.calls, dispose: () => posterior.dispose() };
 *   },
 * });
 * floor.perObservation; // true
 */
export function posteriorSetting(options: PosteriorSettingOptions): ExperimentSetting {
  const {
    setting,
    method,
    smallestBudget = 256,
    definition,
    infer,
    ...rest
  } = objectOf('posteriorSetting', options, '{ setting, method, infer }');
  requireFunction(
    'posteriorSetting: infer',
    infer,
    'a function (task, xObs, options) => { posterior, calls, dispose }',
  );
  return {
    setting,
    id: rest.id ?? `${setting}/${method}`,
    methods: [method],
    smallestBudget,
    ...(definition !== undefined && { definition: { infers: definition, infer } }),
    perObservation: true,
    train: async (task, calls, { seed, signal, xObs }) => {
      const inferred = await infer(task, xObs!, { calls, seed, signal, progress: false });
      return {
        simulatorCalls: inferred.calls,
        draw: (_method, _xObs, samples, run) =>
          inferred.posterior.sample(samples, { seed: run.seed, signal: run.signal, progress: false }),
        dispose: () => inferred.dispose(),
      };
    },
  };
}
