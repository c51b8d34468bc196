import { access } from 'node:fs/promises';
import { extname } from 'node:path';
import { demand, refuse } from '../core/checks';

/**
 * The format of a file, by the ending of its name.
 * @throws InvalidInputError for another ending.
 */
export function formatOf<F extends string>(what: string, path: string, formats: readonly F[]): F {
  const endings = formats.map((format) => `.${format}`);
  const last = endings[endings.length - 1];
  const oneOf = endings.length > 1 ? `${endings.slice(0, -1).join(', ')} or ${last}` : last;
  const expected = `a file that ends in ${oneOf}`;
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
