import { join } from 'node:path';
import type { ResultRow } from 'scorebook';
import { writeFileAtomically } from 'scorebook/dist/io/atomic-write';
import { machine, versions } from 'scorebook/dist/io/provenance';
import { resultsRoot } from 'scorebook/dist/io/results-path';
import type { Spread } from './in-turns';
import { seed, simulations } from './workload';

/** One measured amount: a result row with the spread over its rounds. `value` is the median. */
export interface BenchRow extends ResultRow {
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** A promise of the project and what was measured for it. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly reached: boolean;
}

/** What identifies a row besides its numbers. */
export interface RowName {
  readonly task: string;
  readonly method: string;
  readonly setting: string;
  readonly metric: string;
  /** Observations; default 1. */
  readonly n?: number;
}

/** Collects rows and targets, prints them as they come, and writes the summary. */
export class Report {
  readonly rows: BenchRow[] = [];
  readonly targets: Target[] = [];
  private task = '';

  add({ task, method, setting, metric, n = 1 }: RowName, measured: Spread): void {
    const { median, min, max, rounds, seconds } = measured;
    this.rows.push({
      task,
      method,
      setting,
      budget: simulations,
      n,
      seed,
      metric,
      value: median,
      standardError: null,
      seconds,
      simulatorCalls: simulations,
      min,
      max,
      rounds: rounds.length,
    });
    if (task !== this.task) process.stdout.write(`\n${task}\n`);
    this.task = task;
    const range = rounds.length > 1 ? `  (${figure(min)} to ${figure(max)}, ${rounds.length} rounds)` : '';
    process.stdout.write(
      `  ${method.padEnd(34)} ${setting.padEnd(44)} ${figure(median).padStart(8)} ${metric}${range}\n`,
    );
  }

  /** A target that is reached when the median is at least (or at most) `bound`. */
  target(what: string, relation: 'at least' | 'at most', bound: number, unit: string, measured: Spread): void {
    const { median, min, max, rounds } = measured;
    const reached = relation === 'at least' ? median >= bound : median <= bound;
    const range = rounds.length > 1 ? ` (${figure(min)} to ${figure(max)})` : '';
    this.targets.push({
      what,
      wanted: `${relation} ${bound} ${unit}`,
      measured: `${figure(median)} ${unit}${range}`,
      reached,
    });
  }

  printTargets(): void {
    if (this.targets.length === 0) return;
    process.stdout.write('\nTargets\n');
    for (const { what, wanted, measured, reached } of this.targets) {
      process.stdout.write(
        `  ${reached ? 'reached' : 'MISSED '}  ${what.padEnd(66)} wanted ${wanted}, measured ${measured}\n`,
      );
    }
  }

  /** Writes `results/bench/summary.json` and returns its path. */
  async write(mode: string, peers: Record<string, string>): Promise<string> {
    const path = join(resultsRoot(), 'bench', 'summary.json');
    const summary = {
      notebook: 'bench',
      mode,
      seed,
      versions: { ...(await versions()), ...peers },
      machine: machine(),
      rows: this.rows,
      targets: this.targets,
      figures: [],
    };
    await writeFileAtomically(path, `${JSON.stringify(summary, null, 1)}\n`);
    return path;
  }
}

/** Three significant digits. */
function figure(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
