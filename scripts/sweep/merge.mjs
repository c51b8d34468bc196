import { rowName } from './row-name.mjs';
import { isFinished, readLines, textOf, writeAtomically } from './run-lines.mjs';

/** @typedef {import('./run-lines.mjs').SweptLine} SweptLine */

/**
 * The lines of a notebook with those of jobs, the same whatever the order of the jobs: first those that another command
 * ran, as they were; then those of sweeps, by their keys. Rows of other versions give way to those of the current ones.
 * @param {readonly SweptLine[]} published
 * @param {readonly SweptLine[]} swept
 * @param {ReadonlySet<string>} current versions
 * @returns {SweptLine[]}
 */
export function mergedLines(published, swept, current) {
  const isCurrent = (/** @type {SweptLine} */ { version }) => version !== undefined && current.has(version);
  const now = [...published, ...swept].filter(isCurrent);
  const finished = oneOfEach(now.filter(isFinished), (line, known) => order(line) < order(known));
  const done = new Set(finished.map(({ run }) => run));
  const open = now.filter((line) => !isFinished(line) && !done.has(line.run));
  const failed = oneOfEach(open, (line, known) => order(line) > order(known));
  const covered = new Set(finished.flatMap((line) => (line.rows ?? []).map(rowName)));
  const others = published
    .filter((line) => !isCurrent(line))
    .flatMap((line) => {
      if (!isFinished(line)) return done.has(line.run) ? [] : [line];
      const rows = line.rows.filter((row) => !covered.has(rowName(row)));
      return rows.length === 0 ? [] : [rows.length === line.rows.length ? line : { ...line, rows }];
    });
  const versioned = [...others.filter(({ version }) => version !== undefined), ...finished, ...failed];
  return [...others.filter(({ version }) => version === undefined), ...versioned.sort(byKey)];
}

/**
 * Completes a notebook's rows by those of a sweep's jobs, at once or not at all.
 * @param {import('./folder.mjs').SweepFolder} folder
 * @param {string} notebook
 * @param {ReadonlySet<string>} current versions
 * @returns the lines
 */
export function mergeInto(folder, notebook, current) {
  const file = folder.merged(notebook);
  const published = readLines(file);
  const lines = mergedLines(published, folder.lines(notebook), current);
  if (textOf(lines) !== textOf(published)) writeAtomically(file, textOf(lines));
  return lines;
}

/**
 * One line of each run: of those that two jobs ran the one that ended first, of failures the last.
 * @param {readonly SweptLine[]} lines
 * @param {(line: SweptLine, known: SweptLine) => boolean} isPreferred
 */
function oneOfEach(lines, isPreferred) {
  /** @type {Map<string, SweptLine>} */
  const chosen = new Map();
  for (const line of lines) {
    const known = chosen.get(line.run);
    if (!known || isPreferred(line, known)) chosen.set(line.run, line);
  }
  return [...chosen.values()];
}

/** @param {SweptLine} line */
function order(line) {
  return `${line.ended ?? ''} ${JSON.stringify(line)}`;
}

const collator = new Intl.Collator('en', { numeric: true });

/**
 * @param {SweptLine} a
 * @param {SweptLine} b
 */
function byKey(a, b) {
  return collator.compare(a.run, b.run) || (`${a.run} ${a.version}` < `${b.run} ${b.version}` ? -1 : 1);
}
