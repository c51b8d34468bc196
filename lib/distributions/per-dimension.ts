import { InvalidInputError } from '../core/errors';

/** A number per dimension, or one number for all dimensions. */
export type PerDimension = number | readonly number[];

/**
 * The parameters of a distribution as arrays of one common length: the longest array's, or 1.
 * @throws InvalidInputError for an empty array, NaN, or arrays of different lengths.
 */
export function perDimension<K extends string>(
  what: string,
  given: Readonly<Record<K, PerDimension>>,
): Record<K, number[]> {
  const entries = Object.entries(given) as [K, PerDimension][];
  const dim = entries.reduce(
    (longest, [, value]) =>
      Array.isArray(value) || ArrayBuffer.isView(value)
        ? Math.max(longest, (value as readonly number[]).length)
        : longest,
    1,
  );
  const result = entries.map(([name, value]): [K, number[]] => {
    const values = typeof value === 'number' ? new Array<number>(dim).fill(value) : Array.from(value ?? []);
    const bad = values.findIndex((entry) => typeof entry !== 'number' || Number.isNaN(entry));
    if (values.length !== dim || bad >= 0) {
      throw new InvalidInputError(`${what}: ${name}`, {
        expected: `a number, or ${dim === 1 ? 'an array of numbers' : `${dim} numbers`}`,
        received: bad >= 0 ? `${values[bad]} at ${bad}` : value === undefined ? 'nothing' : `${values.length} numbers`,
      });
    }
    return [name, values];
  });
  return Object.fromEntries(result) as Record<K, number[]>;
}

/** Refuses an entry for which `holds` is false. */
export function requireEach(
  what: string,
  values: readonly number[],
  expected: string,
  holds: (value: number, i: number) => boolean,
): void {
  const bad = values.findIndex((value, i) => !holds(value, i));
  if (bad >= 0) throw new InvalidInputError(what, { expected, received: `${values[bad]} at ${bad}` });
}
