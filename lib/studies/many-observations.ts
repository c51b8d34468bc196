import type { Composition } from '../compose/composed-score';
import { damped } from '../compose/damped';
import { factorized } from '../compose/factorized';
import { autoGauss, gauss } from '../compose/gauss';
import { jac } from '../compose/jac';
import { objectOf } from '../core/checks';
import type { DrawableEstimator } from '../experiments/estimator-setting';
import type { Experiment, ExperimentSetting, NumberedObservations } from '../experiments/experiment';
import { drawingSeconds, squaredMmd, trainingSeconds } from '../experiments/measures';
import { pairsSetting, type PairsSettingOptions } from '../experiments/pairs-setting';
import { nlse } from '../inference/score/nlse';
import { npse } from '../inference/score/npse';
import { gaussian10d } from '../tasks/gaussian-linear';
import { multimodal2d } from '../tasks/linear-mixture';
import type { Task } from '../tasks/task';
import { exactScoresSetting, knownGaussianScores, knownScores, type KnownScores } from './exact-scores';
import { boxTask, lawWithinWalls, nearWalls, walls } from './near-walls';
import { refuseUnknown } from './published-benchmark';
import type { StudyExperiment } from './study-experiment';

/**
 * Where the scores come from: `npse`, learned by default; `nlse`, by `nlse.manySettings`; `exact`, in closed form.
 * Each is in two, since compositions that are costly, or diverge, go to fewer observations.
 */
export type ManyObservationsSetting = 'npse' | 'npse-few' | 'nlse' | 'exact' | 'exact-few';

/** Which part of the study is wanted. */
export interface ManyObservationsOptions {
  /** Names of tasks. Default: all three. */
  readonly tasks?: readonly string[];
  /** Default: all that the tasks have. */
  readonly settings?: readonly ManyObservationsSetting[];
  /** Default: 10,000. */
  readonly budgets?: readonly number[];
  /** Default: 1. */
  readonly seeds?: readonly number[];
  /** Numbers of observations, of those that each part has. Default: all. */
  readonly n?: readonly number[];
  /** Draws, and exact ones that they are compared with. Default 1,000. */
  readonly samples?: number;
  /**
   * Added to the names of settings, so that trial runs are never mistaken for the experiment's: `, quick`. Default
   * none.
   */
  readonly suffix?: string;
}

/** The folder in `results/` that the rows are kept in. */
export const notebook = '07-many-observations';

/** The names of the settings. */
export const settings: readonly ManyObservationsSetting[] = ['npse', 'npse-few', 'nlse', 'exact', 'exact-few'];

/** One setting on one task, with its own numbers of observations. */
interface Part {
  readonly task: Task;
  readonly setting: ManyObservationsSetting;
  readonly n: readonly number[];
  readonly observations?: NumberedObservations;
  make(suffix: string): ExperimentSetting;
}

const doublings = [1, 2, 4, 8, 16, 32, 64, 128];
const compositions = {
  factorised: factorized(),
  GAUSS: gauss(),
  'auto-GAUSS': autoGauss(),
  JAC: jac(),
  damped: damped(),
};
type CompositionName = keyof typeof compositions;

/** Compositions by the names of their methods. */
const named = (prefix: string, names: readonly CompositionName[]): Record<string, Composition> =>
  Object.fromEntries(names.map((name) => [`${prefix}${name}`, compositions[name]]));

type Train<S> = (pairs: Parameters<PairsSettingOptions['train']>[0], options: S) => Promise<DrawableEstimator>;
type TrainOptions = Parameters<PairsSettingOptions['train']>[1];

function learned<S extends object>(
  id: ManyObservationsSetting,
  [prefix, train, trainedWith]: readonly [string, Train<S & TrainOptions>, S],
  names: readonly CompositionName[],
): Part['make'] {
  return (suffix) =>
    pairsSetting({
      setting: `scorebook${suffix}`,
      id: `scorebook${suffix}/${id}`,
      methods: Object.entries(named(`${prefix}, `, names)).map(([method, compose]) => ({
        method,
        given: { compose },
      })),
      definition: { train, settings: trainedWith },
      train: (pairs, options) => train(pairs, { ...trainedWith, ...options }),
    });
}

const exact =
  (id: ManyObservationsSetting, known: () => KnownScores, names: readonly CompositionName[]): Part['make'] =>
  (suffix) =>
    exactScoresSetting(`exact scores${suffix}`, `exact scores${suffix}/${id}`, known(), named('', names));

