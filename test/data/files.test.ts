import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-node';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFrame } from 'danfojs-node';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { npyArray, npyBytes } from '../../lib/data/npy-file';
import { readSamples, writeInferenceData, writeSamples } from '../../lib/data/samples-file';
import { readSimulations, writeSimulations } from '../../lib/data/simulations-file';
import { normal } from '../../lib/distributions/normal';
import { simulationsFrom, type Simulations } from '../../lib/simulation/simulations';
import { bytesOf } from '../tasks/fixtures';

let folder: string;
const at = (name: string): string => join(folder, name);
const csv = (name: string, text: string): string => (writeFileSync(at(name), text), at(name));
const prior = normal({ mean: [0, 0] });

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'scorebook-data-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** 2,500 simulations with large, small and odd numbers. */
function someSimulations(): Simulations {
  const source = rng(1);
  const rows = Array.from({ length: 2_500 }, (_, i) => [source.normal(), 1e-30 * source.normal(), i, 1e30 * i]);
  return simulationsFrom(
    rows.map((row) => row.slice(0, 2)),
    rows.map((row) => [...row.slice(2), row[0]]),
  );
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.unreachable('not refused'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(InvalidInputError);
  return error.message.replaceAll(`${folder}/`, '');
}

describe('simulations in a file', () => {
  it.each(['csv', 'parquet', 'npz'])('come back to the last bit: %s', async (format) => {
    const made = someSimulations();
    await writeSimulations(at(`all.${format}`), made);
    const read = await readSimulations(at(`all.${format}`), { prior });
    expect([read.calls, read.dropped, read.theta.shape, read.x.shape]).toEqual([2_500, 0, [2_500, 2], [2_500, 3]]);
    expect(bytesOf(read)).toEqual(bytesOf(made));
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each(['csv', 'parquet'])('go by names of their own, in any order: %s', async (format) => {
    const made = simulationsFrom([[1, 2]], [[3, 4]]);
    const path = at(`named.${format}`);
    await writeSimulations(path, made, { theta: ['mass', 'a, "b"'], x: ['p', 'q'] });
    expect(bytesOf(await readSimulations(path, { theta: ['a, "b"', 'mass'], x: ['q'] }))).toEqual({
      theta: [2, 1],
      x: [4],
    });
    expect(bytesOf(await readSimulations(path, { theta: ['mass'] })).x).toEqual([2, 3, 4]);
    made.dispose();
  });

  it('may have texts in columns that nobody asks for, and are refused in words where they are asked for', async () => {
    const path = csv('text.csv', 'run,theta_1,x_1\nfirst,1,2\r\nsecond,-1e-3,4\n\n');
    const read = await readSimulations(path, { theta: ['theta_1'], x: ['x_1'] });
    expect(bytesOf(read)).toEqual({ theta: [1, Math.fround(-1e-3)], x: [2, 4] });
    expect(bytesOf(await readSimulations(path)).x).toEqual([2, 4]);
    expect(await refusal(readSimulations(path, { theta: ['theta_1'], x: ['run'] }))).toBe(
      'text.csv: column run: expected numbers, received the text "first" in row 1.',
    );
    expect(await refusal(readSimulations(path, { theta: ['mass'] }))).toBe(
      'text.csv: theta: expected names among run, theta_1, x_1, received mass.',
    );
    expect(await refusal(readSimulations(path, { prior }))).toMatch(
      /^text\.csv: theta: expected 2 columns of parameters, as many as the prior's, received theta_1 among the columns run/,
    );
    expect(await refusal(readSimulations(path, { theta: ['theta_1'], x: ['theta_1'] }))).toMatch(/no parameters/);
    const unnamed = csv('unnamed.csv', 'a,b\n1,2\n');
    expect(await refusal(readSimulations(unnamed))).toMatch(/received none among the columns a, b\. Name them/);
    const twice = csv('twice.csv', 'theta_1,x,x\n1,2,3\n');
    expect(await refusal(readSimulations(twice, { x: ['x'] }))).toMatch(/x twice/);
  });

  it('may miss values, and are refused or left out', async () => {
    const path = csv('missing.csv', 'theta_1,x_1,x_2\n1,2,3\n4,,6\n7,NA,9\nnull,1,1\n1,NaN,-inf\n10,11,12\n');
    expect(await refusal(readSimulations(path))).toBe(
      'missing.csv: expected finite numbers, received 4 of 6 rows in which a value is missing, NaN or infinite, ' +
        "the first row 1, column x_1. Pass invalid: 'drop' to leave them out.",
    );
    const read = await readSimulations(path, { invalid: 'drop' });
    expect([read.calls, read.dropped]).toEqual([6, 4]);
    expect(bytesOf(read)).toEqual({ theta: [1, 10], x: [2, 3, 11, 12] });
    const none = csv('none.csv', 'theta_1,x_1\n1,\n');
    expect(await refusal(readSimulations(none, { invalid: 'drop' }))).toMatch(/1 of 1 rows/);
  });

  it('from Parquet may have nulls, whole numbers and columns of text', async () => {
    const columnData = [
      { name: 'note', data: ['a', 'b', null], type: 'STRING' as const, nullable: true },
      { name: 'theta_1', data: [1n, 2n, 3n], type: 'INT64' as const },
      { name: 'x_1', data: [0.5, null, 2.5], type: 'DOUBLE' as const, nullable: true },
    ];
    writeFileSync(at('nulls.parquet'), new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 })));
    expect(await refusal(readSimulations(at('nulls.parquet')))).toMatch(/1 of 3 rows .*row 1, column x_1/);
    const read = await readSimulations(at('nulls.parquet'), { invalid: 'drop' });
    expect(bytesOf(read)).toEqual({ theta: [1, 3], x: [0.5, 2.5] });
    expect(await refusal(readSimulations(at('nulls.parquet'), { x: ['note'] }))).toBe(
      'nulls.parquet: column note: expected numbers, received the text "a" in row 0.',
    );
  });

  it('are refused where the file is none of theirs', async () => {
    expect(await refusal(readSimulations(at('all.xlsx')))).toMatch(/ends in \.csv, \.parquet or \.npz/);
    expect(await refusal(readSimulations(at('nowhere.csv')))).toMatch(/a file that can be read.*nowhere\.csv/);
    expect(await refusal(readSimulations(csv('empty.csv', '')))).toMatch(/an empty file/);
    expect(await refusal(readSimulations(csv('head.csv', 'theta_1,x_1\n')))).toMatch(/at least one row/);
    expect(await refusal(readSimulations(csv('ragged.csv', 'theta_1,x_1\n1,2\n3\n')))).toMatch(
      /row 2: expected 2 values in every row, as in the first, received 1/,
    );
    for (const format of ['parquet', 'npz'])
      expect(await refusal(readSimulations(csv(`bad.${format}`, 'no such bytes, at all')))).toMatch(/one that is none/);
    expect(await refusal(writeSimulations(at('a.txt'), someSimulations()))).toMatch(/ends in/);
    expect(await refusal(writeSimulations(at('a.csv'), someSimulations(), { theta: ['a'] }))).toMatch(/2 names/);
    expect(existsSync(at('a.csv'))).toBe(false);
  });
});

