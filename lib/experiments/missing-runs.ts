import { requireFunction } from '../core/checks';
import type { ResultRow } from '../records/result-row';
import type { RunStore } from '../io/records';
import { checkExperiment } from './check-experiment';
import { defaultMeasures } from './default-measures';
import type { Experiment, ExperimentSetting } from './experiment';

/** One draw of a run: a row for each measure. */
export interface ExperimentCell {
  /** The method that draws. */
  readonly method: string;
  /** The number of observations. */
  readonly n: number;
  /** The number of the observation, in an experiment on numbered observations. */
  readonly observation?: number;
  /** Names of the measures, in an experiment that has its own. */
  readonly metrics?: readonly string[];
}

/** One training of an experiment, and the draws that are to be judged. */
export interface ExperimentRun {
  /** What the run is kept under, or the first part of it, such as `gaussian-10d/paper/budget=1000/seed=1`. */
  readonly key: string;
  /** How it is trained. */
  readonly setting: ExperimentSetting;
  /** Simulator calls allowed for it. */
  readonly budget: number;
  /** Its seed. */
  readonly seed: number;
  /** The number of the observation that it is trained for, where a setting trains for one of numbered observations. */
  readonly observation?: number;
  /** The draws by which it is judged. */
  readonly cells: readonly ExperimentCell[];
}

/** What is known of runs that are finished. */
export type FinishedRuns = Pick<RunStore, 'has' | 'rows'>;

/** All runs of an experiment: seed by seed, budget by budget, setting by setting. */
export function allRuns({
  task,
  settings,
  budgets,
  seeds,
  n,
  observations,
  measures,
  judge,
}: Experiment): ExperimentRun[] {
  const numbers = observations ? observations.numbers : [undefined];
  const metrics = judge?.metrics ?? measures?.map(({ metric }) => metric);
  return seeds.flatMap((seed) =>
    budgets.flatMap((budget) =>
      settings.flatMap((setting) => {
        const run = { key: `${task.name}/${setting.id}/budget=${budget}/seed=${seed}`, setting, budget, seed };
        const cellsOf = (observation?: number): ExperimentCell[] =>
          setting.methods.flatMap((method) => n.map((count) => ({ method, n: count, observation, metrics })));
        if (!observations || !setting.perObservation) return [{ ...run, cells: numbers.flatMap(cellsOf) }];
        return observations.numbers.map((observation) => {
          const key = `${run.key}/observation=${observation}`;
          return { ...run, key, observation, cells: cellsOf(observation) };
        });
      }),
    ),
  );
}

/**
 * The runs of an experiment whose rows are missing in `results`, with those rows only: all runs at first, none at the
 * end.
 *
 * A failed run is missing. Where an experiment has grown by a method, an n, an observation or a measure, its runs are
 * missing again, for the new rows only and under new keys, since finished runs never change.
 *
 * @throws InvalidInputError for an experiment that cannot be run; see {@link runExperiment}.
 * @example
 * const train = (pairs: Simulations, options: NpseOptions) => npse.train(pairs, options);
 * const setting = pairsSetting({ setting: 'small', methods: [{ method: 'Score NPE' }], train });
 * missingRuns({ task, settings: [setting], budgets: [1_000, 3_000], seeds: [1, 2], n: [1, 8] }, results).length; // 4
 */
export function missingRuns(experiment: Experiment, results: FinishedRuns): ExperimentRun[] {
  checkExperiment(experiment);
  requireFunction('missingRuns: results', results?.rows, 'a results folder, as openResults gives');
  const there = rowNames(experiment, results);
  return allRuns(experiment).flatMap((run) => {
    const cells = run.cells.flatMap((cell) => {
      const metrics = metricsOf(cell).filter((metric) => !there.has(rowName(rowOf(run, cell, metric))));
      return metrics.length === 0 ? [] : [cell.metrics ? { ...cell, metrics } : cell];
    });
    if (cells.length === 0) return [];
    return [{ ...run, cells, key: keyOf(run, cellsByObservation(cells)[0], results) }];
  });
}

/** The draws that are kept together: those of one numbered observation, or else all of the run. */
export function cellsByObservation(cells: readonly ExperimentCell[]): ExperimentCell[][] {
  const numbers = [...new Set(cells.map(({ observation }) => observation))];
  return numbers.map((number) => cells.filter(({ observation }) => observation === number));
}

/** The key of some rows of a run: the run's own or, where that is taken by other rows, one that names these. */
export function keyOf({ key }: ExperimentRun, cells: readonly ExperimentCell[], results: FinishedRuns): string {
  const whole = key.replace(/\/and .*$/, '');
  return results.has(whole) ? `${whole}/and ${cells.map(cellName).join(', ')}` : whole;
}

/** The rows of `results` that an experiment asks for. */
export function rowsOf(experiment: Experiment, results: FinishedRuns): ResultRow[] {
  const wanted = new Set(
    allRuns(experiment).flatMap((run) =>
      run.cells.flatMap((cell) => metricsOf(cell).map((metric) => rowName(rowOf(run, cell, metric)))),
    ),
  );
  return results.rows().filter((row) => row.task === experiment.task.name && wanted.has(rowName(row)));
}

/** The rows that are not stored yet: another process may have worked on the same run. */
export function newRows(experiment: Experiment, rows: readonly ResultRow[], results: FinishedRuns): ResultRow[] {
  const there = rowNames(experiment, results);
  return rows.filter((row) => !there.has(rowName(row)));
}

type RowName = Pick<ResultRow, 'setting' | 'method' | 'budget' | 'seed' | 'n' | 'observation' | 'metric'>;

function rowOf(
  { setting: { setting }, budget, seed }: ExperimentRun,
  { method, n, observation }: ExperimentCell,
  metric: string,
): RowName {
  return { setting, method, budget, seed, n, observation, metric };
}

function rowNames({ task: { name } }: Experiment, results: FinishedRuns): Set<string> {
  return new Set(
    results
      .rows()
      .filter(({ task }) => task === name)
      .map(rowName),
  );
}

function rowName({ setting, method, budget, seed, n, observation, metric }: RowName): string {
  return JSON.stringify([setting, method, budget, seed, n, observation, metric]);
}

function metricsOf({ metrics = defaultMeasures.map(({ metric }) => metric) }: ExperimentCell): readonly string[] {
  return metrics;
}

function cellName({ method, n, observation, metrics }: ExperimentCell): string {
  const parts = [method, `n=${n}`, observation && `observation=${observation}`, metrics?.join('+')];
  return parts.filter(Boolean).join('/');
}
