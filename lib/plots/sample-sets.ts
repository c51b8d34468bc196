import { InvalidInputError } from '../core/errors';

/**
 * Samples of one law: N rows of D numbers, or anything with an `arraySync()` that gives them, such as a tensor [N, D].
 */
export type Samples = readonly ArrayLike<number>[] | { arraySync(): number[][] };

/** Sample sets by the name that the legend shows. */
export type SampleSets = Readonly<Record<string, Samples>>;

/** One sample set by columns: `columns[d][i]` is parameter d of sample i. */
export interface SampleColumns {
  readonly name: string;
  readonly columns: readonly Float64Array[];
}

/**
 * Sample sets by columns, all of the same number of parameters.
 * @throws InvalidInputError for no sets, an empty set, ragged rows, different numbers of parameters, NaN or infinity.
 */
export function sampleColumns(sets: SampleSets): SampleColumns[] {
  const names = Object.keys(sets);
  if (names.length === 0) {
    throw new InvalidInputError('samples', {
      expected: 'at least one named sample set',
      received: 'an empty object',
      remedy: 'Write { name: samples }.',
    });
  }
  let dimension: number | undefined;
  return names.map((name) => {
    const samples = sets[name];
    const rows: readonly ArrayLike<number>[] = 'arraySync' in samples ? samples.arraySync() : samples;
    const width = rows.length > 0 ? rows[0]?.length : 0;
    if (!width) {
      throw new InvalidInputError(`samples "${name}"`, {
        expected: 'at least one row of numbers, [N, D]',
        received: rows.length === 0 ? 'no rows' : `rows of type ${typeof rows[0]}`,
        remedy: 'Samples of one parameter are written [[0.1], [0.2]].',
      });
    }
    dimension ??= width;
    if (width !== dimension) {
      throw new InvalidInputError(`samples "${name}"`, {
        expected: `${dimension} parameters, as in "${names[0]}"`,
        received: `${width}`,
      });
    }
    return { name, columns: toColumns(name, rows, width) };
  });
}

function toColumns(name: string, rows: readonly ArrayLike<number>[], width: number): Float64Array[] {
  const columns = Array.from({ length: width }, () => new Float64Array(rows.length));
  rows.forEach((row, i) => {
    if (row.length !== width) {
      throw new InvalidInputError(`samples "${name}"`, {
        expected: `rows of ${width} numbers`,
        received: `${row.length} numbers in row ${i}`,
      });
    }
    for (let d = 0; d < width; d++) {
      if (!Number.isFinite(row[d])) {
        throw new InvalidInputError(`samples "${name}"`, {
          expected: 'finite numbers',
          received: `${row[d]} in row ${i}, column ${d}`,
        });
      }
      columns[d][i] = row[d];
    }
  });
  return columns;
}
