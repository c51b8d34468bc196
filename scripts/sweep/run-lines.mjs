import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * A line of `rows.jsonl`: a run that finished, or failed. Lines of a sweep say besides of which version it is, where
 * and when it ran, and what it took; readers of rows leave that aside.
 * @typedef {object} SweptLine
 * @property {string} run the key
 * @property {string} [version] of its definition; none where another command ran it
 * @property {string} [host]
 * @property {string} [began] ISO 8601
 * @property {string} [ended] ISO 8601
 * @property {number} [memoryMB] the most that its process has held
 * @property {import('scorebook').ResultRow[]} [rows]
 * @property {boolean} [isOpen] it was begun and has not ended: it goes on, or its process died in it
 * @property {string} [at] where it failed
 * @property {{ name: string, message: string }} [error]
 */

/** @typedef {SweptLine & { rows: import('scorebook').ResultRow[] }} FinishedLine */

/**
 * The lines of a file; none where it is missing. A line cut short by a killed process is left out.
 * @param {string} file
 * @returns {SweptLine[]}
 */
export function readLines(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        const line = JSON.parse(text);
        return typeof line?.run === 'string' && (Array.isArray(line.rows) || line.error) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/**
 * @param {SweptLine} line
 * @returns {line is FinishedLine}
 */
export function isFinished(line) {
  return line.rows !== undefined;
}

/**
 * Writes a file at once or not at all, and waits until it is on the disk.
 * @param {string} file
 * @param {string} text
 */
export function writeAtomically(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  // another host may write the same file
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const open = openSync(draft, 'w');
    try {
      const bytes = Buffer.from(text);
      for (let from = 0; from < bytes.length;) from += writeSync(open, bytes, from);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** @param {readonly SweptLine[]} lines */
export function textOf(lines) {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Measures of what a run took, whose numbers are the clock's. */
const clockMeasures = ['training seconds', 'drawing seconds'];

/**
 * What is left of lines without the clock and the machine: two sweeps of one definition give the same here to the last
 * byte.
 * @param {readonly SweptLine[]} lines
 */
export function textWithoutClock(lines) {
  return textOf(
    lines.map(({ host, began, ended, memoryMB, rows, ...line }) => ({
      ...line,
      ...(rows && {
        rows: /** @type {import('scorebook').ResultRow[]} */ (
          rows.flatMap(({ seconds, ...row }) => (clockMeasures.includes(row.metric) ? [] : [row]))
        ),
      }),
    })),
  );
}
