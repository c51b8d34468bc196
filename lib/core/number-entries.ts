import { demand, refuse } from './checks';

/**
 * Refuses what stands in a number's place: NaN, the null that JSON writes for it, a text, a hole, a date.
 * @param what the input's name, such as `simulationsFrom: x`.
 * @param place where it stands, such as `in row 3, column 0`.
 * @throws InvalidInputError always, with what to do.
 */
export function refuseEntry(what: string, value: unknown, place: string): never {
  refuse(what, 'finite numbers', `${entryText(value)} ${place}`, remedyFor(value));
}

/**
 * Refuses what is not a vector of finite numbers.
 * @param length how many, where it is known.
 * @throws InvalidInputError with the length, or the first entry that is not a finite number.
 */
export function requireVector(what: string, values: unknown, length?: number): asserts values is ArrayLike<number> {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  const expected = `an array of ${length === undefined ? 'numbers' : `${length} finite numbers`}`;
  if (!isList) refuse(what, expected, entryText(values));
  const list = values as ArrayLike<unknown>;
  demand(what, length === undefined || list.length === length, expected, `${list.length} entries`);
  for (let i = 0; i < list.length; i++) if (!Number.isFinite(list[i])) refuseEntry(what, list[i], `at ${i}`);
}

/** A value that is not a number, as messages name it. */
export function entryText(value: unknown): string {
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return `the text ${JSON.stringify(value)}`;
  if (typeof value === 'bigint') return `the bigint ${value}n`;
  if (value instanceof Date) return 'a Date';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'plain object'}`;
  return typeof value === 'function' ? 'a function' : String(value);
}

function remedyFor(value: unknown): string {
  if (value === null) return 'JSON writes NaN and infinity as null: leave such rows out.';
  if (value === undefined || value === '') return 'A value is missing there: leave such rows out.';
  if (typeof value === 'string' || typeof value === 'bigint') return 'Numbers are not read from texts: apply Number.';
  if (typeof value === 'boolean') return 'Write 1 and 0.';
  if (value instanceof Date) return 'Write times as numbers, such as seconds from a start.';
  return typeof value === 'number' ? 'Leave such rows out.' : 'Write a number there.';
}