const byDefault = ['NPSE', npse.train, {}] as const;

function gaussianParts(): Part[] {
  const task = gaussian10d();
  const known = () => knownGaussianScores(task);
  const [all, few] = [[...doublings, 1000], doublings.slice(0, 6)];
  return [
    { task, setting: 'npse', n: all, make: learned('npse', byDefault, ['factorised', 'GAUSS']) },
    { task, setting: 'npse-few', n: few, make: learned('npse-few', byDefault, ['auto-GAUSS', 'JAC', 'damped']) },
    { task, setting: 'exact', n: all, make: exact('exact', known, ['factorised', 'GAUSS']) },
    // damped leaves the finite numbers from 128 on
    { task, setting: 'exact-few', n: few, make: exact('exact-few', known, ['JAC', 'damped']) },
  ];
}

function boxParts(): Part[] {
  const task = boxTask();
  const { lower, upper, noise } = walls;
  const ofPrior = lower.map((low, i) => (upper[i] - low) ** 2 / 12);
  // of the least-squares Gaussian of theta given x
  const ofOne = ofPrior.map((value) => 1 / (1 / value + 1 / noise ** 2));
  const known = () =>
    knownScores(boxTask().prior as Parameters<typeof knownScores>[0], (x) => lawWithinWalls([x]), {
      prior: ofPrior,
      single: ofOne,
    });
  const n = [1, 2, 5, 10, 20, 50, 100];
  const observations = nearWalls;
  const many = ['NLSE (many)', nlse.train, nlse.manySettings] as const;
  return [
    { task, setting: 'npse', n, observations, make: learned('npse', byDefault, ['factorised']) },
    { task, setting: 'nlse', n, observations, make: learned('nlse', many, ['GAUSS']) },
    { task, setting: 'exact', n: n.slice(0, 5), observations, make: exact('exact', known, ['GAUSS']) },
  ];
}

function mixtureParts(): Part[] {
  const task = multimodal2d();
  // the largest number for which the posterior is known in closed form
  const n = [1, 2, 4, 8, 12];
  const ones = [1, 1];
  const known = () => knownScores(task.prior, (x) => task.exactPosterior([x]) as object, { prior: ones, single: ones });
  return [
    { task, setting: 'npse', n, make: learned('npse', byDefault, ['factorised', 'GAUSS']) },
    { task, setting: 'npse-few', n, make: learned('npse-few', byDefault, ['auto-GAUSS', 'JAC', 'damped']) },
    { task, setting: 'exact', n, make: exact('exact', known, ['factorised', 'GAUSS']) },
    { task, setting: 'exact-few', n, make: exact('exact-few', known, ['JAC', 'damped']) },
  ];
}

const allParts = (): Part[] => [...gaussianParts(), ...boxParts(), ...mixtureParts()];

/** The names of the tasks: a Gaussian in 10-D, a box with truths near its walls, two modes in 2-D. */
export const tasks: readonly string[] = [...new Set(allParts().map(({ task }) => task.name))];

/**
 * Posteriors of many observations, an experiment for each task and each way to have scores: rows of
 * `results/07-many-observations`, with the squared MMD to the exact posterior and the seconds of a draw, for each
 * composition and number of observations.
 *
 * @throws InvalidInputError for an unknown task or setting.
 * @example
 * manyObservations.experiments({ tasks: ['box-2d'], settings: ['nlse'] }).length; // 1
 */
export function experiments(options: ManyObservationsOptions = {}): StudyExperiment[] {
  const {
    tasks: names = tasks,
    settings: wanted = settings,
    budgets = [10_000],
    seeds = [1],
    samples = 1000,
    suffix = '',
    ...rest
  } = objectOf('experiments: options', options);
  refuseUnknown('many-observations tasks', names, tasks);
  refuseUnknown('many-observations settings', wanted, settings);
  return allParts()
    .filter(({ task, setting }) => names.includes(task.name) && wanted.includes(setting))
    .map(({ task, n, observations, make }): Experiment => ({
      task,
      settings: [make(suffix)],
      budgets,
      seeds,
      n: n.filter((count) => rest.n?.includes(count) ?? true),
      ...(observations && { observations }),
      measures: [squaredMmd(), drawingSeconds(), trainingSeconds()],
      samples,
    }))
    .map((experiment) => ({ notebook, experiment }));
}
