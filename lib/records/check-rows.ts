import { InvalidInputError } from '../core/errors';
import type { ResultRow } from './result-row';

const TEXT = ['task', 'method', 'setting', 'metric'] as const;
const NUMBERS = ['budget', 'n', 'seed', 'value', 'seconds', 'simulatorCalls'] as const;

/**
 * Refuses result rows that a record or a figure could not hold.
 * @throws InvalidInputError for no rows, a missing field, NaN or infinity.
 */
export function checkResultRows(rows: readonly ResultRow[], what: string): void {
  if (!Array.isArray(rows) || rows.length === 0) {
    throw new InvalidInputError(what, {
      expected: 'at least one result row',
      received: Array.isArray(rows) ? 'an empty array' : typeof rows,
    });
  }
  rows.forEach((row: ResultRow, index) => {
    for (const field of TEXT) {
      if (typeof row[field] !== 'string' || row[field] === '') refuse(index, field, 'a text', row[field]);
    }
    for (const field of NUMBERS) {
      if (!Number.isFinite(row[field])) refuse(index, field, 'a finite number', row[field]);
    }
    if (row.standardError !== null && !(Number.isFinite(row.standardError) && row.standardError >= 0)) {
      refuse(index, 'standardError', 'a finite number of at least 0, or null where it is not known', row.standardError);
    }
    if (row.observation !== undefined && !(Number.isInteger(row.observation) && row.observation >= 1))
      refuse(index, 'observation', 'a positive whole number, or none', row.observation);
    if (row.spread !== undefined && !(Number.isFinite(row.spread) && row.spread >= 0))
      refuse(index, 'spread', 'a finite number of at least 0, or none', row.spread);
  });

  function refuse(index: number, field: string, expected: string, received: unknown): never {
    throw new InvalidInputError(`${what}[${index}].${field}`, {
      expected,
      received: typeof received === 'string' ? JSON.stringify(received) : String(received),
    });
  }
}
