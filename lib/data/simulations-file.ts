import { readFile } from 'node:fs/promises';
import { demand, objectOf, refuse, requireOneOf } from '../core/checks';
import { requireTensor } from '../core/rows';
import type { Prior } from '../distributions/prior';
import { checkShape } from '../distributions/prior-shape';
import { writeFileAtomically } from '../io/atomic-write';
import { simulationsOf, type Simulations } from '../simulation/simulations';
import { columnNames, requireNames, shownNames } from './column-names';
import { csvText, readCsv } from './csv-file';
import { formatOf, requireFile } from './file-format';
import { npyArray, npzBytes, npzEntries } from './npy-file';
import type { ChooseColumns, NumberTable } from './number-table';
import { parquetBytes, readParquet } from './parquet-file';
import { finiteRows } from './finite-rows';

/** Options of `data.readSimulations`. */
export interface ReadSimulationsOptions {
  /** The columns of the parameters, in the prior's order. Default: `theta_1`, `theta_2`, ... */
  theta?: readonly string[];
  /** The columns of the data. Default: `x_1`, `x_2`, ..., or where there is none all others. */
  x?: readonly string[];
  /** The prior that they will be trained with: refused is another number of parameters. */
  prior?: Prior;
  /** What to do with rows in which a value is missing, NaN or infinite. Default `refuse`. */
  invalid?: 'refuse' | 'drop';
  /** Whether theta comes from another law than the prior, on purpose, such as a proposal. Default false. */
  proposed?: boolean;
}

const formats = ['csv', 'parquet', 'npz'] as const;

/**
 * Simulations from a file: CSV (the first line has the names), Parquet, or npz with the arrays `theta` [N, D] and `x`
 * [N, L] (further axes of x are laid in a row). The ending of the name tells the format.
 *
 * Missing values are empty fields, NA, NaN and null; other texts are refused. A CSV file is read as a stream.
 * @returns the simulations, which the caller disposes; `calls` counts all rows of the file.
 * @throws InvalidInputError for another ending, no such file, columns that the file has not or that do not fit the
 * prior, texts among the numbers, missing values where they are not dropped, and nothing left.
 * @example
 * await data.writeSimulations('simulations.csv', simulations);
 * const read = await data.readSimulations('simulations.csv', { prior });
 * read.x.shape; // [300, 2]
 */
export async function readSimulations(path: string, options: ReadSimulationsOptions = {}): Promise<Simulations> {
  const what = 'data.readSimulations';
  const format = formatOf(what, path, formats);
  const { theta, x, prior, invalid = 'refuse', proposed = false } = objectOf(`${what}: options`, options);
  requireOneOf(`${what}: invalid`, invalid, ['refuse', 'drop']);
  if (theta !== undefined) requireNames(`${what}: theta`, theta);
  if (x !== undefined) requireNames(`${what}: x`, x);
  if (prior !== undefined) checkShape(prior, `${what}: prior`);
  await requireFile(what, path);
  const wish: ColumnWish = { path, theta, x, dim: prior?.dim };
  const { table, dim } = format === 'npz' ? await fromNpz(wish) : await fromColumns(format, wish);
  const { values, rows } = finiteRows(path, table, invalid);
  const width = table.names.length;
  const parameters = new Float32Array(rows * dim);
  const data = new Float32Array(rows * (width - dim));
  for (let i = 0; i < rows; i++) {
    parameters.set(values.subarray(i * width, i * width + dim), i * dim);
    data.set(values.subarray(i * width + dim, (i + 1) * width), i * (width - dim));
  }
  return simulationsOf({ theta: parameters, x: data, rows, calls: table.rows, dropped: table.rows - rows }, proposed);
}

/** The columns that are wanted of a file. */
interface ColumnWish {
  readonly path: string;
  readonly theta?: readonly string[];
  readonly x?: readonly string[];
  /** The number of parameters, where it is known. */
  readonly dim?: number;
}

async function fromColumns(format: 'csv' | 'parquet', wish: ColumnWish): Promise<{ table: NumberTable; dim: number }> {
  let dim = 0;
  const choose: ChooseColumns = (names) => {
    const theta = wish.theta ?? numbered(names, 'theta');
    requireParameters(wish, theta, names);
    const rest = names.filter((name) => !theta.includes(name));
    const own = numbered(rest, 'x');
    const x = wish.x ?? (own.length > 0 ? own : rest);
    requireColumnsOf(wish.path, 'x', x, names);
    const both = x.find((name) => theta.includes(name));
    if (both !== undefined) refuse(`${wish.path}: x`, 'columns that are no parameters', both);
    demand(`${wish.path}: x`, x.length > 0, 'at least one column of data', `the columns ${shownNames(names)}`);
    dim = theta.length;
    return [...theta, ...x];
  };
  const table = format === 'csv' ? await readCsv(wish.path, choose) : await readParquet(wish.path, choose);
  return { table, dim };
}

