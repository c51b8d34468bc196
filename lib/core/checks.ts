import { InvalidInputError } from './errors';

/**
 * Refuses an input: the one way in which the library says that something given to it is not what it takes.
 * @param what the input's name, such as `simulate: n`.
 * @throws InvalidInputError always.
 */
export function refuse(what: string, expected: string, received: unknown, remedy?: string): never {
  throw new InvalidInputError(what, { expected, received: said(received), ...(remedy && { remedy }) });
}

/**
 * Refuses an input unless `holds`.
 * @throws InvalidInputError where it does not.
 */
export function demand(what: string, holds: boolean, expected: string, received: unknown, remedy?: string): void {
  if (!holds) refuse(what, expected, received, remedy);
}

/**
 * Refuses what is not a whole number of at least `least`.
 * @throws InvalidInputError with the bound.
 */
export function requireCount(what: string, value: number, least = 1, remedy?: string): void {
  const expected = least === 1 ? 'a positive whole number' : `a whole number of at least ${least}`;
  demand(what, Number.isInteger(value) && value >= least, expected, value, remedy);
}

/**
 * Refuses what is not a finite number for which `holds`.
 * @param expected the range in words, such as `a number in (0, 1)`.
 * @throws InvalidInputError with the range.
 */
export function requireNumber(
  what: string,
  value: number,
  expected: string,
  holds: (value: number) => boolean = () => true,
): void {
  demand(what, typeof value === 'number' && Number.isFinite(value) && holds(value), expected, value);
}

/**
 * Refuses what is not a positive, finite number.
 * @throws InvalidInputError with what came.
 */
export function requirePositive(what: string, value: number): void {
  requireNumber(what, value, 'a positive number', (number) => number > 0);
}

/**
 * Refuses an entry for which `holds` is false.
 * @param expected the entries in words, such as `finite numbers`.
 * @throws InvalidInputError with the first such entry and its place.
 */
export function requireEach(
  what: string,
  values: readonly number[],
  expected: string,
  holds: (value: number, i: number) => boolean,
): void {
  const bad = values.findIndex((value, i) => !holds(value, i));
  if (bad >= 0) refuse(what, expected, `${values[bad]} at ${bad}`);
}

/**
 * Refuses what is none of the known values.
 * @throws InvalidInputError with all of them.
 */
export function requireOneOf<T extends string>(what: string, value: T, known: readonly T[]): void {
  demand(what, known.includes(value), listed(known), value);
}

/**
 * Refuses a table that is not rows of `columns` numbers.
 * @param of what a row holds, such as `parameters`.
 * @throws InvalidInputError with the shape.
 */
export function requireColumns(
  what: string,
  table: { readonly shape: readonly number[] },
  columns: number,
  of = 'numbers',
): void {
  const shape = listOf(what, table?.shape, `a tensor [rows, ${columns}]`);
  demand(
    what,
    shape.length === 2 && shape[1] === columns,
    `rows of ${columns} ${of}`,
    `the shape [${shape.join(', ')}]`,
  );
}

/**
 * A value that must be an object, such as options: refused where it was forgotten, or is null.
 * @param expected what it holds, such as `{ prior, seed }`.
 * @returns the value.
 * @throws InvalidInputError for anything but an object.
 */
export function objectOf<T>(what: string, value: T, expected = 'an object of options, or nothing'): T & object {
  if (typeof value === 'object' && value !== null) return value;
  return refuse(what, expected, value);
}

/**
 * A value that must be a list, an array or a typed one.
 * @returns the value.
 * @throws InvalidInputError for anything else.
 */
export function listOf<T>(what: string, value: T, expected: string): T {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  return isList ? value : refuse(what, expected, value);
}

/**
 * Refuses what is not a function.
 * @throws InvalidInputError with what came.
 */
export function requireFunction(what: string, value: unknown, expected = 'a function'): void {
  demand(what, typeof value === 'function', expected, value);
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`;
}

/** A value in a message: text as it stands, everything else by its name. */
function said(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : value;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `[${value.map(String).join(', ')}]`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
