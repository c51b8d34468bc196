import { dirname } from 'node:path';
import { isFinished, readLines, textOf, writeAtomically } from './run-lines.mjs';

/**
 * The store of one job: a file of its own, which is written anew, at once or not at all, after each run. What is known
 * from elsewhere counts as done and is not written again.
 * @param {string} file
 * @param {object} known
 * @param {string} known.version of the runs of this job
 * @param {readonly string[]} known.keys of runs that are finished elsewhere
 * @param {readonly import('scorebook').ResultRow[]} known.rows rows that are there, by their names at least
 * @param {() => Pick<import('./run-lines.mjs').SweptLine, 'host' | 'began' | 'ended' | 'memoryMB'>} clock says where
 * and when the run that ends now ran
 * @returns {import('scorebook').experiments.RunStore}
 */
export function jobStore(file, { version, keys, rows }, clock) {
  const lines = readLines(file).filter((line) => line.version === version);
  const finished = () => lines.filter(isFinished);
  /** @param {string} key */
  const has = (key) => keys.includes(key) || finished().some(({ run }) => run === key);
  /** @param {import('./run-lines.mjs').SweptLine} line */
  const keep = (line) => {
    // a failure is of no interest once there is another, or rows
    const others = lines.filter((other) => other.run !== line.run || isFinished(other));
    lines.splice(0, lines.length, ...others, line);
    writeAtomically(file, textOf(lines));
  };
  return {
    path: dirname(file),
    has,
    rows: () => [...rows, ...finished().flatMap((line) => line.rows)],
    append: (run, added) => {
      if (!has(run)) keep({ run, version, ...clock(), rows: [...added] });
    },
    fail: (run, { at, error: { name, message } }) => {
      const failure = { run, at, error: { name, message } };
      if (!has(run)) keep({ ...failure, version, ...clock() });
      return failure;
    },
  };
}