function requireParameters(
  { path, theta: given, dim }: ColumnWish,
  theta: readonly string[],
  names: readonly string[],
): void {
  const remedy = given ? undefined : "Name them: theta: ['mass', 'spin'].";
  const received = `${theta.length === 0 ? 'none' : shownNames(theta)} among the columns ${shownNames(names)}`;
  const expected = `${dim ?? 'the'} columns of parameters${dim === undefined ? '' : ", as many as the prior's"}`;
  demand(`${path}: theta`, theta.length > 0 && (dim ?? theta.length) === theta.length, expected, received, remedy);
  requireColumnsOf(path, 'theta', theta, names);
}

function requireColumnsOf(path: string, of: string, wanted: readonly string[], names: readonly string[]): void {
  const lacking = wanted.find((name) => !names.includes(name));
  if (lacking !== undefined) refuse(`${path}: ${of}`, `names among ${shownNames(names)}`, lacking);
  const twice = wanted.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) refuse(`${path}: ${of}`, 'a file with different names of columns', `${twice} twice`);
}

/** The columns `stem_1`, `stem_2`, ... as far as they go, in this order. */
function numbered(names: readonly string[], stem: string): string[] {
  const found: string[] = [];
  while (names.includes(`${stem}_${found.length + 1}`)) found.push(`${stem}_${found.length + 1}`);
  return found;
}

async function fromNpz({ path, theta, x, dim }: ColumnWish): Promise<{ table: NumberTable; dim: number }> {
  const none = 'nothing: its arrays theta and x are read whole';
  demand(`${path}: columns`, theta === undefined && x === undefined, none, [theta ?? [], x ?? []].flat());
  const entries = npzEntries(await readFile(path), path);
  const names = shownNames(Object.keys(entries));
  const array = (name: string) => {
    demand(path, name in entries, 'the arrays theta and x', `the arrays ${names}`);
    return npyArray(entries[name], `${path}: ${name}`);
  };
  const [parameters, data] = [array('theta'), array('x')];
  const [rows, width] = [parameters.shape[0], parameters.values.length / parameters.shape[0]];
  const expected = `a table [N, ${dim ?? 'D'}]`;
  const fits = parameters.shape.length === 2 && rows > 0 && (dim ?? width) === width;
  demand(`${path}: theta`, fits, expected, `the shape [${parameters.shape.join(', ')}]`);
  demand(
    `${path}: x`,
    data.shape[0] === rows,
    `${rows} rows, as many as theta`,
    `the shape [${data.shape.join(', ')}]`,
  );
  const length = data.values.length / rows;
  const values = new Float32Array(rows * (width + length));
  for (let i = 0; i < rows; i++) {
    values.set(parameters.values.subarray(i * width, (i + 1) * width), i * (width + length));
    values.set(data.values.subarray(i * length, (i + 1) * length), i * (width + length) + width);
  }
  const labels = [...columnNames('theta', width, 'theta'), ...columnNames('x', length, 'x')];
  return { table: { names: labels, values, rows }, dim: width };
}

/** Options of `data.writeSimulations`: names of columns, for CSV and Parquet. */
export interface WriteSimulationsOptions {
  /** Those of the parameters. Default `theta_1`, `theta_2`, ... */
  theta?: readonly string[];
  /** Those of the data. Default `x_1`, `x_2`, ... */
  x?: readonly string[];
}

/**
 * Writes simulations to a file that `data.readSimulations`, pandas, R and others read: CSV, Parquet, or npz with the
 * arrays `theta` and `x`, by the ending of the name; all in float32. The file takes its name when it is whole.
 * @throws InvalidInputError for another ending, simulations that are none, and other numbers of names.
 * @example
 * await data.writeSimulations('simulations.parquet', simulations, { theta: ['mass', 'spin'] });
 */
export async function writeSimulations(
  path: string,
  simulations: Pick<Simulations, 'theta' | 'x'>,
  options: WriteSimulationsOptions = {},
): Promise<void> {
  const what = 'data.writeSimulations';
  const format = formatOf(what, path, formats);
  const { theta, x } = objectOf(`${what}: simulations`, simulations, 'simulations { theta, x }');
  requireTensor(`${what}: theta`, theta, 'a tensor [N, D]');
  requireTensor(`${what}: x`, x, 'a tensor [N, L]');
  const names = objectOf(`${what}: options`, options);
  const [rows, dim] = theta.shape;
  const length = x.shape[1];
  const labels = [
    ...columnNames(`${what}: theta`, dim, 'theta', names.theta),
    ...columnNames(`${what}: x`, length, 'x', names.x),
  ];
  requireNames(`${what}: names`, labels);
  const [parameters, data] = await Promise.all([theta.data<'float32'>(), x.data<'float32'>()]);
  if (format === 'npz') {
    const arrays = { theta: { shape: theta.shape, values: parameters }, x: { shape: x.shape, values: data } };
    return writeFileAtomically(path, npzBytes(arrays));
  }
  const values = new Float32Array(rows * (dim + length));
  for (let i = 0; i < rows; i++) {
    values.set(parameters.subarray(i * dim, (i + 1) * dim), i * (dim + length));
    values.set(data.subarray(i * length, (i + 1) * length), i * (dim + length) + dim);
  }
  const table = { names: labels, values, rows };
  await writeFileAtomically(path, format === 'csv' ? csvText(table) : await parquetBytes(table));
}
