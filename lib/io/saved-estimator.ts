import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demand, objectOf, refuse, requireFunction } from '../core/checks';
import type { EstimatorRecord, NamedArray } from '../records/estimator-record';
import { wholeFolder, writeFolderAtomically } from './atomic-folder';

/**
 * Layout of a saved folder: `estimator.json` describes, `weights.bin` holds the float32 numbers, little-endian, one
 * array after another.
 */
const layout = { description: 'estimator.json', numbers: 'weights.bin' } as const;

const remedy = 'The folder is incomplete; save the estimator again.';

interface Description {
  readonly config: EstimatorRecord['config'];
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/**
 * Writes a trained estimator to a folder, whole or not at all; an older one there is replaced.
 *
 * If the process dies meanwhile, {@link readEstimator} still finds the older one.
 * @param estimator what `npse.train` returned.
 * @param folder path of a folder that is new, empty, or holds a saved estimator and nothing else.
 * @throws InvalidInputError for any other folder, for the working folder, and for a file.
 * @example
 * await saveEstimator(estimator, 'results/my-model');
 * const again = npse.restore(await readEstimator('results/my-model'), { prior });
 */
export async function saveEstimator(estimator: { record(): EstimatorRecord }, folder: string): Promise<void> {
  const { record } = objectOf('saveEstimator: estimator', estimator, 'a trained estimator');
  requireFunction('saveEstimator: estimator', record, 'a trained estimator, with a function record');
  const { config, arrays } = estimator.record();
  const description: Description = { config, arrays: arrays.map(({ name, shape }) => ({ name, shape })) };
  const bytes = Buffer.concat(
    arrays.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  const whole = {
    what: 'saveEstimator: folder',
    holds: 'a saved estimator',
    names: [layout.description, layout.numbers],
  };
  await writeFolderAtomically(folder, whole, [`${JSON.stringify(description, null, 2)}\n`, bytes]);
}

/**
 * Reads what {@link saveEstimator} wrote.
 * @returns the record, for `npse.restore(record, { prior })`.
 * @throws InvalidInputError for a folder without a complete estimator.
 * @example
 * await saveEstimator(estimator, 'my-model');
 * const again = npse.restore(await readEstimator('my-model'), { prior });
 */
export async function readEstimator(folder: string): Promise<EstimatorRecord> {
  const expected = `a folder with ${layout.description} and ${layout.numbers}`;
  demand('readEstimator', typeof folder === 'string' && folder !== '', expected, folder);
  const place = await wholeFolder(folder);
  const [text, bytes] = await Promise.all([
    readFile(join(place, layout.description), 'utf8'),
    readFile(join(place, layout.numbers)),
  ]).catch((error: NodeJS.ErrnoException) =>
    refuse('readEstimator', expected, `${folder} (${error.code ?? error.message})`),
  );
  const { config, arrays } = parsed(text);
  let offset = 0;
  const read = arrays.map(({ name, shape }): NamedArray => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = new Float32Array(length);
    if (offset + 4 * length <= bytes.length) bytes.copy(Buffer.from(values.buffer), 0, offset, offset + 4 * length);
    offset += 4 * length;
    return { name, shape, values };
  });
  demand('readEstimator', offset === bytes.length, `${offset} bytes in ${layout.numbers}`, bytes.length, remedy);
  return { config, arrays: read };
}

function parsed(text: string): Description {
  try {
    const { config, arrays } = JSON.parse(text) as Description;
    if (typeof config === 'object' && Array.isArray(arrays)) return { config, arrays };
  } catch {
    // refused below
  }
  const expected = `the description of an estimator in ${layout.description}`;
  refuse('readEstimator', expected, `${text.length} characters that do not describe one`, remedy);
}
