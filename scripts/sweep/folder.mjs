import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readLines } from './run-lines.mjs';

/**
 * Where a sweep keeps what it does, in `results/sweeps/<name>`; the rows of its jobs are merged from there into
 * `results/<notebook>/rows.jsonl`.
 * @param {string} path of the sweep's folder
 */
export function sweepFolder(path) {
  const results = join(path, '..', '..');
  const ended = join(path, 'ended');
  /** @param {string} notebook */
  const rowsOf = (notebook) => join(path, 'rows', notebook);
  return {
    path,
    plan: join(path, 'plan.json'),
    report: join(path, 'report.html'),
    orders: join(path, 'orders'),
    ended,
    tickets: join(path, 'tickets'),
    logs: join(path, 'logs'),
    /** @param {string} job */
    order: (job) => join(path, 'orders', `${job}.json`),
    /** @param {string} job */
    log: (job) => join(path, 'logs', `${job}.log`),
    /**
     * The rows of a job, written anew after each run of it.
     * @param {string} notebook
     * @param {string} job
     */
    rows: (notebook, job) => join(rowsOf(notebook), `${job}.jsonl`),
    /**
     * The lines of a job, whatever their version.
     * @param {string} notebook
     * @param {string} job
     */
    linesOf: (notebook, job) => readLines(join(rowsOf(notebook), `${job}.jsonl`)),
    /**
     * What a job writes when it has come to its end.
     * @param {string} job
     */
    end: (job) => join(ended, `${job}.json`),
    /** The names of the jobs that have come to their end in this plan. */
    endedJobs: () => {
      const files = existsSync(ended) ? readdirSync(ended) : [];
      return new Set(files.flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []));
    },
    /**
     * The lines of all jobs of a notebook, whatever their version, but for runs that have not ended.
     * @param {string} notebook
     */
    lines: (notebook) =>
      existsSync(rowsOf(notebook))
        ? readdirSync(rowsOf(notebook))
            .filter((file) => file.endsWith('.jsonl'))
            .sort()
            .flatMap((file) => readLines(join(rowsOf(notebook), file)).filter(({ isOpen }) => !isOpen))
        : [],
    /**
     * The published rows of a notebook, which the sweep completes.
     * @param {string} notebook
     */
    merged: (notebook) => join(results, notebook, 'rows.jsonl'),
  };
}

/** @typedef {ReturnType<typeof sweepFolder>} SweepFolder */
