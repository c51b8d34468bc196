import * as tf from '@tensorflow/tfjs';
import { demand, objectOf } from '../core/checks';
import type { DrawableEstimator } from '../experiments/estimator-setting';
import type { Experiment, ExperimentSetting } from '../experiments/experiment';
import { c2st, drawingSeconds, slicedWasserstein, squaredMmd, trainingSeconds } from '../experiments/measures';
import { pairsSetting, type PairsSettingOptions } from '../experiments/pairs-setting';
import { thinned } from '../experiments/thinned';
import { publishedObservation, referencePosterior } from '../io/reference-posterior';
import { all } from '../tasks/benchmark/index';
import type { Task } from '../tasks/task';
import type { StudyExperiment } from './study-experiment';

/** Which part of a study on the benchmark is wanted, of the settings named S. */
export interface BenchmarkPart<S extends string> {
  /** Names of tasks. Default: all ten. */
  readonly tasks?: readonly string[];
  /** Default: all. */
  readonly settings?: readonly S[];
  /** Default: 1,000 and 10,000. */
  readonly budgets?: readonly number[];
  /** Numbers of published observations. Default: 1 to 10. */
  readonly observations?: readonly number[];
  /** Default: 1. */
  readonly seeds?: readonly number[];
  /** Draws, and reference draws that they are compared with. Default 10,000, as published. */
  readonly samples?: number;
  /**
   * Added to the names of settings, so that trial runs are never mistaken for the experiment's: `, quick`. Default
   * none.
   */
  readonly suffix?: string;
}

/** A study on the tasks of the benchmark. */
export interface BenchmarkStudy<S extends string> {
  /** How the study is named in messages, such as `benchmark`. */
  readonly name: string;
  /** The folder in `results/` that the rows are kept in. */
  readonly notebook: string;
  /** The ways to train; each gives its setting under the name that the rows have. */
  readonly settings: Readonly<Record<S, (setting: string) => ExperimentSetting>>;
}

type TrainArguments = Parameters<PairsSettingOptions['train']>;

/** Trains on pairs with the settings S. */
export type TrainOnPairs<S> = (pairs: TrainArguments[0], options: S & TrainArguments[1]) => Promise<DrawableEstimator>;

/**
 * A way to train on pairs with some settings, once for all observations, whose rows are of one method. The settings are
 * part of its definition, so that they belong here and not into `train`.
 */
export function onPairs<S extends object>(
  method: string,
  train: TrainOnPairs<S>,
  settings: S,
): (setting: string) => ExperimentSetting {
  return (setting) =>
    pairsSetting({
      setting,
      id: `${setting}/${method}`,
      methods: [{ method }],
      definition: { train, settings },
      train: (pairs, options) => train(pairs, { ...settings, ...options }),
    });
}

/** The names of the tasks, in the order of the paper. */
export const tasks: readonly string[] = all().map(({ name }) => name);

/**
 * The part of a study that is wanted, an experiment for each task.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 */
export function benchmarkExperiments<S extends string>(
  study: BenchmarkStudy<S>,
  options: BenchmarkPart<S>,
): StudyExperiment[] {
  const { tasks: names = tasks } = objectOf('experiments: options', options);
  refuseUnknown('benchmark tasks', names, tasks);
  const chosen = all().filter(({ name }) => names.includes(name));
  return chosen.map((task) => ({ notebook: study.notebook, experiment: experimentOn(study, task, options) }));
}

/**
 * The part of a study that is on one task.
 * @throws InvalidInputError as {@link benchmarkExperiments}.
 */
export function benchmarkExperiment<S extends string>(
  study: BenchmarkStudy<S>,
  task: string,
  options: BenchmarkPart<S>,
): Experiment {
  refuseUnknown('benchmark task', [task], tasks);
  return benchmarkExperiments(study, { ...options, tasks: [task] })[0].experiment;
}

function experimentOn<S extends string>(
  { name: study, settings: makers }: BenchmarkStudy<S>,
  task: Task,
  {
    settings = Object.keys(makers) as S[],
    budgets = [1000, 10_000],
    observations = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    seeds = [1],
    samples = 10_000,
    suffix = '',
  }: BenchmarkPart<S>,
): Experiment {
  refuseUnknown(`${study} settings`, settings, Object.keys(makers));
  for (const number of observations) publishedObservation(task, number);
  return {
    task,
    settings: settings.map((name) => makers[name](`scorebook${suffix}`)),
    budgets,
    seeds,
    n: [1],
    // with its samples, so that where these are not there it is known before a training
    observations: { numbers: observations, xObs: (number) => referencePosterior(task, number).xObs },
    truth: (_xObs, count, _seed, number) =>
      tf.tidy(() => thinned(tf.tensor2d(referencePosterior(task, number!).samples), count)),
    measures: [c2st(), squaredMmd({ samples: 1000 }), slicedWasserstein(), trainingSeconds(), drawingSeconds()],
    samples,
  };
}

/** Refuses a part of a study that is not there. */
export function refuseUnknown(what: string, wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name));
  const areKnown = wanted.every((name) => known.includes(name));
  demand(what, areKnown, `some of ${known.join(', ')}`, unknown);
}
