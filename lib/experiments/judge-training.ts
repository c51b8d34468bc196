import { NonFiniteError } from '../core/errors';
import type { ResultRow } from '../records/result-row';
import type { Experiment } from './experiment';
import { rethrowInterrupt, type FailedCell, type TimedTraining } from './judge-draws';
import type { ExperimentCell, ExperimentRun } from './missing-runs';

/** Judges a training by itself: a row for each number of the experiment's judge; where it fails, so does the cell. */
export async function judgeTraining(
  { task, judge }: Experiment,
  { run, cells }: { run: ExperimentRun; cells: readonly ExperimentCell[] },
  { trained, seconds: trainingSeconds }: TimedTraining,
  { signal, tell }: { signal: AbortSignal; tell: (note: string) => void },
): Promise<{ rows: ResultRow[]; failed: FailedCell[] }> {
  const { budget, seed } = run;
  const [{ method, n }] = cells;
  tell('its judge');
  try {
    const began = performance.now();
    const found = await judge!.judge({ task, trained, trainingSeconds }, { seed, signal });
    const seconds = trainingSeconds + (performance.now() - began) / 1000;
    const rows = judge!.metrics.map((metric): ResultRow => {
      if (!Number.isFinite(found[metric])) throw new NonFiniteError(`${metric} is ${found[metric]}.`);
      const place = { task: task.name, method, setting: run.setting.setting, budget, n, seed };
      const cost = { seconds, simulatorCalls: trained.simulatorCalls };
      return { ...place, metric, value: found[metric], standardError: null, ...cost };
    });
    return { rows, failed: [] };
  } catch (error) {
    rethrowInterrupt(error, signal);
    return { rows: [], failed: cells.map((cell) => ({ ...cell, error })) };
  }
}
