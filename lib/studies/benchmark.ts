import * as tf from '@tensorflow/tfjs';
import { demand, objectOf } from '../core/checks';
import { ve } from '../diffusion/ve';
import { vpLinear } from '../diffusion/vp';
import { fmpe } from '../inference/score/fmpe';
import { continuous } from '../inference/score/levels';
import { npse } from '../inference/score/npse';
import { publishedObservation, referencePosterior } from '../io/reference-posterior';
import { all } from '../tasks/benchmark/index';
import type { Task } from '../tasks/task';
import type { Experiment, ExperimentSetting } from '../experiments/experiment';
import { c2st, drawingSeconds, slicedWasserstein, squaredMmd, trainingSeconds } from '../experiments/measures';
import { pairsSetting, type PairsSettingOptions } from '../experiments/pairs-setting';
import { thinned } from '../experiments/thinned';
import type { StudyExperiment } from './study-experiment';

/**
 * A way to train of the benchmark: score estimation on the VP or the VE diffusion, on VP with emulated pairs besides,
 * or flow matching.
 */
export type BenchmarkSetting = 'vp' | 'emulated' | 've' | 'fmpe';

/** Which part of the benchmark is wanted. */
export interface BenchmarkOptions {
  /** Names of tasks. Default: all ten. */
  readonly tasks?: readonly string[];
  /** Default: all. */
  readonly settings?: readonly BenchmarkSetting[];
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

/** The folder in `results/` that the rows are kept in. */
export const notebook = '04-sbi-benchmarks';

/** How each setting trains, the same for all tasks. */
const trainings: Readonly<Record<BenchmarkSetting, Pick<PairsSettingOptions, 'train'> & { readonly method: string }>> =
  {
    vp: {
      method: 'NPSE (VP)',
      train: (pairs, options) => npse.train(pairs, { levels: continuous(vpLinear()), ...options }),
    },
    emulated: {
      method: 'NPSE (VP), emulated',
      train: (pairs, options) => npse.train(pairs, { ...npse.emulatedSettings, ...options }),
    },
    ve: {
      method: 'NPSE (VE)',
      train: (pairs, options) => npse.train(pairs, { levels: continuous(ve()), ...options }),
    },
    fmpe: { method: 'FMPE', train: (pairs, options) => fmpe.train(pairs, options) },
  };

/** The names of the ways to train. */
export const settings = Object.keys(trainings) as readonly BenchmarkSetting[];

/** The names of the tasks, in the order of the paper. */
export const tasks: readonly string[] = all().map(({ name }) => name);

/**
 * The benchmark of simulation-based inference on one task: one training for each setting, budget and seed, judged for
 * each published observation by C2ST, squared MMD (on 1,000 draws) and sliced Wasserstein distance to the published
 * reference samples, besides seconds.
 *
 * A setting trains the same way on all tasks. The reference samples are fetched by the project's set-up.
 *
 * @param task the name of a benchmark task, such as `two_moons`.
 * @param options the part that is wanted; its `tasks` are left aside.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * Source: Lueckmann et al. (2021), "Benchmarking simulation-based inference".
 * @example
 * const part = { settings: ['vp'], budgets: [1_000], observations: [1] } as const;
 * const trial = benchmark.experiment('two_moons', { ...part, suffix: ', quick' });
 * trial.observations?.numbers; // [1]
 */
export function experiment(task: string, options: BenchmarkOptions = {}): Experiment {
  refuseUnknown('benchmark task', [task], tasks);
  return experiments({ ...options, tasks: [task] })[0].experiment;
}

/**
 * The benchmark of simulation-based inference, an {@link experiment} for each task: rows of
 * `results/04-sbi-benchmarks`.
 * @throws InvalidInputError for an unknown task or setting, or an observation that is not among the published ones.
 * @example
 * benchmark.experiments({ budgets: [1_000] }).length; // 10
 */
export function experiments(options: BenchmarkOptions = {}): StudyExperiment[] {
  const { tasks: names = tasks } = objectOf('experiments: options', options);
  refuseUnknown('benchmark tasks', names, tasks);
  const chosen = all().filter(({ name }) => names.includes(name));
  return chosen.map((task) => ({ notebook, experiment: experimentOn(task, options) }));
}

function experimentOn(
  task: Task,
  {
    settings: wanted = settings,
    budgets = [1000, 10_000],
    observations = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    seeds = [1],
    samples = 10_000,
    suffix = '',
  }: BenchmarkOptions,
): Experiment {
  refuseUnknown('benchmark settings', wanted, settings);
  for (const number of observations) publishedObservation(task, number);
  return {
    task,
    settings: wanted.map((name) => settingOf(name, suffix)),
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

function settingOf(name: BenchmarkSetting, suffix: string): ExperimentSetting {
  const { method, train } = trainings[name];
  const setting = `scorebook${suffix}`;
  return pairsSetting({ setting, id: `${setting}/${method}`, methods: [{ method }], train });
}

function refuseUnknown(what: string, wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name));
  demand(
    what,
    wanted.every((name) => known.includes(name)),
    `some of ${known.join(', ')}`,
    unknown,
  );
}
