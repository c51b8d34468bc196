import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './results-path';

/**
 * The project's folder `data/<name>` that has `file`. The library, built or not, lies in the project; a program from
 * elsewhere may run with the project as its working folder.
 */
export function dataFolder(name: string, file: string): string {
  const folders = [__dirname, process.cwd()].map((from) => join(projectRoot(from), 'data', name));
  return folders.find((folder) => existsSync(join(folder, file))) ?? folders[0];
}
