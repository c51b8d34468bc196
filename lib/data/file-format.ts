import { access } from 'node:fs/promises';
import { extname } from 'node:path';
import { demand, refuse } from '../core/checks';

/**
 * The format of a file, by the ending of its name.
 * @throws InvalidInputError for another ending.
 */
export function formatOf<F extends string>(what: string, path: string, formats: readonly F[]): F {
  const endings = formats.map((format) => `.${format}`);
  const expected = `a file that ends in ${endings.slice(0, -1).join(', ')}${endings.length > 1 ? ' or ' : ''}${endings[endings.length - 1]}`;
  demand(`${what}: path`, typeof path === 'string', expected, path);
  const ending = extname(path).slice(1).toLowerCase() as F;
  demand(`${what}: path`, formats.includes(ending), expected, path);
  return ending;
}

/**
 * Refuses a file that is not there.
 * @throws InvalidInputError with its path.
 */
export async function requireFile(what: string, path: string): Promise<void> {
  await access(path).catch(() => refuse(`${what}: path`, 'a file that can be read', path));
}
