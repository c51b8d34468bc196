import { demand, objectOf, requireCount, requireNumber } from '../core/checks';
import type { ResultRow } from './result-row';

const TEXT = ['task', 'method', 'setting', 'metric'] as const;
const NUMBERS = ['budget', 'n', 'seed', 'value', 'seconds', 'simulatorCalls'] as const;

/**
 * Refuses result rows that a record or a figure cannot hold.
 * @throws InvalidInputError for no rows, a missing field, NaN or infinity.
 */
export function checkResultRows(rows: readonly ResultRow[], what: string): void {
  const received = Array.isArray(rows) ? rows : typeof rows;
  demand(what, Array.isArray(rows) && rows.length > 0, 'at least one result row', received);
  Array.from(rows).forEach((row, index) => {
    objectOf(`${what}[${index}]`, row, 'a result row');
    const place = (field: string): string => `${what}[${index}].${field}`;
    for (const field of TEXT)
      demand(place(field), typeof row[field] === 'string' && row[field] !== '', 'a text', row[field]);
    for (const field of NUMBERS) requireNumber(place(field), row[field], 'a finite number');
    const { standardError, observation, spread } = row;
    const isSize = (value: number): boolean => Number.isFinite(value) && value >= 0;
    const size = 'a finite number of at least 0';
    const isError = standardError === null || isSize(standardError);
    demand(place('standardError'), isError, `${size}, or null where it is not known`, standardError);
    if (observation !== undefined) requireCount(place('observation'), observation);
    demand(place('spread'), spread === undefined || isSize(spread), `${size}, or none`, spread);
  });
}
