import type * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { longWork, type LongWorkOptions } from '../core/host';
import type { ResultRow } from '../core/result-row';
import type { VpLevels } from '../diffusion/vp-levels';
import { trainNpse, type NpseSettings } from '../inference/npse';
import type { ResultsFolder } from '../io/records';
import { squaredMmd } from '../metrics/squared-mmd';
import type { Sampler } from '../samplers/sampler';
import { drawObservations } from '../tasks/draw-observations';
import { simulate } from '../tasks/simulate';
import type { Task } from '../tasks/task';

/** A named way to train, with the samplers that draw from what was trained. */
export interface GridSetting {
  /** Name in the rows, such as `paper` or `scorebook`. */
  readonly setting: string;
  readonly training: NpseSettings;
  readonly methods: readonly GridMethod[];
}

/** A named way to draw. */
export interface GridMethod {
  /** Name in the rows, such as `Score NPE (A1)`. */
  readonly method: string;
  /** Default: the estimator's. */
  readonly sampler?: Sampler;
  /** Default: the estimator's. */
  readonly levels?: VpLevels;
  /** Samples drawn by this method, where it is too costly for the grid's number. */
  readonly samples?: number;
}

/** An experiment of the score-modelling paper: settings x budgets x seeds, each judged for several numbers of observations. */
export interface ScoreNpseGrid {
  /** A task with an exact posterior. */
  readonly task: Task & Required<Pick<Task, 'exactPosterior'>>;
  readonly settings: readonly GridSetting[];
  /** Simulator calls. */
  readonly budgets: readonly number[];
  readonly seeds: readonly number[];
  /** Numbers of observations; the first n of one set are used for each. */
  readonly n: readonly number[];
  /** Samples on either side of the squared MMD. Default 1,000. */
  readonly samples?: number;
}

/**
 * Runs what is missing of a grid, and returns all its rows.
 *
 * One run is one training (setting, budget, seed); it yields a row of squared MMD to the exact posterior for each method and n, kept in
 * `results` at once, so that a grid that was stopped goes on where it stopped. For one seed, theta, the observations and the simulations
 * are the same in all settings.
 *
 * @throws InvalidInputError for an empty axis. What a run throws ends the grid; the finished runs stay.
 */
export async function runScoreNpseGrid(grid: ScoreNpseGrid, results: ResultsFolder, options: LongWorkOptions = {}): Promise<ResultRow[]> {
  for (const axis of ['settings', 'budgets', 'seeds', 'n'] as const) {
    if (grid[axis].length === 0) throw new InvalidInputError(`grid ${axis}`, { expected: 'at least one entry', received: 'none' });
  }
  const runs = grid.seeds.flatMap((seed) => grid.budgets.flatMap((budget) => grid.settings.map((setting) => ({ setting, budget, seed }))));
  const keys = new Set(runs.map((run) => keyOf(grid, run)));
  const missing = runs.filter((run) => !results.has(keyOf(grid, run)));
  if (missing.length > 0) {
    await longWork('Experiment', runs.length, options, async (progress, signal) => {
      progress.update(runs.length - missing.length, `${runs.length - missing.length} runs were there`);
      for (const [i, run] of missing.entries()) {
        results.append(keyOf(grid, run), await oneRun(grid, run, signal));
        progress.update(runs.length - missing.length + i + 1, `${run.setting.setting}, ${run.budget} calls, seed ${run.seed}`);
      }
    });
  }
  const wanted = new Set(grid.settings.flatMap(({ setting, methods }) => methods.map(({ method }) => `${setting}/${method}`)));
  return results.rows().filter((row) => keys.has(keyOf(grid, { setting: { setting: row.setting }, budget: row.budget, seed: row.seed })) && wanted.has(`${row.setting}/${row.method}`));
}

type Run = { setting: Pick<GridSetting, 'setting'>; budget: number; seed: number };

function keyOf({ task }: ScoreNpseGrid, { setting, budget, seed }: Run): string {
  return `${task.name}/${setting.setting}/budget=${budget}/seed=${seed}`;
}

async function oneRun({ task, n: counts, samples = 1000 }: ScoreNpseGrid, { setting, budget, seed }: Run & { setting: GridSetting }, signal: AbortSignal): Promise<ResultRow[]> {
  const quiet = { signal, progress: false };
  const started = performance.now();
  const simulations = await simulate(task, budget, { seed, ...quiet });
  const estimator = await trainNpse(simulations, { ...setting.training, prior: task.prior, seed, ...quiet });
  simulations.dispose();
  const training = (performance.now() - started) / 1000;
  const { xObs } = drawObservations(task, Math.max(...counts), seed);
  const rows: ResultRow[] = [];
  try {
    for (const n of counts) {
      const truth = task.exactPosterior(xObs.slice(0, n)).sample(samples, seed);
      const posterior = estimator.given(xObs.slice(0, n));
      for (const { method, sampler, levels, samples: own } of setting.methods) {
        const began = performance.now();
        const theta: tf.Tensor2D = await posterior.sample(own ?? samples, { sampler, levels, seed, ...quiet });
        const seconds = training + (performance.now() - began) / 1000;
        rows.push({ task: task.name, method, setting: setting.setting, budget, n, seed, metric: 'squared MMD', value: squaredMmd(theta, truth), standardError: null, seconds });
        theta.dispose();
      }
      posterior.dispose();
      truth.dispose();
    }
  } finally {
    estimator.dispose();
  }
  return rows;
}
