import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './results-path';

/**
 * The project's folder `data/<name>` that has `file`. The library lies in the project, built or not; a program
 * elsewhere may have the project as its working directory.
 */
export function dataFolder(name: string, file: string): string {
  const folders = [__dirname, process.cwd()].map((from) => join(projectRoot(from), 'data', name));
  return folders.find((folder) => existsSync(join(folder, file))) ?? folders[0];
}
