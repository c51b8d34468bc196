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
 */
export function jobStore(file, { version, keys, rows }, clock) {
  const lines = readLines(file).filter((line) => line.version === version);
  const finished = () => lines.filter(isFinished);
  /** @param {string} key */
  const has = (key) => keys.includes(key) || finished().some(({ run }) => run === key);
  /** @param {import('./run-lines.mjs').SweptLine} line */
  const keep = (line) => {
    // what is told of a run that did not finish is of no interest once there is more
    const others = lines.filter((other) => isFinished(other) || other.run !== line.run);
    lines.splice(0, lines.length, ...others, line);
    writeAtomically(file, textOf(lines));
  };
  /** @type {import('scorebook').experiments.RunStore} */
  const store = {
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
  return {
    ...store,
    /**
     * Says that a run begins, so that it is known where a process died.
     * @param {string} run
     */
    begin: (run) => {
      const error = { name: 'ProcessEnded', message: 'Its process ended in this run.' };
      if (!has(run)) keep({ run, version, isOpen: true, at: 'the process', error });
    },
    /**
     * Whether a process died in this run.
     * @param {string} run
     */
    isOpen: (run) => lines.some((line) => line.isOpen && line.run === run),
  };
}
