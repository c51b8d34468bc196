import { join } from 'node:path';
import { demand, objectOf, requireNumber } from '../core/checks';
import { checkResultRows } from '../records/check-rows';
import type { ResultRow } from '../records/result-row';
import { writeFileAtomically } from './atomic-write';
import { machine, versions, type Machine, type Versions } from './provenance';
import { resultsPlace, toProject } from './results-path';
import { appendRunLine, readRunLines, sizeOf, type RunFailure, type RunLines } from './run-lines';

/** What `summary.json` holds besides what the library finds out itself. */
export interface SummaryInput {
  /** The notebook's budget: `quick` or `full`. */
  readonly mode: string;
  readonly seed: number;
  /** Default: every row of the folder's store. */
  readonly rows?: readonly ResultRow[];
  /** Paths of the figures; absolute ones are made relative to the project. Default none. */
  readonly figures?: readonly string[];
}

/** The content of `summary.json`. */
export interface Summary {
  /** The notebook's name without its ending. */
  readonly notebook: string;
  /** The notebook's budget: `quick` or `full`. */
  readonly mode: string;
  /** The notebook's seed. */
  readonly seed: number;
  /** Versions of Node and of the packages used. */
  readonly versions: Versions;
  /** The machine it ran on. */
  readonly machine: Machine;
  /** All result rows. */
  readonly rows: readonly ResultRow[];
  /** Paths of the figures from the project's folder. */
  readonly figures: readonly string[];
}

/** A notebook's folder of results: a store of finished runs, figures and the summary. */
export interface ResultsFolder {
  /** The notebook's name without its ending. */
  readonly notebook: string;
  /** The folder's absolute path. */
  readonly path: string;
  /** The same from the project's folder, such as `results/mine/01-gaussian-10d`. */
  readonly folder: string;
  /** Whether the run of this key is finished, here or in another process. */
  has(key: string): boolean;
  /**
   * Keeps all rows of one run, or none of them if the process dies in between. A key that is already stored is left as
   * it is.
   * @throws InvalidInputError for an empty key, no rows, missing fields, NaN or infinity.
   */
  append(key: string, rows: readonly ResultRow[]): void;
  /**
   * Records that a run failed, where and why; the run counts as not done, and may be appended later.
   * @throws InvalidInputError for an empty key.
   */
  fail(key: string, failure: Omit<RunFailure, 'run'>): RunFailure;
  /** The last failure of each run that has not finished since. */
  failures(): RunFailure[];
  /** All rows of all finished runs, in the order they were finished. */
  rows(): ResultRow[];
  /**
   * Where a figure of this name belongs; `exportFigure` takes it.
   * @throws InvalidInputError for anything but a file name, so that figures stay in the folder.
   */
  figurePath(name: string): string;
  /**
   * Writes `summary.json` atomically and returns its content.
   * @throws InvalidInputError for an empty mode, a seed or rows with NaN or infinity.
   */
  writeSummary(input: SummaryInput): Promise<Summary>;
}

/** What an experiment keeps its finished and failed runs in: a results folder, or what keeps them elsewhere. */
export type RunStore = Pick<ResultsFolder, 'path' | 'has' | 'rows' | 'append' | 'fail'>;

/**
 * The results folder of a notebook, whose store lets an interrupted sweep resume where it stopped.
 *
 * It is `results/mine/<notebook>` in the project (the nearest folder upwards with an npm workspace), which git ignores:
 * a notebook that is run again leaves the published results in `results/<notebook>` alone. Their runs count as done and
 * their rows as rows. Where the environment variable SCOREBOOK_RESULTS names a folder, it is `<notebook>` in there, and
 * nothing else is read: `npm run notebooks -- --write` and `npm run experiments` write to `results/<notebook>` so.
 *
 * `rows.jsonl` holds one finished run per line, `{"run": key, "rows": [...]}`, and one failed run
 * per line, `{"run": key, "at": "training", "error": {...}}`. Several processes may append. A line cut short by a
 * killed process is skipped with a warning, and its run counts as not done.
 *
 * @param notebook name of the notebook without its ending, such as `01-gaussian-10d`.
 * @throws InvalidInputError for a name with anything but letters, digits, dots, dashes and underscores.
 * @example
 * const results = openResults('01-gaussian-10d');
 * for (const seed of [1, 2]) {
 *   const key = `scorebook/budget=1000/seed=${seed}`;
 *   const measured = rows.filter((row) => row.seed === seed); // by a run
 *   if (!results.has(key)) results.append(key, measured);
 * }
 * await results.writeSummary({ mode: 'quick', seed: 1 });
 */
export function openResults(notebook: string): ResultsFolder {
  const isName = typeof notebook === 'string' && /^[\w-][\w.-]*$/.test(notebook);
  demand('notebook', isName, 'a name of letters, digits, dots, dashes and underscores', notebook);
  const { own: path, published } = resultsPlace(notebook);
  const file = join(path, 'rows.jsonl');
  const stores = [...(published ? [join(published, 'rows.jsonl')] : []), file].map(runStore);
  const has = (key: string): boolean => stores.some((store) => store().runs.has(key));
  const rows = (): ResultRow[] => {
    const runs = new Map(stores.flatMap((store) => [...store().runs]));
    return [...runs.values()].flat();
  };
  return {
    notebook,
    path,
    folder: toProject(path),
    rows,
    has,
    append: (key, added) => {
      checkKey(key);
      checkResultRows(added, 'rows');
      if (!has(key)) appendRunLine(file, { run: key, rows: added });
    },
    fail: (key, given) => {
      checkKey(key);
      const { at, error } = objectOf('failure', given, '{ at, error }');
      const { name, message } = objectOf('failure: error', error, 'an error');
      const failure = { run: key, at, error: { name, message } };
      if (!has(key)) appendRunLine(file, failure);
      return failure;
    },
    failures: () => {
      const failed = new Map(stores.flatMap((store) => [...store().failures]));
      return [...failed.values()].filter(({ run }) => !has(run));
    },
    figurePath: (name) => {
      const isFile = typeof name === 'string' && /^[^/\\]+$/.test(name) && !/^\.\.?$/.test(name);
      demand('figurePath: name', isFile, 'a file name without an ending', name);
      return join(path, 'figures', name);
    },
    writeSummary: async (input) => {
      objectOf('summary', input, '{ mode, seed }');
      demand('summary: mode', typeof input.mode === 'string' && input.mode !== '', 'quick or full', input.mode);
      requireNumber('summary: seed', input.seed, 'a finite number');
      if (input.rows && input.rows.length > 0) checkResultRows(input.rows, 'summary: rows');
      const summary: Summary = {
        notebook,
        mode: input.mode,
        seed: input.seed,
        versions: await versions(),
        machine: machine(),
        rows: input.rows ?? rows(),
        figures: (input.figures ?? []).map(toProject),
      };
      await writeFileAtomically(join(path, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
      return summary;
    },
  };
}

function checkKey(key: string): void {
  demand('key', typeof key === 'string' && key !== '', 'a text that names the run', key);
}

/** Reads the file again only when its size changed, and says once how many lines were broken. */
function runStore(path: string): () => RunLines {
  let size = 0;
  let lines: RunLines = { runs: new Map(), failures: new Map(), broken: 0 };
  let told = 0;
  return () => {
    if (sizeOf(path) !== size) {
      size = sizeOf(path);
      lines = readRunLines(path);
      if (lines.broken > told) {
        console.warn(`${toProject(path)}: ${lines.broken} unfinished line(s) left out; their runs count as not done.`);
        told = lines.broken;
      }
    }
    return lines;
  };
}
