import { relative, sep } from 'node:path';

/**
 * A file's path from the project's folder, as it lies on disk: the records of a trial are not in `results/`, whatever
 * stands for that folder.
 */
export function shownPath(path: string, project: string): string {
  return relative(project, path).split(sep).join('/');
}
