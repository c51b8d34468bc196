import { demand, objectOf } from '../core/checks';
import { counted, described } from '../core/description';
import { freePartial, InterruptedError } from '../core/errors';
import { longWork, type LongWorkOptions } from '../core/host';
import type { ResultRow } from '../records/result-row';
import type { RunStore } from '../io/records';
import { toProject } from '../io/results-path';
import type { RunFailure } from '../io/run-lines';
import { drawObservations } from '../simulation/draw-observations';
import type { Experiment } from './experiment';
import { judgeDraws, placeOf, rethrowInterrupt, type TimedTraining } from './judge-draws';
import { judgeTraining } from './judge-training';
import {
  cellsByObservation,
  keyOf,
  missingRuns,
  newRows,
  rowsOf,
  type ExperimentCell,
  type ExperimentRun,
} from './missing-runs';

/** The outcome of an experiment. */
export interface ExperimentOutcome {
  /** All rows of the experiment, of this call and of earlier ones. */
  readonly rows: ResultRow[];
  /** The runs that failed in this call; the next call tries them again. */
  readonly failures: readonly RunFailure[];
}

/**
 * Runs what is missing of an experiment, and returns all its rows.
 *
 * One run is one training (setting, budget, seed, and the observation where a setting trains for one). It yields a
 * row of each measure, such as the squared MMD to the true posterior, for each method, n and numbered observation.
 * The rows of each observation are kept in `results` as soon as they are complete, so that an experiment that was
 * stopped resumes where it stopped. For a given seed, theta, the observations and the simulations are the same in all
 * settings. Where an experiment has grown by a method, an n, an observation or a measure, its trainings are repeated
 * for the new rows only. An error in a training or a draw is kept as a failure of that run and reported at the end;
 * it does not stop the other runs.
 *
 * @param results the store of an experiment's rows; several processes may run parts of one experiment into it.
 * @throws InvalidInputError, before any work, for an empty axis or one with repeats, a budget or n that is not a
 * positive whole number, a budget too small for a setting, settings or measures that cannot be told apart, invalid
 * numbers of observations, or a task without a known true posterior.
 * @throws InterruptedError on interrupt, with the outcome so far as `partial`; unkept rows of the run in progress are
 * lost.
 * @example
 * const small = { network: denoisingNetwork({ width: 8, hidden: 1 }), emulated: 0, fit: { maxEpochs: 2 } };
 * const setting = pairsSetting({
 *   setting: 'small',
 *   methods: [{ method: 'Score NPE (A2)', sampler: gaussianTransitions() }],
 *   train: (pairs, options) => npse.train(pairs, { ...small, ...options }),
 * });
 * const experiment = { task, settings: [setting], budgets: [300], seeds: [1], n: [1, 2], samples: 100 };
 * const outcome = await runExperiment(experiment, results);
 * outcome.rows.length; // 2
 */
export async function runExperiment(
  experiment: Experiment,
  results: RunStore,
  options: LongWorkOptions = {},
): Promise<ExperimentOutcome> {
  objectOf('runExperiment: options', options);
  const missing = missingRuns(experiment, results);
  const failures: RunFailure[] = [];
  let failedRuns = 0;
  if (missing.length > 0) {
    await longWork('Experiment', missing.length, options, async (progress, signal) => {
      for (const [i, run] of missing.entries()) {
        const before = failedRuns > 0 ? `${failedRuns} failed; ` : '';
        const forOne = run.observation === undefined ? '' : `, observation ${run.observation}`;
        const where = `${before}${run.setting.id}, ${run.budget} calls, seed ${run.seed}${forOne}`;
        try {
          if (signal.aborted) throw new InterruptedError('stopped between two runs');
          const tell = (note: string): void => progress.update(i, `${where}: ${note}`);
          const failed = await oneRun(experiment, run, results, signal, tell);
          failures.push(...failed);
          if (failed.length > 0) failedRuns++;
        } catch (error) {
          if (!(error instanceof InterruptedError)) throw error;
          freePartial(error);
          throw new InterruptedError(
            `The experiment was stopped after ${i} of ${missing.length} runs; run it again and it goes on from there.`,
            outcomeOf(experiment, results, failures),
          );
        }
        progress.update(i + 1, where);
      }
      if (failedRuns > 0) progress.end(`${failedRuns} of ${missing.length} runs failed`);
    });
  }
  if (failedRuns > 0) {
    const list = failures.map(({ run, at, error }) => `\n  ${run}, at ${at}: ${error.name}: ${error.message}`);
    console.warn(`${failedRuns} of ${missing.length} runs failed; the next call tries them again.${list.join('')}`);
  }
  return outcomeOf(experiment, results, failures);
}

