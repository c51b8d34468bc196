import { demand, listOf, objectOf, refuse } from '../core/checks';
import { entryText, refuseEntry } from '../core/number-entries';

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
  const names = Object.keys(objectOf('samples', sets, 'sample sets by name, { name: samples }'));
  demand('samples', names.length > 0, 'at least one named sample set', 'an empty object', 'Write { name: samples }.');
  let dimension: number | undefined;
  return names.map((name) => {
    const samples = objectOf(`samples "${name}"`, sets[name], 'rows of numbers [N, D]');
    const rows: readonly ArrayLike<number>[] =
      'arraySync' in samples ? samples.arraySync() : listOf(`samples "${name}"`, samples, 'rows of numbers [N, D]');
    const width = rows.length > 0 ? rows[0]?.length : 0;
    if (!width) {
      const received = rows.length === 0 ? 'no rows' : `rows of type ${typeof rows[0]}`;
      const remedy = 'Samples of one parameter are written [[0.1], [0.2]].';
      refuse(`samples "${name}"`, 'at least one row of numbers, [N, D]', received, remedy);
    }
    dimension ??= width;
    demand(`samples "${name}"`, width === dimension, `${dimension} parameters, as in "${names[0]}"`, width);
    return { name, columns: toColumns(name, rows, width) };
  });
}

function toColumns(name: string, rows: readonly ArrayLike<number>[], width: number): Float64Array[] {
  const what = `samples "${name}"`;
  const columns = Array.from({ length: width }, () => new Float64Array(rows.length));
  Array.from(rows).forEach((row, i) => {
    const given = row as ArrayLike<number> | null | undefined;
    const received = given?.length === undefined ? entryText(given) : `${given.length} numbers`;
    demand(what, given?.length === width, `rows of ${width} numbers`, `${received} in row ${i}`);
    for (let d = 0; d < width; d++) {
      if (!Number.isFinite(row[d])) refuseEntry(what, row[d], `in row ${i}, column ${d}`);
      columns[d][i] = row[d];
    }
  });
  return columns;
}
