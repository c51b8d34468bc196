import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Writes a whole file or nothing: a reader, or a process killed at any moment, sees the old content or the new one.
 *
 * The content goes to a hidden `*.tmp` file in the same folder, reaches the disk, and takes the name by `rename`.
 * Missing folders are made. A killed writer may leave its `*.tmp` file behind; it is never read.
 *
 * @param path where the file is to be.
 * @param content text (written as UTF-8) or bytes.
 * @example
 * await writeFileAtomically('results/demo/notes.txt', 'done\n');
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const temporary = temporaryName(target);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/**
 * Writes a whole folder or nothing: `fill` writes into a hidden sibling, which takes the name once everything is on the
 * disk.
 *
 * A folder already there is replaced: it is moved aside, the new one takes its name, the old one is deleted. If `fill`
 * throws, the old folder stays as it was.
 *
 * @param path where the folder is to be.
 * @param fill writes the content into the folder it is given; called once.
 * @returns what `fill` returned.
 * @example
 * await writeFolderAtomically('models/mine', (folder) => writeFileAtomically(`${folder}/config.json`, '{}'));
 */
export async function writeFolderAtomically<T>(path: string, fill: (folder: string) => Promise<T>): Promise<T> {
  const target = resolve(path);
  const temporary = temporaryName(target);
  await mkdir(temporary, { recursive: true });
  try {
    const result = await fill(temporary);
    await syncTree(temporary);
    await replaceFolder(temporary, target);
    await syncFolder(dirname(target));
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * `rename` does not replace a folder that has content, so the old one steps aside first and comes back if that fails.
 */
async function replaceFolder(from: string, to: string): Promise<void> {
  const aside = temporaryName(to);
  const hadOld = await rename(to, aside).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  try {
    await rename(from, to);
  } catch (error) {
    if (hadOld) await rename(aside, to);
    throw error;
  }
  if (hadOld) await rm(aside, { recursive: true, force: true });
}

function temporaryName(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path);
  }
  await syncFolder(folder);
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename itself durable; file systems that cannot sync a folder are left alone. */
async function syncFolder(folder: string): Promise<void> {
  await syncPath(folder).catch(() => undefined);
}