function outcomeOf(experiment: Experiment, results: RunStore, failures: readonly RunFailure[]): ExperimentOutcome {
  const rows = rowsOf(experiment, results);
  return described({ rows, failures }, () => ({
    title: `Outcome of an experiment: ${counted(rows.length, 'row')}, ${counted(failures.length, 'failed run')}`,
    facts: { rows: `showTable(outcome.rows)`, files: toProject(results.path) },
    variable: 'outcome',
    givenBy: 'experiments.runExperiment',
  }));
}

/**
 * Trains once, judges its draws and keeps the rows of each set of observations as they come; failures are kept and
 * returned.
 */
async function oneRun(
  experiment: Experiment,
  run: ExperimentRun,
  results: RunStore,
  signal: AbortSignal,
  tell: (note: string) => void,
): Promise<RunFailure[]> {
  const { setting, budget, seed } = run;
  const keepFailure = (key: string, at: string, error: unknown): RunFailure =>
    results.fail(key, { at, error: { name: nameOf(error), message: messageOf(error) } });
  let stage = 'the observations';
  let parts: { cells: ExperimentCell[]; xObs: number[][] }[];
  let training: TimedTraining;
  try {
    parts = cellsByObservation(run.cells).map((cells) => ({ cells, xObs: observed(experiment, cells[0], seed) }));
    tell((stage = 'training'));
    const began = performance.now();
    const { xObs } = parts[0];
    const forOne = setting.perObservation ? { xObs: xObs.slice(0, experiment.n[0]) } : {};
    const trained = await setting.train(experiment.task, budget, { seed, signal, ...forOne });
    training = { trained, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    rethrowInterrupt(error, signal);
    freePartial(error);
    return [keepFailure(run.key, stage, error)];
  }
  const failures: RunFailure[] = [];
  const judge = experiment.judge ? judgeTraining : judgeDraws;
  try {
    for (const part of parts) {
      const { rows, failed } = await judge(experiment, { run, ...part }, training, { signal, tell });
      const added = newRows(experiment, rows, results);
      const cells = part.cells.filter(
        (cell) => !failed.some(({ method, n }) => method === cell.method && n === cell.n),
      );
      if (added.length > 0) results.append(keyOf(run, cells, results), added);
      if (failed.length === 0) continue;
      const at = `${placeOf(failed[0])}${failed.length > 1 ? ` and ${failed.length - 1} more` : ''}`;
      // the key under which the next call looks for what is missing
      failures.push(keepFailure(keyOf(run, failed, results), at, failed[0].error));
    }
    return failures;
  } finally {
    training.trained.dispose();
  }
}

/** The observations of a number, or else those of the seed. */
function observed({ task, n, observations }: Experiment, { observation }: ExperimentCell, seed: number): number[][] {
  const most = Math.max(...n);
  if (!observations || observation === undefined) return drawObservations(task, most, seed).xObs;
  const xObs = observations.xObs(observation);
  const what = `experiment observations: number ${observation}`;
  demand(what, xObs.length >= most, `at least ${most} rows, the largest n`, xObs.length);
  return xObs;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
