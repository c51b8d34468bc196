import { demand, listOf, refuse } from '../core/checks';

/**
 * Names of `count` columns: the caller's, or `stem_1`, `stem_2`, ...
 * @throws InvalidInputError for another number of names, and names that are empty, no text or there twice.
 */
export function columnNames(what: string, count: number, stem: string, names?: readonly string[]): readonly string[] {
  if (names === undefined) return Array.from({ length: count }, (_, i) => `${stem}_${i + 1}`);
  requireNames(what, names);
  demand(what, names.length === count, `${count} names, one for each column`, names);
  return names;
}

/**
 * Refuses what are not different names.
 * @throws InvalidInputError with the first that is none or there twice.
 */
export function requireNames(what: string, names: readonly string[]): void {
  listOf(what, names, 'an array of names');
  const bad = names.findIndex((name) => typeof name !== 'string' || name === '');
  if (bad >= 0) refuse(what, 'names that are not empty', `${String(names[bad] || 'an empty text')} at ${bad}`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) refuse(what, 'different names', `${twice} twice`);
}

/** Names for a message; of many the first. */
export function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown}, ... ${names.length} in all` : shown || 'none';
}
