import type * as tf from '@tensorflow/tfjs';
import type { Task } from '../tasks/task';

/** What a training or a draw of an experiment is told besides its work. */
export interface RunOptions {
  /** Seed of everything random in it. */
  readonly seed: number;
  /** Stops it. */
  readonly signal: AbortSignal;
}

/** What a setting has trained: something that draws from the posterior given any observations. */
export interface Trained {
  /** Simulator calls that were really spent on it. */
  readonly simulatorCalls: number;
  /**
   * Draws [samples, D] from the posterior given xObs [n, L]; a method may draw fewer where it is too costly. The caller disposes the
   * tensor.
   */
  draw(method: string, xObs: number[][], samples: number, options: RunOptions): Promise<tf.Tensor2D>;
  /** Frees it. */
  dispose(): void;
}

/** A named way to train, whatever the family of methods, and the methods that draw from one training. */
export interface ExperimentSetting {
  /** Name in the rows, such as `paper` or `scorebook`. */
  readonly setting: string;
  /** Name in the keys of runs, of its own where several trainings share a setting: `paper`, `paper/Flow NPE`. */
  readonly id: string;
  /** Names in the rows, such as `Score NPE (A1)`. */
  readonly methods: readonly string[];
  /** Fewest simulator calls that it trains from, such as those of one batch. Default 1. */
  readonly smallestBudget?: number;
  /** Trains on `budget` simulator calls; the caller disposes the result. */
  train(task: Task, budget: number, options: RunOptions): Promise<Trained>;
}

/** Draws [samples, D] from the true posterior given xObs [n, L]; the caller disposes the tensor. */
export type TruePosterior = (xObs: number[][], samples: number, seed: number) => tf.Tensor2D | Promise<tf.Tensor2D>;

/** Settings x budgets x seeds, each run judged for several numbers of observations. */
export interface Experiment {
  /** The task, with an exact posterior unless `truth` is given. */
  readonly task: Task;
  /** Ways to train. */
  readonly settings: readonly ExperimentSetting[];
  /** Simulator calls that a training is allowed. */
  readonly budgets: readonly number[];
  /** Seeds, a run each. */
  readonly seeds: readonly number[];
  /** Numbers of observations; the first n of one set are used for each. */
  readonly n: readonly number[];
  /** Samples on either side of the squared MMD. Default 1,000. */
  readonly samples?: number;
  /** What the draws are compared with. Default: the task's exact posterior. */
  readonly truth?: TruePosterior;
}
