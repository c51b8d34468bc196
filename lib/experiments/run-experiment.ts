import type * as tf from '@tensorflow/tfjs';
import { InterruptedError, NonFiniteError } from '../core/errors';
import { longWork, type LongWorkOptions } from '../core/host';
import type { ResultRow } from '../core/result-row';
import type { ResultsFolder } from '../io/records';
import type { RunFailure } from '../io/run-lines';
import { squaredMmd } from '../metrics/squared-mmd';
import { drawObservations } from '../tasks/draw-observations';
import type { Task } from '../tasks/task';
import type { Experiment, Trained, TruePosterior } from './experiment';
import { missingRuns, partKey, rowsOf, type ExperimentCell, type ExperimentRun } from './missing-runs';

/** What an experiment has come to. */
export interface ExperimentOutcome {
  /** All rows of the experiment, of this call and of earlier ones. */
  readonly rows: ResultRow[];
  /** The runs that failed in this call; the next call tries them again. */
  readonly failures: readonly RunFailure[];
}

/**
 * Runs what is missing of an experiment, and returns all its rows.
 *
 * One run is one training (setting, budget, seed); it yields a row of squared MMD to the true posterior for each method and n, kept in
 * `results` at once, so that an experiment that was stopped goes on where it stopped. For one seed, theta, the observations and the
 * simulations are the same in all settings. Where an experiment has grown by a method or an n, its trainings are repeated for the new rows
 * only. What a training or a draw throws is kept as a failure of that run, told at the end, and does not stop the others.
 *
 * @param results the store of an experiment's rows; several processes may run parts of one experiment into it.
 * @throws InvalidInputError, before any work, for an empty axis or one with repeats, a budget or n that is not a positive whole number,
 * a budget too small for a setting, settings that cannot be told apart, or a task whose true posterior is not known.
 * @throws InterruptedError on interrupt, with the rows so far as `partial`; the run in progress is lost, the finished ones stay.
 * @example
 * const setting = scoreNpseSetting({
 *   setting: 'small',
 *   training: { maxEpochs: 2, levels: 20, network: { width: 8, hidden: 1 } },
 *   methods: [{ method: 'Score NPE (A2)', sampler: gaussianTransitions() }],
 * });
 * const outcome = await runExperiment({ task, settings: [setting], budgets: [300], seeds: [1], n: [1, 2], samples: 100 }, results);
 * outcome.rows.length; // 2
 */
export async function runExperiment(
  experiment: Experiment,
  results: ResultsFolder,
  options: LongWorkOptions = {},
): Promise<ExperimentOutcome> {
  const missing = missingRuns(experiment, results);
  const failures: RunFailure[] = [];
  if (missing.length > 0) {
    await longWork('Experiment', missing.length, options, async (progress, signal) => {
      for (const [i, run] of missing.entries()) {
        const failed = failures.length > 0 ? `${failures.length} failed; ` : '';
        const where = `${failed}${run.setting.id}, ${run.budget} calls, seed ${run.seed}`;
        try {
          if (signal.aborted) throw new InterruptedError('stopped between two runs');
          failures.push(
            ...(await oneRun(experiment, run, results, signal, (note) => progress.update(i, `${where}: ${note}`))),
          );
        } catch (error) {
          if (!(error instanceof InterruptedError)) throw error;
          freePartial(error);
          throw new InterruptedError(
            `The experiment was stopped after ${i} of ${missing.length} runs; run it again and it goes on from there.`,
            rowsOf(experiment, results),
          );
        }
        progress.update(i + 1, where);
      }
      if (failures.length > 0) progress.end(`${failures.length} of ${missing.length} runs failed`);
    });
  }
  if (failures.length > 0) {
    const list = failures.map(({ run, at, error }) => `\n  ${run}, at ${at}: ${error.name}: ${error.message}`);
    console.warn(
      `${failures.length} of ${missing.length} runs failed; the next call tries them again.${list.join('')}`,
    );
  }
  return { rows: rowsOf(experiment, results), failures };
}

