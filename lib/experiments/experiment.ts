import type * as tf from '@tensorflow/tfjs';
import type { Estimator } from '../contract/estimator';
import type { Task } from '../tasks/task';

/** What every training and draw of an experiment is given. */
export interface RunOptions {
  /** Seed of everything random in it. */
  readonly seed: number;
  /** Stops it. */
  readonly signal: AbortSignal;
}

/** What a training of an experiment is given. */
export interface TrainingRunOptions extends RunOptions {
  /** The observations [n, L] that it is for, where the setting trains for one set. */
  readonly xObs?: number[][];
}

/** What a setting has trained: it draws from the posterior given any observations. */
export interface Trained {
  /** Simulator calls that were actually spent on it. */
  readonly simulatorCalls: number;
  /**
   * Draws [samples, D] from the posterior given xObs [n, L]; a method too costly for that may draw fewer. The caller
   * disposes the tensor.
   */
  draw(method: string, xObs: number[][], samples: number, options: RunOptions): Promise<tf.Tensor2D>;
  /** What was trained, where it takes any observations; it stays the setting's. */
  readonly estimator?: Pick<Estimator, 'given'> & Partial<Pick<Estimator, 'drawEach' | 'logProbEach'>>;
  /** Frees it. */
  dispose(): void;
}

/** A named way to train, for any family of methods, and the methods that draw from one training. */
export interface ExperimentSetting {
  /** Name in the rows, such as `paper` or `scorebook`. */
  readonly setting: string;
  /** Name in the keys of runs, which differs where several trainings share a setting: `paper`, `paper/Flow NPE`. */
  readonly id: string;
  /** Names in the rows, such as `Score NPE (A1)`. */
  readonly methods: readonly string[];
  /** Fewest simulator calls that it trains from. Default 1. */
  readonly smallestBudget?: number;
  /**
   * All that it trains, draws and infers with, as values: numbers, texts, functions, and what has a `spec` or an `id`.
   * Rows of settings whose definitions differ are never taken for one another's. Default: none, so that any change of
   * the module which defines it makes it another.
   */
  readonly definition?: unknown;
  /**
   * Whether a training is for one set of observations, as of methods that go in rounds: then there is a run for each.
   * Default false: one training is judged for all.
   */
  readonly perObservation?: boolean;
  /** Trains on `budget` simulator calls; the caller disposes the result. */
  train(task: Task, budget: number, options: TrainingRunOptions): Promise<Trained>;
}

/**
 * Draws [samples, D] from the true posterior given xObs [n, L], numbered or simulated; the caller disposes
 * the tensor.
 */
export type TruePosterior = (
  xObs: number[][],
  samples: number,
  seed: number,
  observation?: number,
) => tf.Tensor2D | Promise<tf.Tensor2D>;

/** Observations that are known by a number, such as those that a benchmark has published. */
export interface NumberedObservations {
  /** The numbers, from 1 on. */
  readonly numbers: readonly number[];
  /** The data [n, L] of a number, with at least as many rows as the largest n of the experiment. */
  xObs(number: number): number[][];
}

/** One draw of an experiment, to be judged. */
export interface JudgedDraw {
  /** Draws [samples, D] of a method. */
  readonly drawn: tf.Tensor2D;
  /** Draws [samples, D] of the true posterior. */
  readonly truth: tf.Tensor2D;
  /** What the training took. */
  readonly trainingSeconds: number;
  /** What the draw took. */
  readonly drawingSeconds: number;
}

/** The measure of one draw, as fields of a row. */
export interface Measured {
  /** The number. */
  readonly value: number;
  /** Its standard error; null where it is not known. */
  readonly standardError: number | null;
  /** Standard deviation of the numbers it averages, where it is a mean. */
  readonly spread?: number;
}

/** Something measured of each draw, which makes a row. */
export interface Measure {
  /** Name in the rows, such as `C2ST`. */
  readonly metric: string;
  /** Measures one draw; the tensors stay the caller's. */
  measure(draw: JudgedDraw, options: RunOptions): Measured | Promise<Measured>;
}

/** What says of a training by itself how good it is, where its draws are not held against a true posterior. */
export interface TrainingJudge {
  /** The names of its numbers in the rows, such as `SBC, p-value`. */
  readonly metrics: readonly string[];
  /** The numbers of a training, by these names; the training stays the caller's. */
  judge(training: JudgedTraining, options: RunOptions): Promise<Readonly<Record<string, number>>>;
}

/** One training of an experiment, to be judged by itself. */
export interface JudgedTraining {
  /** The task. */
  readonly task: Task;
  /** What was trained. */
  readonly trained: Trained;
  /** What the training took. */
  readonly trainingSeconds: number;
}

/**
 * Settings x budgets x seeds; each run is judged for several numbers of observations, simulated for the seed or
 * published.
 */
export interface Experiment {
  /** The task, with an exact posterior unless `truth` is given. */
  readonly task: Task;
  /** Ways to train. */
  readonly settings: readonly ExperimentSetting[];
  /** Simulator calls allowed for a training. */
  readonly budgets: readonly number[];
  /** Seeds, one run each. */
  readonly seeds: readonly number[];
  /** Numbers of observations; the first n of one set are used for each. */
  readonly n: readonly number[];
  /** Sets of observations that all runs are judged for. Default: one set for each seed, simulated. */
  readonly observations?: NumberedObservations;
  /** What is measured of each draw. Default: the squared MMD, `measures.squaredMmd()`. */
  readonly measures?: readonly Measure[];
  /** What judges each training by itself, in place of measures of its draws: then no truth is needed, and n is 1. */
  readonly judge?: TrainingJudge;
  /** Draws of a method, and of the true posterior that they are compared with. Default 1,000. */
  readonly samples?: number;
  /** What the draws are compared with. Default: the task's exact posterior. */
  readonly truth?: TruePosterior;
}
