import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { demand, refuse } from '../core/checks';

/** An array of numbers, row-major. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const magic = '\x93NUMPY';

/** How numpy's types of numbers are read, by letter and bytes; all are little endian. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  f4: (view, at) => view.getFloat32(at, true),
  f8: (view, at) => view.getFloat64(at, true),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at) => view.getInt16(at, true),
  i4: (view, at) => view.getInt32(at, true),
  i8: (view, at) => Number(view.getBigInt64(at, true)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at) => view.getUint16(at, true),
  u4: (view, at) => view.getUint32(at, true),
  u8: (view, at) => Number(view.getBigUint64(at, true)),
  b1: (view, at) => view.getUint8(at),
};

/**
 * The array of an npy file, of any real type of numbers, in C or Fortran order.
 * @param what names it in messages.
 * @throws InvalidInputError for what is no npy file, objects, texts, complex numbers and big-endian numbers.
 * Source: NumPy's NEP 1, "A simple file format for NumPy arrays".
 */
export function npyArray(bytes: Uint8Array, what: string): NumberArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isNpy = bytes.length > 10 && strFromU8(bytes.subarray(0, 6), true) === magic;
  demand(what, isNpy, 'an npy array', 'bytes that are none');
  const isFirstVersion = bytes[6] === 1;
  const length = isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (isFirstVersion ? 10 : 12) + length;
  const header = strFromU8(bytes.subarray(isFirstVersion ? 10 : 12, start), true);
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? 'a record';
  const read = /^[<|=]/.test(type) ? readers[type.slice(1)] : undefined;
  if (!read) refuse(what, 'real numbers, little endian', `the type ${type}`, 'Save it by array.astype("<f4").');
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const size = shape.reduce((product, each) => product * each, 1);
  const each = Number(type.slice(2));
  demand(what, start + size * each <= bytes.length, `${size * each} bytes of numbers`, `${bytes.length - start}`);
  const flat = Float32Array.from({ length: size }, (_, i) => read(view, start + i * each));
  return { shape, values: /'fortran_order':\s*True/.test(header) ? fromFortranOrder(flat, shape) : flat };
}

function fromFortranOrder(values: Float32Array, shape: readonly number[]): Float32Array {
  const ordered = new Float32Array(values.length);
  const index = shape.map(() => 0);
  for (const value of values) {
    ordered[index.reduce((at, i, axis) => at * shape[axis] + i, 0)] = value;
    for (let axis = 0; axis < shape.length && ++index[axis] === shape[axis]; axis++) index[axis] = 0;
  }
  return ordered;
}

/** An array as the bytes of an npy file, in float32. */
export function npyBytes({ shape, values }: NumberArray): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  // numbers start at a multiple of 64 bytes; the header ends with a new line
  const header = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + 4 * values.length);
  bytes.set(strToU8(`${magic}\x01\x00`, true));
  const view = new DataView(bytes.buffer);
  view.setUint16(8, header.length, true);
  bytes.set(strToU8(header, true), 10);
  values.forEach((value, i) => view.setFloat32(10 + header.length + 4 * i, value, true));
  return bytes;
}

/** The arrays of an npz file, as bytes of npy files by their names. */
export function npzEntries(bytes: Uint8Array, what: string): Record<string, Uint8Array> {
  try {
    const entries = Object.entries(unzipSync(bytes));
    return Object.fromEntries(entries.map(([name, content]) => [name.replace(/\.npy$/, ''), content]));
  } catch (error) {
    return refuse(what, 'an npz file', `one that is none (${(error as Error).message})`);
  }
}

/** Arrays as the bytes of an npz file, as `numpy.savez_compressed` writes them. */
export function npzBytes(arrays: Readonly<Record<string, NumberArray>>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, npyBytes(array)] as const);
  return zipSync(Object.fromEntries(entries), { level: 1 });
}
