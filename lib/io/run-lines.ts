import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { ResultRow } from '../records/result-row';

/** One finished run: a line of `rows.jsonl`. */
export interface RunLine {
  readonly run: string;
  readonly rows: readonly ResultRow[];
}

/** A run that failed: also a line of `rows.jsonl`. */
export interface RunFailure {
  /** The run's key. */
  readonly run: string;
  /** Where in the run, such as `training` or `Score NPE (A1), n = 8`. */
  readonly at: string;
  /** What was thrown. */
  readonly error: { readonly name: string; readonly message: string };
}

/** What a `rows.jsonl` file holds. */
export interface RunLines {
  /** The finished runs in order, the first of each key. */
  readonly runs: ReadonlyMap<string, readonly ResultRow[]>;
  /** The last failure of each run that has not finished since. */
  readonly failures: ReadonlyMap<string, RunFailure>;
  /** Number of broken lines, which were skipped. */
  readonly broken: number;
}

/**
 * Reads a `rows.jsonl` file; a missing file has no runs. A line cut short by a killed process is counted and skipped.
 */
export function readRunLines(path: string): RunLines {
  const runs = new Map<string, readonly ResultRow[]>();
  const failures = new Map<string, RunFailure>();
  let broken = 0;
  for (const line of sizeOf(path) === 0 ? [] : readFileSync(path, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const parsed = parseRunLine(line);
    if (!parsed) broken++;
    else if (runs.has(parsed.run)) continue;
    else if ('error' in parsed) failures.set(parsed.run, parsed);
    else {
      runs.set(parsed.run, parsed.rows);
      failures.delete(parsed.run);
    }
  }
  return { runs, failures, broken };
}

/**
 * Appends one run in a single write, so that lines of several processes never mix, and waits until it is on the disk.
 * A torn line before it (no newline at the end of the file) is closed first, so that it spoils no other.
 */
export function appendRunLine(path: string, line: RunLine | RunFailure): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'a+');
  try {
    const bytes = Buffer.from(`${endsTorn(file) ? '\n' : ''}${JSON.stringify(line)}\n`);
    const written = writeSync(file, bytes);
    if (written !== bytes.length) {
      throw new Error(
        `${path}: ${written} of ${bytes.length} bytes were written; the disk may be full. The run counts as not done.`,
      );
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The size of a file in bytes, 0 where it does not exist. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function endsTorn(file: number): boolean {
  const size = fstatSync(file).size;
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

function parseRunLine(line: string): RunLine | RunFailure | undefined {
  try {
    const parsed = JSON.parse(line) as Partial<RunLine & RunFailure> | null;
    if (!parsed || typeof parsed.run !== 'string') return undefined;
    if (Array.isArray(parsed.rows)) return { run: parsed.run, rows: parsed.rows };
    return typeof parsed.error?.message === 'string' ? (parsed as RunFailure) : undefined;
  } catch {
    return undefined;
  }
}
