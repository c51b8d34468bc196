import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** The folder in `results/` for what users reach themselves. */
const MINE = 'mine';

/**
 * The project's folder: the nearest one, from `from` upwards, whose `package.json` has workspaces; else `from` itself.
 */
export function projectRoot(from: string = process.cwd()): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (hasWorkspaces(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return resolve(from);
  }
}

/** The folder that stands for `results/`: the environment's SCOREBOOK_RESULTS, else `results` in the project. */
export function resultsRoot(): string {
  const override = process.env.SCOREBOOK_RESULTS;
  return override ? resolve(override) : join(projectRoot(), 'results');
}

/** Where a notebook's results are: what is written, and what is only read. */
export interface ResultsPlace {
  /** The folder that is written to, and read. */
  readonly own: string;
  /** The published results of the notebook, where they are in another folder: read, never written. */
  readonly published?: string;
}

/**
 * The place of a notebook's results: `results/mine/<notebook>`, which git ignores, over the published ones in
 * `results/<notebook>`; with SCOREBOOK_RESULTS, `<notebook>` in that folder alone.
 */
export function resultsPlace(notebook: string): ResultsPlace {
  const folder = join(resultsRoot(), notebook);
  return process.env.SCOREBOOK_RESULTS
    ? { own: folder }
    : { own: join(resultsRoot(), MINE, notebook), published: folder };
}

/** A path of the project made absolute; `results/...` follows SCOREBOOK_RESULTS. */
export function fromProject(path: string): string {
  if (isAbsolute(path)) return path;
  const parts = path.split(/[\\/]/).filter((part) => part !== '.');
  return parts[0] === 'results' ? join(resultsRoot(), ...parts.slice(1)) : join(projectRoot(), ...parts);
}

/** The inverse of `fromProject`, with forward slashes: what may be written into records. */
export function toProject(path: string): string {
  const absolute = fromProject(path);
  const inResults = relative(resultsRoot(), absolute);
  const inside = !isAbsolute(inResults) && inResults.split(sep)[0] !== '..';
  return (inside ? join('results', inResults) : relative(projectRoot(), absolute)).split(sep).join('/');
}

function hasWorkspaces(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return 'workspaces' in (JSON.parse(readFileSync(path, 'utf8')) as object);
  } catch {
    return false;
  }
}
