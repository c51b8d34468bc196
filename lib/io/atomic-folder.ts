import type { Dirent } from 'node:fs';
import { mkdir, readdir, realpath, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { demand, refuse } from '../core/checks';
import { syncFolder, temporaryName, writeToDisk } from './atomic-write';

/** A folder that is written as a whole. */
export interface WholeFolder {
  /** How messages name the path, such as `saveEstimator: folder`. */
  readonly what: string;
  /** What such a folder holds, in words, such as `a saved estimator`. */
  readonly holds: string;
  /** The names of its files: all of them, and no others. */
  readonly names: readonly string[];
}

/**
 * Writes a folder of files as a whole, or not at all.
 *
 * The files go to a hidden sibling and reach the disk; then an existing folder is moved aside, the new one takes its
 * name, and the old one is deleted. If the process dies in between, {@link wholeFolder} finds the old one. Nothing but
 * files of the given names is ever deleted.
 *
 * @param contents text (written as UTF-8) or bytes of each file, in the order of the names.
 * @throws InvalidInputError where the path is a file, the working folder, or a folder that holds anything but all of
 * these files or none.
 */
export async function writeFolderAtomically(
  path: string,
  folder: WholeFolder,
  contents: readonly (string | Uint8Array)[],
): Promise<void> {
  const target = await replaceable(path, folder);
  const temporary = temporaryName(target);
  await mkdir(temporary, { recursive: true });
  try {
    for (const [i, name] of folder.names.entries()) await writeToDisk(join(temporary, name), contents[i]);
    await syncFolder(temporary);
    await takeName(temporary, target, folder.names);
    await syncFolder(dirname(target));
  } catch (error) {
    await deleteFolder(temporary, folder.names);
    throw error;
  }
}

/** Where a folder's content is: in it, or in the one moved aside by a process that died while replacing it. */
export async function wholeFolder(path: string): Promise<string> {
  const target = resolve(path);
  return (await exists(target)) || !(await exists(aside(target))) ? target : aside(target);
}

/** The folder's own path, links followed; refused where replacing it would lose something. */
async function replaceable(path: string, { what, holds, names }: WholeFolder): Promise<string> {
  const expected = `a new or empty folder, or one that holds ${holds} and nothing else`;
  demand(what, typeof path === 'string' && path !== '', expected, path);
  const target = await realpath(resolve(path)).catch(() => resolve(path));
  if (target === resolve('.')) refuse(what, expected, `${target}, the working folder`, 'Choose a folder in it.');
  const entries = await readdir(target, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') refuse(what, expected, `${target}, which is a file`, 'Choose another path.');
    throw error;
  });
  const isKnown = (entry: Dirent): boolean => entry.isFile() && names.includes(entry.name);
  const found = entries.filter(isKnown).map(({ name }) => name);
  const others = entries
    .filter((entry) => !isKnown(entry))
    .map(({ name }) => name)
    .sort();
  const rest = others.length > 5 ? ` and ${others.length - 5} more` : '';
  const remedy = 'Choose another folder, or move these files elsewhere.';
  if (others.length > 0) refuse(what, expected, `${target} with ${others.slice(0, 5).join(', ')}${rest}`, remedy);
  if (found.length > 0 && found.length < names.length)
    refuse(what, expected, `${target} with ${found.join(', ')} alone`, remedy);
  return target;
}

/** `rename` does not replace a folder that has content, so the old one is moved aside first. */
async function takeName(from: string, target: string, names: readonly string[]): Promise<void> {
  const old = aside(target);
  for (let attempt = 1; ; attempt++) {
    try {
      if (await exists(target)) {
        // left by a process that died; the target is newer
        await deleteFolder(old, names);
        await rename(target, old);
      }
      await rename(from, target);
      break;
    } catch (error) {
      // another process is replacing the same folder
      const isRetried = ['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (isRetried && attempt < 50) continue;
      if (!(await exists(target))) await rename(old, target).catch(() => undefined);
      throw error;
    }
  }
  await deleteFolder(old, names);
}

/** Deletes the named files, and the folder if it is empty then. */
async function deleteFolder(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await unlink(join(folder, name)).catch(() => undefined);
  await rmdir(folder).catch(() => undefined);
}

function aside(target: string): string {
  return join(dirname(target), `.${basename(target)}.previous`);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
