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
  /** How the estimator is trained. */
  readonly training: NpseSettings;
  /** The samplers that draw from it. */
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
  /** Ways to train. */
  readonly settings: readonly GridSetting[];
  /** Simulator calls of a training. */
  readonly budgets: readonly number[];
  /** Seeds, a run each. */
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
 * are the same in all settings. Where a grid has grown by a method or an n, its trainings are repeated for the new rows only.
 *
 * @throws InvalidInputError for an empty axis, or a budget or n that is not a positive whole number, before any work. What a run throws ends the grid; the finished runs stay.
 */
export async function runScoreNpseGrid(
  grid: ScoreNpseGrid,
  results: ResultsFolder,
  options: LongWorkOptions = {},
): Promise<ResultRow[]> {
  for (const axis of ['settings', 'budgets', 'seeds', 'n'] as const) {
    if (grid[axis].length === 0)
      throw new InvalidInputError(`grid ${axis}`, { expected: 'at least one entry', received: 'none' });
  }
  for (const axis of ['budgets', 'n'] as const) {
    const wrong = grid[axis].find((value) => !Number.isInteger(value) || value < 1);
    if (wrong !== undefined)
      throw new InvalidInputError(`grid ${axis}`, { expected: 'positive whole numbers', received: String(wrong) });
  }
  const runs = grid.seeds.flatMap((seed) =>
    grid.budgets.flatMap((budget) =>
      grid.settings.map((setting) => ({ setting, budget, seed, key: keyOf(grid, setting.setting, budget, seed) })),
    ),
  );
  const cellsOf = ({ setting, key }: Run): string[] =>
    setting.methods.flatMap(({ method }) => grid.n.map((n) => cellOf(key, method, n)));
  const cellOfRow = (row: ResultRow): string =>
    cellOf(keyOf(grid, row.setting, row.budget, row.seed), row.method, row.n);
  const there = new Set(
    results
      .rows()
      .filter((row) => row.task === grid.task.name)
      .map(cellOfRow),
  );
  const missing = runs.filter((run) => cellsOf(run).some((cell) => !there.has(cell)));
  if (missing.length > 0) {
    await longWork('Experiment', runs.length, options, async (progress, signal) => {
      progress.update(runs.length - missing.length, `${runs.length - missing.length} runs were there`);
      for (const [i, run] of missing.entries()) {
        const cells = cellsOf(run).filter((cell) => !there.has(cell));
        // the store never changes a run that it has: what a grown grid adds is a run of its own
        const key = results.has(run.key)
          ? `${run.key}/and ${cells.map((cell) => cell.slice(run.key.length + 1)).join(', ')}`
          : run.key;
        results.append(key, await oneRun(grid, run, (method, n) => cells.includes(cellOf(run.key, method, n)), signal));
        progress.update(
          runs.length - missing.length + i + 1,
          `${run.setting.setting}, ${run.budget} calls, seed ${run.seed}`,
        );
      }
    });
  }
  const wanted = new Set(runs.flatMap(cellsOf));
  return results.rows().filter((row) => row.task === grid.task.name && wanted.has(cellOfRow(row)));
}

interface Run {
  readonly setting: GridSetting;
  readonly budget: number;
  readonly seed: number;
  readonly key: string;
}

function keyOf({ task }: ScoreNpseGrid, setting: string, budget: number, seed: number): string {
  return `${task.name}/${setting}/budget=${budget}/seed=${seed}`;
}

function cellOf(key: string, method: string, n: number): string {
  return `${key}/${method}/n=${n}`;
}

async function oneRun(
  { task, n: counts, samples = 1000 }: ScoreNpseGrid,
  { setting, budget, seed }: Run,
  wanted: (method: string, n: number) => boolean,
  signal: AbortSignal,
): Promise<ResultRow[]> {
  const quiet = { signal, progress: false };
  const started = performance.now();
  const simulations = await simulate(task, budget, { seed, ...quiet });
  const estimator = await trainNpse(simulations, { ...setting.training, prior: task.prior, seed, ...quiet }).finally(
    () => simulations.dispose(),
  );
  const training = (performance.now() - started) / 1000;
  const { xObs } = drawObservations(task, Math.max(...counts), seed);
  const rows: ResultRow[] = [];
  try {
    for (const n of counts.filter((count) => setting.methods.some(({ method }) => wanted(method, count)))) {
      const truth = task.exactPosterior(xObs.slice(0, n)).sample(samples, seed);
      const posterior = estimator.given(xObs.slice(0, n));
      for (const { method, sampler, levels, samples: own } of setting.methods.filter((each) =>
        wanted(each.method, n),
      )) {
        const began = performance.now();
        const theta: tf.Tensor2D = await posterior.sample(own ?? samples, { sampler, levels, seed, ...quiet });
        const seconds = training + (performance.now() - began) / 1000;
        rows.push({
          task: task.name,
          method,
          setting: setting.setting,
          budget,
          n,
          seed,
          metric: 'squared MMD',
          value: squaredMmd(theta, truth),
          standardError: null,
          seconds,
        });
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
