import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, refuse, requireCount } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import { writeFileAtomically } from '../io/atomic-write';
import { columnNames, requireNames, shownNames } from './column-names';
import { csvText, readCsv } from './csv-file';
import { formatOf, requireFile } from './file-format';
import { finiteRows } from './finite-rows';
import { npyArray, npyBytes } from './npy-file';
import type { ChooseColumns, NumberTable } from './number-table';
import { parquetBytes, readParquet } from './parquet-file';

/** Options of `data.writeSamples`. */
export interface SampleNames {
  /** The parameters' names, in files that have names. Default `theta_1`, `theta_2`, ... */
  names?: readonly string[];
}

const formats = ['csv', 'parquet', 'npy'] as const;

/**
 * Writes draws to a file: CSV, Parquet or npy, by the ending of its name; in float32. The file takes its name when it
 * is whole.
 * @param theta draws [N, D].
 * @throws InvalidInputError for another ending, draws that are none, and another number of names.
 * @example
 * await data.writeSamples('posterior.csv', theta, { names: ['mass', 'spin'] });
 */
export async function writeSamples(path: string, theta: Rows, options: SampleNames = {}): Promise<void> {
  const what = 'data.writeSamples';
  const format = formatOf(what, path, formats);
  const { names } = objectOf(`${what}: options`, options);
  const table = tableOf(what, theta, names);
  if (format === 'npy')
    return writeFileAtomically(path, npyBytes({ shape: [table.rows, table.names.length], values: table.values }));
  await writeFileAtomically(path, format === 'csv' ? csvText(table) : await parquetBytes(table));
}

function tableOf(what: string, theta: Rows, names?: readonly string[]): NumberTable {
  const tensor = toTensor2D(theta, `${what}: theta`);
  const [rows, dim] = tensor.shape;
  const values = Float32Array.from(tensor.dataSync<'float32'>());
  tensor.dispose();
  return { names: columnNames(`${what}: names`, dim, 'theta', names), values, rows };
}

/**
 * Draws from a CSV, Parquet or npy file, [N, D]; the caller disposes the tensor.
 * @param options `names`: which columns, in this order. Default: all.
 * @throws InvalidInputError for another ending, no such file, columns that it has not, texts, and values that are
 * missing, NaN or infinite.
 * @example
 * await data.writeSamples('posterior.npy', theta);
 * await data.readSamples('posterior.npy'); // shape [1000, 2]
 */
export async function readSamples(path: string, options: SampleNames = {}): Promise<tf.Tensor2D> {
  const what = 'data.readSamples';
  const format = formatOf(what, path, formats);
  const { names } = objectOf(`${what}: options`, options);
  if (names !== undefined) requireNames(`${what}: names`, names);
  await requireFile(what, path);
  const choose: ChooseColumns = (all) => {
    const lacking = names?.find((name) => !all.includes(name));
    if (lacking !== undefined) refuse(`${path}: names`, `names among ${shownNames(all)}`, lacking);
    return names ?? all;
  };
  const table =
    format === 'npy'
      ? await fromNpy(path, names)
      : await (format === 'csv' ? readCsv(path, choose) : readParquet(path, choose));
  const { values, rows } = finiteRows(path, table, 'refuse');
  return tf.tensor2d(values, [rows, table.names.length]);
}

async function fromNpy(path: string, names?: readonly string[]): Promise<NumberTable> {
  demand(`${path}: names`, names === undefined, 'nothing: an npy file has no names', names);
  const { shape, values } = npyArray(await readFile(path), path);
  demand(path, shape.length === 2, 'a table [N, D]', `the shape [${shape.join(', ')}]`);
  return { names: columnNames(path, shape[1], 'theta'), values, rows: shape[0] };
}

/** Options of `data.writeInferenceData`. */
export interface InferenceDataOptions extends SampleNames {
  /** The Markov chains that the draws come from, row i C + c being draw i of chain c. Default 1. */
  chains?: number;
  /** The observations, under their names: what ArviZ calls `observed_data`. */
  observed?: Readonly<Record<string, readonly number[] | readonly (readonly number[])[]>>;
}

/**
 * Writes draws for ArviZ, as JSON: `arviz.from_json(path)` makes InferenceData of it, as does
 * `arviz.from_dict(**json.load(open(path)))`; each parameter is a variable [chain, draw].
 * @param path of a file that ends in `.json`; it takes its name when it is whole.
 * @param theta draws [N, D].
 * @throws InvalidInputError for another ending, draws that are none, another number of names, and chains of different
 * lengths.
 * @example
 * await data.writeInferenceData('posterior.json', theta, { names: ['mass', 'spin'], observed: { x: xObs } });
 */
export async function writeInferenceData(path: string, theta: Rows, options: InferenceDataOptions = {}): Promise<void> {
  const what = 'data.writeInferenceData';
  formatOf(what, path, ['json']);
  const { names: given, chains = 1, observed } = objectOf(`${what}: options`, options);
  if (observed !== undefined) objectOf(`${what}: observed`, observed, 'arrays of numbers by their names');
  const { names, values, rows } = tableOf(what, theta, given);
  requireCount(`${what}: chains`, chains);
  demand(`${what}: chains`, rows % chains === 0, `a number of chains that give ${rows} draws`, chains);
  const draws = (k: number, c: number): number[] =>
    Array.from({ length: rows / chains }, (_, i) => values[(i * chains + c) * names.length + k]);
  const posterior = names.map((name, k) => [name, Array.from({ length: chains }, (_, c) => draws(k, c))] as const);
  const content = { posterior: Object.fromEntries(posterior), ...(observed && { observed_data: observed }) };
  await writeFileAtomically(path, `${JSON.stringify(content)}\n`);
}
