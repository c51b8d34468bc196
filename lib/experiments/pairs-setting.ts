import type * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import type { VpLevels } from '../diffusion/vp-levels';
import type { Prior } from '../distributions/prior';
import type { TrainingPairs } from '../inference/score/train-score-estimator';
import type { PosteriorSampleOptions } from '../inference/posterior';
import type { DiffusionSampler } from '../samplers/diffusion-sampler';
import type { Sampler } from '../samplers/sampler';
import { simulate } from '../simulation/simulate';
import type { ExperimentSetting, RunOptions } from './experiment';

/** A named way to draw from an estimator that was trained on pairs. */
export interface PairsMethod {
  /** Name in the rows, such as `Score NPE (A1)`. */
  readonly method: string;
  /** Default: the estimator's. */
  readonly sampler?: Sampler | DiffusionSampler;
  /** Default: the estimator's. */
  readonly levels?: VpLevels;
  /** Samples drawn by this method, where it is too costly for the experiment's number. */
  readonly samples?: number;
}

/** What a training on pairs has made, whatever the method. */
export interface PairsEstimator {
  /** The posterior given xObs [n, L]; the caller disposes it. */
  given(xObs: number[][]): {
    /** Draws [samples, D]; the caller disposes the tensor. */
    sample(samples: number, options: PosteriorSampleOptions): Promise<tf.Tensor2D>;
    /** Frees it. */
    dispose(): void;
  };
  /** Frees it. */
  dispose(): void;
}

/** What a setting that trains on pairs is made of. */
export interface PairsSettingOptions {
  /** Name in the rows, such as `paper` or `scorebook`. */
  readonly setting: string;
  /** Name in the keys. Default: the setting. */
  readonly id?: string;
  /** The ways to draw. */
  readonly methods: readonly PairsMethod[];
  /** Fewest simulator calls that it trains from. Default 256, a batch. */
  readonly smallestBudget?: number;
  /** Trains on simulations; the caller disposes the result. */
  train(
    pairs: TrainingPairs,
    options: RunOptions & { readonly prior: Prior; readonly progress: false },
  ): Promise<PairsEstimator>;
}

/**
 * A setting of an experiment that trains an estimator on pairs of parameters and data, and draws from it in one or several ways.
 *
 * @throws InvalidInputError, from a draw, for a method that it does not have.
 * @example
 * const small = pairsSetting({
 *   setting: 'small',
 *   methods: [{ method: 'NPSE (VE)' }],
 *   train: (pairs, options) => npse.train(pairs, { diffusion: ve(), maxEpochs: 2, ...options }),
 * });
 * small.id; // 'small'
 */
export function pairsSetting({
  setting,
  id = setting,
  methods,
  smallestBudget = 256,
  train,
}: PairsSettingOptions): ExperimentSetting {
  return {
    setting,
    id,
    methods: methods.map(({ method }) => method),
    smallestBudget,
    train: async (task, budget, { seed, signal }) => {
      const quiet = { seed, signal, progress: false } as const;
      const simulations = await simulate(task, budget, quiet);
      const { calls } = simulations;
      const estimator = await train(simulations, { prior: task.prior, ...quiet }).finally(() => simulations.dispose());
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
