import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demand, refuse } from '../core/checks';
import type { EstimatorRecord, NamedArray } from '../records/estimator-record';
import { wholeFolder, writeFolderAtomically } from './atomic-folder';

/**
 * Layout of a record's folder: `estimator.json` describes, `weights.bin` holds the float32 numbers, little-endian, one
 * array after another.
 */
export const layout = { description: 'estimator.json', numbers: 'weights.bin' } as const;

const remedy = 'The folder is incomplete; save the estimator again.';

interface Description {
  readonly config: EstimatorRecord['config'];
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** How messages name a folder, and what it holds, in words. */
export interface FolderWords {
  readonly what: string;
  readonly holds: string;
}

/**
 * Writes a record to a folder, whole or not at all; an older one there is replaced.
 * @throws InvalidInputError for a folder that holds anything else, for the working folder, and for a file.
 */
export async function writeRecord(folder: string, { config, arrays }: EstimatorRecord, words: FolderWords) {
  const description: Description = { config, arrays: arrays.map(({ name, shape }) => ({ name, shape })) };
  const bytes = Buffer.concat(
    arrays.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  const whole = { ...words, names: [layout.description, layout.numbers] };
  await writeFolderAtomically(folder, whole, [`${JSON.stringify(description, null, 2)}\n`, bytes]);
}

/**
 * Reads what {@link writeRecord} wrote.
 * @throws InvalidInputError for a folder without a complete record.
 */
export async function readRecord(folder: string, what: string): Promise<EstimatorRecord> {
  const expected = `a folder with ${layout.description} and ${layout.numbers}`;
  demand(what, typeof folder === 'string' && folder !== '', expected, folder);
  const place = await wholeFolder(folder);
  const [text, bytes] = await Promise.all([
    readFile(join(place, layout.description), 'utf8'),
    readFile(join(place, layout.numbers)),
  ]).catch((error: NodeJS.ErrnoException) => refuse(what, expected, `${folder} (${error.code ?? error.message})`));
  const { config, arrays } = parsed(text, what);
  let offset = 0;
  const read = arrays.map(({ name, shape }): NamedArray => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(length);
    if (offset + 4 * length <= bytes.length) bytes.copy(Buffer.from(values.buffer), 0, offset, offset + 4 * length);
    offset += 4 * length;
    return { name, shape, values };
  });
  demand(what, offset === bytes.length, `${offset} bytes in ${layout.numbers}`, bytes.length, remedy);
  return { config, arrays: read };
}

function parsed(text: string, what: string): Description {
  try {
    const { config, arrays } = JSON.parse(text) as Description;
    if (typeof config === 'object' && Array.isArray(arrays)) return { config, arrays };
  } catch {
    // refused below
  }
  const expected = `the description of an estimator in ${layout.description}`;
  refuse(what, expected, `${text.length} characters that do not describe one`, remedy);
}
