import { demand } from '../core/checks';

// for the rooms that still import it from here
export { requireEach } from '../core/checks';

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
    demand(
      `${what}: ${name}`,
      values.length === dim && bad < 0,
      `a number, or ${dim === 1 ? 'an array of numbers' : `${dim} numbers`}`,
      bad >= 0 ? `${values[bad]} at ${bad}` : value === undefined ? 'nothing' : `${values.length} numbers`,
    );
    return [name, values];
  });
  return Object.fromEntries(result) as Record<K, number[]>;
}