/** Trains once, draws for each cell and keeps the rows; what failed of it is kept, too, and returned. */
async function oneRun(
  experiment: Experiment,
  run: ExperimentRun,
  results: ResultsFolder,
  signal: AbortSignal,
  tell: (note: string) => void,
): Promise<RunFailure[]> {
  const { task } = experiment;
  const { setting, budget, seed } = run;
  const keepFailure = (key: string, at: string, error: unknown): RunFailure[] => [
    results.fail(key, { at, error: { name: nameOf(error), message: messageOf(error) } }),
  ];
  let stage = 'the observations';
  let xObs: number[][];
  let trained: Trained;
  let training: number;
  try {
    ({ xObs } = drawObservations(task, Math.max(...experiment.n), seed));
    tell((stage = 'training'));
    const began = performance.now();
    trained = await setting.train(task, budget, { seed, signal });
    training = (performance.now() - began) / 1000;
  } catch (error) {
    rethrowInterrupt(error, signal);
    freePartial(error);
    return keepFailure(run.key, stage, error);
  }
  try {
    const { rows, failed } = await draws(experiment, run, xObs, { trained, training }, signal, tell);
    if (rows.length > 0) results.append(run.key, rows);
    if (failed.length === 0) return [];
    const [{ method, n, error }] = failed;
    const at = `${method}, n = ${n}${failed.length > 1 ? ` and ${failed.length - 1} more` : ''}`;
    // the key under which the next call looks for what is missing
    return keepFailure(rows.length > 0 ? partKey(run, failed) : run.key, at, error);
  } finally {
    trained.dispose();
  }
}

type FailedCell = ExperimentCell & { readonly error: unknown };

async function draws(
  { task, n: counts, samples = 1000, truth = exactly(task) }: Experiment,
  { setting, budget, seed, cells }: ExperimentRun,
  xObs: number[][],
  { trained, training }: { trained: Trained; training: number },
  signal: AbortSignal,
  tell: (note: string) => void,
): Promise<{ rows: ResultRow[]; failed: FailedCell[] }> {
  const rows: ResultRow[] = [];
  const failed: FailedCell[] = [];
  for (const n of counts) {
    const observed = xObs.slice(0, n);
    let exact: tf.Tensor2D | undefined;
    try {
      for (const { method } of cells.filter((cell) => cell.n === n)) {
        tell(`${method}, n = ${n}`);
        let drawn: tf.Tensor2D | undefined;
        try {
          exact ??= await truth(observed, samples, seed);
          const began = performance.now();
          drawn = await trained.draw(method, observed, samples, { seed, signal });
          const seconds = training + (performance.now() - began) / 1000;
          rows.push({
            task: task.name,
            method,
            setting: setting.setting,
            budget,
            n,
            seed,
            metric: 'squared MMD',
            value: distance(drawn, exact),
            standardError: null,
            seconds,
            simulatorCalls: trained.simulatorCalls,
          });
        } catch (error) {
          rethrowInterrupt(error, signal);
          failed.push({ method, n, error });
        } finally {
          drawn?.dispose();
        }
      }
    } finally {
      exact?.dispose();
    }
  }
  return { rows, failed };
}

/** Draws that have run away may be finite numbers, and yet too large for their squares to be. */
function distance(drawn: tf.Tensor2D, exact: tf.Tensor2D): number {
  const value = squaredMmd(drawn, exact);
  if (Number.isFinite(value)) return value;
  const largest = Math.max(...drawn.dataSync().map(Math.abs));
  throw new NonFiniteError(`The squared MMD is ${value}: the draws reach ${largest.toPrecision(3)} in size.`);
}

function exactly(task: Task): TruePosterior {
  return (xObs, samples, seed) => task.exactPosterior!(xObs).sample(samples, seed);
}

function rethrowInterrupt(error: unknown, signal: AbortSignal): void {
  if (error instanceof InterruptedError) throw error;
  if (signal.aborted) throw new InterruptedError(messageOf(error));
}

/** Errors may carry what was reached, such as an estimator that is trained by half: nobody else can free it. */
function freePartial(error: unknown): void {
  const partial = (error as { partial?: { dispose?: () => void } } | null)?.partial;
  partial?.dispose?.();
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
