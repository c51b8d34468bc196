import { createReadStream } from 'node:fs';
import Papa from 'papaparse';
import { demand, refuse } from '../core/checks';
import { GrowingNumbers, type ChooseColumns, type NumberTable } from './number-table';

/** What files have in place of a number. */
const missing = /^(|na|n\/a|null|none|[+-]?nan|[+-]?inf(inity)?)$/i;

/**
 * The chosen columns of a CSV file whose first line has the names; it is read as a stream, so that its size does not
 * matter beside that of the columns.
 * @throws InvalidInputError for a text in a chosen column, or a row of another length, with the line.
 */
export async function readCsv(path: string, choose: ChooseColumns): Promise<NumberTable> {
  const numbers = new GrowingNumbers();
  let [names, places]: [readonly string[], number[]] = [[], []];
  let [width, line] = [0, 0];
  const header = (fields: readonly string[]): void => {
    const all = fields.map((field) => field.replace(/^\uFEFF/, '').trim());
    names = choose(all);
    places = names.map((name) => all.indexOf(name));
    width = all.length;
  };
  const row = (fields: readonly string[]): void => {
    const expected = `${width} values in every row, as in the first`;
    if (fields.length !== width) refuse(`${path}, row ${line}`, expected, fields.length);
    for (let k = 0; k < places.length; k++) numbers.push(numberOf(fields[places[k]], path, names[k], line));
  };
  await new Promise<void>((resolve, reject) => {
    const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 2 ** 18 });
    stream.on('error', reject);
    Papa.parse<string[]>(stream, {
      skipEmptyLines: true,
      chunk: ({ data }, parser) => {
        try {
          for (const fields of data) {
            if (line === 0) header(fields);
            else row(fields);
            line++;
          }
        } catch (error) {
          reject(error as Error); // before it is told that parsing is complete
          parser.abort();
          stream.destroy();
        }
      },
      complete: () => resolve(),
      error: reject,
    });
  });
  demand(path, line > 0, 'a CSV file whose first line has the names', 'an empty file');
  return { names, values: numbers.joined(), rows: line - 1 };
}

function numberOf(field: string, path: string, name: string, line: number): number {
  const value = Number(field);
  // Number takes an empty text for 0
  if (!Number.isNaN(value) && field.trim() !== '') return value;
  if (missing.test(field.trim())) return NaN;
  return refuse(`${path}: column ${name}`, 'numbers', `the text ${JSON.stringify(field.slice(0, 40))} in row ${line}`);
}

/** A table as the lines of a CSV file, piece by piece. */
export function* csvText({ names, values, rows }: NumberTable): Generator<string> {
  yield `${Papa.unparse([[...names]])}\n`;
  const width = names.length;
  for (let start = 0; start < rows; start += 1_000) {
    const lines: string[] = [];
    for (let i = start; i < Math.min(start + 1_000, rows); i++) {
      const fields = Array.from(values.subarray(i * width, (i + 1) * width), shortest);
      lines.push(fields.join(','));
    }
    yield `${lines.join('\n')}\n`;
  }
}

/** Nine digits tell every float32 from every other. */
function shortest(value: number): string {
  return Number.isNaN(value) ? '' : String(Number(value.toPrecision(9)));
}
