import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Writes a whole file or nothing: a reader, or a process killed at any moment, sees the old content or the new one.
 *
 * The content goes to a hidden `*.tmp` file in the same folder, reaches the disk, and takes the name by `rename`.
 * Missing folders are made. A killed writer may leave its `*.tmp` file behind; it is never read.
 *
 * @param path of the file.
 * @param content text (written as UTF-8) or bytes, whole or piece by piece.
 * @example
 * await writeFileAtomically('results/demo/notes.txt', 'done\n');
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | Iterable<string>,
): Promise<void> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const temporary = temporaryName(target);
  try {
    await writeToDisk(temporary, content);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Writes a new file and waits until it is on the disk. */
export async function writeToDisk(path: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await writeFile(file, content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A hidden name beside the target, which nothing else has. */
export function temporaryName(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

/** Makes a rename itself durable; file systems that cannot sync a folder are left alone. */
export async function syncFolder(folder: string): Promise<void> {
  const file = await open(folder, 'r').catch(() => undefined);
  await file?.sync().catch(() => undefined);
  await file?.close();
}
