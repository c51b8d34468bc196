import type { ResultRow } from '../core/result-row';
import type { ResultsFolder } from '../io/records';
import { checkExperiment } from './check-experiment';
import type { Experiment, ExperimentSetting } from './experiment';

/** What one row of an experiment is about, within its run. */
export interface ExperimentCell {
  /** The method that draws. */
  readonly method: string;
  /** The number of observations. */
  readonly n: number;
}

/** One training of an experiment, and the rows that it is to give. */
export interface ExperimentRun {
  /** What the run is kept under, such as `gaussian-10d/paper/budget=1000/seed=1`. */
  readonly key: string;
  /** How it is trained. */
  readonly setting: ExperimentSetting;
  /** Simulator calls that it is allowed. */
  readonly budget: number;
  /** Its seed. */
  readonly seed: number;
  /** The rows that it is to give. */
  readonly cells: readonly ExperimentCell[];
}

/** All runs of an experiment: seed by seed, budget by budget, setting by setting. */
export function allRuns({ task, settings, budgets, seeds, n: counts }: Experiment): ExperimentRun[] {
  return seeds.flatMap((seed) =>
    budgets.flatMap((budget) =>
      settings.map((setting) => ({
        key: `${task.name}/${setting.id}/budget=${budget}/seed=${seed}`,
        setting,
        budget,
        seed,
        cells: setting.methods.flatMap((method) => counts.map((n) => ({ method, n }))),
      })),
    ),
  );
}

/**
 * The runs of an experiment that have rows missing in `results`, with those rows only: all runs at first, none at the end.
 *
 * A run that failed is missing. A run whose experiment has grown by a method or an n is missing again, for the new rows, under a key of
 * its own, since finished runs never change.
 *
 * @throws InvalidInputError for an experiment that could not be run; see {@link runExperiment}.
 * @example
 * const setting = scoreNpseSetting({ setting: 'small', training: {}, methods: [{ method: 'Score NPE' }] });
 * missingRuns({ task, settings: [setting], budgets: [1_000, 3_000], seeds: [1, 2], n: [1, 8] }, results).length; // 4
 */
export function missingRuns(experiment: Experiment, results: ResultsFolder): ExperimentRun[] {
  checkExperiment(experiment);
  const { name } = experiment.task;
  const there = new Set(
    results
      .rows()
      .filter(({ task }) => task === name)
      .map(rowName),
  );
  return allRuns(experiment).flatMap((run) => {
    const cells = run.cells.filter((cell) => !there.has(rowName(rowOf(run, cell))));
    if (cells.length === 0) return [];
    return [{ ...run, cells, key: results.has(run.key) ? partKey(run, cells) : run.key }];
  });
}

/** The key of a part of a run whose other rows are kept under the run's own key. */
export function partKey({ key }: ExperimentRun, cells: readonly ExperimentCell[]): string {
  return `${key.replace(/\/and .*$/, '')}/and ${cells.map(({ method, n }) => `${method}/n=${n}`).join(', ')}`;
}

/** The rows of `results` that an experiment asks for. */
export function rowsOf(experiment: Experiment, results: ResultsFolder): ResultRow[] {
  const wanted = new Set(allRuns(experiment).flatMap((run) => run.cells.map((cell) => rowName(rowOf(run, cell)))));
  return results.rows().filter((row) => row.task === experiment.task.name && wanted.has(rowName(row)));
}

type RowName = Pick<ResultRow, 'setting' | 'method' | 'budget' | 'seed' | 'n'>;

function rowOf({ setting: { setting }, budget, seed }: ExperimentRun, { method, n }: ExperimentCell): RowName {
  return { setting, method, budget, seed, n };
}

function rowName({ setting, method, budget, seed, n }: RowName): string {
  return JSON.stringify([setting, method, budget, seed, n]);
}
