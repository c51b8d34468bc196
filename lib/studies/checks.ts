import { demand, objectOf } from '../core/checks';
import { check, type CheckFinding } from '../diagnostics/check';
import { expectedCoverage } from '../diagnostics/expected-coverage';
import type { PosteriorSource } from '../diagnostics/posterior-source';
import type {
  Experiment,
  ExperimentSetting,
  JudgedTraining,
  RunOptions,
  TrainingJudge,
} from '../experiments/experiment';
import { npe } from '../inference/density/npe';
import { npse } from '../inference/score/npse';
import { all } from '../tasks/benchmark/index';
import { onPairs, refuseUnknown, tasks, type BenchmarkPart } from './published-benchmark';
import type { StudyExperiment } from './study-experiment';

export { tasks } from './published-benchmark';

/** An estimator by the library's defaults: of scores, or of densities. */
export type ChecksSetting = 'npse' | 'npe';

/** Which part of the study is wanted. */
export interface ChecksOptions extends Omit<BenchmarkPart<ChecksSetting>, 'budgets' | 'observations' | 'samples'> {
  /** Default: 10,000. */
  readonly budgets?: readonly number[];
  /** Fresh pairs of a check. Default 500. */
  readonly pairs?: number;
  /** Draws from the posterior of each pair. Default 200. */
  readonly draws?: number;
}

/** The folder in `results/` that the rows are kept in. */
export const notebook = '08-can-you-trust-it';

const makers: Readonly<Record<ChecksSetting, (setting: string) => ExperimentSetting>> = {
  npse: onPairs('NPSE', npse.train, {}),
  npe: onPairs('NPE', npe.train, {}),
};

/** The names of the estimators. */
export const settings = Object.keys(makers) as readonly ChecksSetting[];

/**
 * The diagnostics of the default estimators on one task of the benchmark: one training for each setting, budget and
 * seed, judged by `diagnostics.check` on fresh pairs. Rows are its p-values, and how large what they tell of is: the
 * largest departure of the ranks, the coverage of sets of 90 %, TARP's area, the least contraction.
 *
 * @param task the name of a benchmark task, such as `two_moons`.
 * @param options the part that is wanted; its `tasks` are left aside.
 * @throws InvalidInputError for an unknown task or setting.
 * @example
 * const trial = checks.experiment('two_moons', { settings: ['npe'], pairs: 100, suffix: ', quick' });
 * trial.judge?.metrics.includes('SBC, p-value'); // true
 */
export function experiment(task: string, options: ChecksOptions = {}): Experiment {
  refuseUnknown('checks task', [task], tasks);
  return experiments({ ...options, tasks: [task] })[0].experiment;
}

/**
 * The diagnostics of the default estimators on the benchmark, an {@link experiment} for each task: rows of
 * `results/08-can-you-trust-it`.
 * @throws InvalidInputError for an unknown task or setting.
 * @example
 * checks.experiments().length; // 10
 */
export function experiments(options: ChecksOptions = {}): StudyExperiment[] {
  const {
    tasks: names = tasks,
    settings: wanted = settings,
    budgets = [10_000],
    seeds = [1],
    suffix = '',
    ...drawing
  } = objectOf('experiments: options', options);
  refuseUnknown('checks tasks', names, tasks);
  refuseUnknown('checks settings', wanted, settings);
  const chosen = all().filter(({ name }) => names.includes(name));
  return chosen.map((task) => ({
    notebook,
    experiment: {
      task,
      settings: wanted.map((name) => makers[name](`scorebook${suffix}`)),
      budgets,
      seeds,
      n: [1],
      judge: checkJudge(drawing),
    },
  }));
}

/** What of a check becomes a row. */
const numbers: Readonly<Record<string, (checked: CheckFinding) => number>> = {
  'check, p-value': ({ pValue }) => pValue,
  'SBC, p-value': ({ sbc }) => sbc.pValue,
  'coverage by density, p-value': ({ coverage }) => coverage.pValue,
  'TARP, p-value': ({ tarp }) => tarp.pValue,
  'recovery, p-value': ({ recovery }) => recovery.pValue,
  'SBC, largest departure': ({ sbc }) => sbc.value,
  'coverage by density of 90 %': ({ coverage }) => coverage.value,
  'TARP, area': ({ tarp }) => tarp.value,
  'least contraction': ({ recovery }) => recovery.value,
};
const ofMarginals = 'coverage by marginals of 90 %';
const [training, checking] = ['training seconds', 'checking seconds'];

function checkJudge(drawing: { pairs?: number; draws?: number }): TrainingJudge {
  return {
    metrics: [...Object.keys(numbers), ofMarginals, training, checking],
    judge: async ({ task, trained, trainingSeconds }: JudgedTraining, { seed, signal }: RunOptions) => {
      const { estimator } = trained;
      const isWhole = estimator?.drawEach !== undefined;
      demand('checks', isWhole, 'an estimator { given, drawEach }', estimator);
      const began = performance.now();
      const quiet = { signal, progress: false };
      const checked = await check(estimator as PosteriorSource, task, { ...drawing, seed, ...quiet });
      const marginals = await expectedCoverage(checked.pairs, { by: 'marginals', ...quiet });
      const seconds = (performance.now() - began) / 1000;
      const found = Object.entries(numbers).map(([name, of]) => [name, of(checked)] as const);
      return {
        ...Object.fromEntries(found),
        [ofMarginals]: marginals.value,
        [training]: trainingSeconds,
        [checking]: seconds,
      };
    },
  };
}
