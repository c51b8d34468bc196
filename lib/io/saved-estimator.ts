import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../core/errors';
import type { EstimatorRecord, NamedArray } from '../records/estimator-record';
import { writeFolderAtomically } from './atomic-write';

/**
 * Layout of a saved folder: `estimator.json` describes, `weights.bin` holds the float32 numbers, little-endian, one
 * array after another.
 */
const layout = { description: 'estimator.json', numbers: 'weights.bin' } as const;

interface Description {
  readonly config: EstimatorRecord['config'];
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * Writes a trained estimator to a folder, whole or not at all; an older one there is replaced.
 * @param estimator what `npse.train` returned.
 * @param folder path of the folder.
 * @example
 * await saveEstimator(estimator, 'results/my-model');
 * const again = npse.restore(await readEstimator('results/my-model'), { prior });
 */
export async function saveEstimator(estimator: { record(): EstimatorRecord }, folder: string): Promise<void> {
  const { config, arrays } = estimator.record();
  const description: Description = { config, arrays: arrays.map(({ name, shape }) => ({ name, shape })) };
  const bytes = Buffer.concat(
    arrays.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  await writeFolderAtomically(folder, async (temporary) => {
    await writeFile(join(temporary, layout.description), `${JSON.stringify(description, null, 2)}\n`);
    await writeFile(join(temporary, layout.numbers), bytes);
  });
}

/**
 * Reads what {@link saveEstimator} wrote.
 * @returns the record, for `npse.restore(record, { prior })`.
 * @throws InvalidInputError when the folder holds no whole estimator.
 */
export async function readEstimator(folder: string): Promise<EstimatorRecord> {
  const [text, bytes] = await Promise.all([
    readFile(join(folder, layout.description), 'utf8'),
    readFile(join(folder, layout.numbers)),
  ]).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError('readEstimator', {
      expected: `a folder with ${layout.description} and ${layout.numbers}`,
      received: `${folder} (${error.code ?? error.message})`,
    });
  });
  const { config, arrays } = parsed(text);
  let offset = 0;
  const read = arrays.map(({ name, shape }): NamedArray => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(length);
    if (offset + 4 * length <= bytes.length) bytes.copy(Buffer.from(values.buffer), 0, offset, offset + 4 * length);
    offset += 4 * length;
    return { name, shape, values };
  });
  if (offset !== bytes.length) {
    throw new InvalidInputError('readEstimator', {
      expected: `${offset} bytes in ${layout.numbers}`,
      received: String(bytes.length),
      remedy: 'The folder is not whole; save the estimator again.',
    });
  }
  return { config, arrays: read };
}

function parsed(text: string): Description {
  try {
    const { config, arrays } = JSON.parse(text) as Description;
    if (typeof config === 'object' && Array.isArray(arrays)) return { config, arrays };
  } catch {
    // said below
  }
  throw new InvalidInputError('readEstimator', {
    expected: `the description of an estimator in ${layout.description}`,
    received: `${text.length} characters that are none`,
    remedy: 'The folder is not whole; save the estimator again.',
  });
}