describe('draws in a file', () => {
  it.each(['csv', 'parquet', 'npy'])('come back: %s', async (format) => {
    const theta = tf.randomNormal([1_500, 3], 0, 1, 'float32', 1) as tf.Tensor2D;
    const before = tf.memory().numTensors;
    await writeSamples(at(`samples.${format}`), theta);
    const read = await readSamples(at(`samples.${format}`));
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(Array.from(read.dataSync())).toEqual(Array.from(theta.dataSync()));
    tf.dispose([theta, read]);
  });

  it('are chosen by names, where there are any', async () => {
    await writeSamples(at('ab.csv'), [[1, 2], [3, 4]], { names: ['a', 'b'] }); // prettier-ignore
    expect(readFileSync(at('ab.csv'), 'utf8')).toBe('a,b\n1,2\n3,4\n');
    expect((await readSamples(at('ab.csv'), { names: ['b'] })).arraySync()).toEqual([[2], [4]]);
    expect(await refusal(readSamples(at('ab.csv'), { names: ['c'] }))).toMatch(/names among a, b, received c/);
    await writeSamples(at('ab.npy'), [[1, 2]]);
    expect(await refusal(readSamples(at('ab.npy'), { names: ['b'] }))).toMatch(/has no names/);
  });

  it('go to danfojs and back', () => {
    const frame = new DataFrame([[1, 2, 5], [3, 4, 6]], { columns: ['a', 'b', 'x'] }); // prettier-ignore
    const sims = simulationsFrom(
      frame.loc({ columns: ['a', 'b'] }).values as number[][],
      frame.loc({ columns: ['x'] }).values as number[][],
    );
    expect(bytesOf(sims)).toEqual({ theta: [1, 2, 3, 4], x: [5, 6] });
  });

  it('for ArviZ are variables by chain and draw', async () => {
    const rows = [[1, 10], [2, 20], [3, 30], [4, 40]]; // prettier-ignore
    await writeInferenceData(at('idata.json'), rows, { names: ['a', 'b'], chains: 2, observed: { x: [[0.5, 1]] } });
    expect(JSON.parse(readFileSync(at('idata.json'), 'utf8'))).toEqual({
      posterior: { a: [[1, 3], [2, 4]], b: [[10, 30], [20, 40]] },
      observed_data: { x: [[0.5, 1]] },
    }); // prettier-ignore
    expect(await refusal(writeInferenceData(at('idata.json'), rows, { chains: 3 }))).toMatch(/chains that give 4/);
    expect(await refusal(writeInferenceData(at('idata.nc'), rows))).toMatch(/ends in \.json/);
  });
});

describe('an npy array', () => {
  it('is refused where it is not of real, little-endian numbers', () => {
    const bytes = npyBytes({ shape: [2], values: Float32Array.of(1, 2) });
    expect(npyArray(bytes, 'a')).toEqual({ shape: [2], values: Float32Array.of(1, 2) });
    expect(bytes.length).toBe(64 * 2 + 8);
    const other = (type: string): Uint8Array =>
      Uint8Array.from(Buffer.from(Buffer.from(bytes).toString('latin1').replace("'<f4'", `'${type}'`), 'latin1'));
    for (const type of ['>f4', '<c8', '<U1', '|O8'.slice(0, 3)])
      expect(() => npyArray(other(type), 'a'), type).toThrow(/expected real numbers, little endian/);
    expect(() => npyArray(bytes.subarray(0, 130), 'a')).toThrow(/8 bytes of numbers/);
    expect(() => npyArray(new Uint8Array(20), 'a')).toThrow(/an npy array/);
  });
});
