import * as tf from '@tensorflow/tfjs';
import { InterruptedError, NonFiniteError } from '../core/errors';
import type { ResultRow } from '../records/result-row';
import type { Task } from '../tasks/task';
import { defaultMeasures } from './default-measures';
import type { Experiment, JudgedDraw, Measure, RunOptions, Trained, TruePosterior } from './experiment';
import type { ExperimentCell, ExperimentRun } from './missing-runs';

/** What a run has trained, and how many seconds it took. */
export interface TimedTraining {
  readonly trained: Trained;
  readonly seconds: number;
}

/** A draw that yielded no row, and why. */
export type FailedCell = ExperimentCell & { readonly error: unknown };

/**
 * Draws for each cell given the first n of `xObs`, and measures the draws against the true posterior; cells that fail
 * are returned as well.
 */
export async function judgeDraws(
  { task, n: counts, samples = 1000, truth = exactly(task), measures = defaultMeasures }: Experiment,
  { run, cells, xObs }: { run: ExperimentRun; cells: readonly ExperimentCell[]; xObs: number[][] },
  { trained, seconds: trainingSeconds }: TimedTraining,
  { signal, tell }: { signal: AbortSignal; tell: (note: string) => void },
): Promise<{ rows: ResultRow[]; failed: FailedCell[] }> {
  const options = { seed: run.seed, signal };
  const rows: ResultRow[] = [];
  const failed: FailedCell[] = [];
  for (const n of counts) {
    const observed = xObs.slice(0, n);
    let exact: tf.Tensor2D | undefined;
    try {
      for (const cell of cells.filter((each) => each.n === n)) {
        const { method, observation, metrics } = cell;
        tell(placeOf(cell));
        let drawn: tf.Tensor2D | undefined;
        try {
          exact ??= await truth(observed, samples, run.seed, observation);
          const began = performance.now();
          drawn = await trained.draw(method, observed, samples, options);
          const drawingSeconds = (performance.now() - began) / 1000;
          const wanted = measures.filter(({ metric }) => !metrics || metrics.includes(metric));
          const draw = { drawn, truth: exact, trainingSeconds, drawingSeconds };
          const measured = await allMeasured(wanted, draw, options);
          const { setting, budget, seed } = { ...run, setting: run.setting.setting };
          const place = { task: task.name, method, setting, budget, n, ...(observation && { observation }), seed };
          const cost = { seconds: trainingSeconds + drawingSeconds, simulatorCalls: trained.simulatorCalls };
          rows.push(...measured.map((fields) => ({ ...place, ...fields, ...cost })));
        } catch (error) {
          rethrowInterrupt(error, signal);
          failed.push({ ...cell, error });
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

/** Where a run is, in words. */
export function placeOf({ method, n, observation }: ExperimentCell): string {
  return `${method}, n = ${n}${observation === undefined ? '' : `, observation ${observation}`}`;
}

/** Rethrows an interrupt, and as one any error that was caused by it. */
export function rethrowInterrupt(error: unknown, signal: AbortSignal): void {
  if (error instanceof InterruptedError) throw error;
  if (signal.aborted) throw new InterruptedError(error instanceof Error ? error.message : String(error));
}

type MeasuredFields = Pick<ResultRow, 'metric' | 'value' | 'standardError' | 'spread'>;

/** Diverged draws may be finite and yet too large for finite squares. */
async function allMeasured(
  measures: readonly Measure[],
  draw: JudgedDraw,
  options: RunOptions,
): Promise<MeasuredFields[]> {
  const all: MeasuredFields[] = [];
  for (const each of measures) {
    const { value, standardError, spread } = await each.measure(draw, options);
    if (![value, standardError ?? 0, spread ?? 0].every(Number.isFinite)) {
      const largest = tf.tidy(() => tf.max(tf.abs(draw.drawn)).dataSync()[0]);
      throw new NonFiniteError(`The ${each.metric} is ${value}: the draws reach ${largest.toPrecision(3)} in size.`);
    }
    all.push({ metric: each.metric, value, standardError, ...(spread !== undefined && { spread }) });
  }
  return all;
}

function exactly(task: Task): TruePosterior {
  return (xObs, samples, seed) => task.exactPosterior!(xObs).sample(samples, { seed });
}
