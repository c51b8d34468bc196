import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-node';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSamples, writeInferenceData, writeSamples } from '../../lib/data/samples-file';
import { readSimulations, writeSimulations } from '../../lib/data/simulations-file';
import { summary } from '../../lib/data/summary';
import { normal } from '../../lib/distributions/normal';
import { simulationsFrom } from '../../lib/simulation/simulations';
import { bytesOf } from '../tasks/fixtures';

/** An environment of its own, outside of what set-up makes: ArviZ with the numpy, pandas and xarray that it needs. */
const environment = join(__dirname, '..', '..', '.cache', 'arviz');
const interpreter = join(environment, 'bin', 'python');
const packages = ['arviz==0.23.4', 'pyarrow'];

let folder: string;
const at = (name: string): string => join(folder, name);
const python = (script: string): string =>
  execFileSync(interpreter, ['-W', 'ignore', '-c', script], { cwd: folder, encoding: 'utf8' }).trim();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scorebook-python-'));
  const mark = join(environment, 'whole');
  if (existsSync(mark)) return;
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(dirname(environment), { recursive: true });
  execFileSync('python3', ['-m', 'venv', environment], { stdio: 'pipe' });
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
  execFileSync(interpreter, [...install, ...packages], { stdio: 'pipe' });
  mkdirSync(mark);
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('ArviZ', () => {
  it('opens what is written for it, and finds the same numbers', async () => {
    const [chains, length] = [4, 500];
    const noise = tf.randomNormal([chains * length, 2], 0, 1, 'float32', 3) as tf.Tensor2D;
    const theta = tf.add(tf.mul(noise, [[2, 0.1]]), [[5, -1]]) as tf.Tensor2D;
    const names = ['mass', 'spin'];
    await writeInferenceData(at('idata.json'), theta, { names, chains, observed: { x: [[1, 2]] } });
    const found = JSON.parse(
      python(`
import arviz, json, numpy
data = arviz.from_json('idata.json')
again = arviz.from_dict(**json.load(open('idata.json')))
assert again.posterior.equals(data.posterior)
rows = arviz.summary(data, hdi_prob=0.94, round_to='none')
print(json.dumps({
  'sizes': dict(data.posterior.sizes), 'observed': data.observed_data['x'].values.tolist(),
  'first': data.posterior['mass'].values[:, 0].tolist(), 'rows': json.loads(rows.to_json(orient='index')),
}))`),
    ) as {
      sizes: object;
      observed: number[][];
      first: number[];
      rows: Record<string, Record<string, number>>;
    };
    expect(found.sizes).toEqual({ chain: chains, draw: length });
    expect(found.observed).toEqual([[1, 2]]);
    expect(found.first).toEqual((theta.arraySync() as number[][]).slice(0, chains).map(([mass]) => mass));
    for (const row of summary(theta, { names, chains })) {
      const theirs = found.rows[row.parameter];
      expect(row.mean).toBeCloseTo(theirs.mean, 5);
      expect(row.sd).toBeCloseTo(theirs.sd, 5);
      expect(row['hdi 3%']).toBeCloseTo(theirs['hdi_3%'], 5);
      expect(row['hdi 97%']).toBeCloseTo(theirs['hdi_97%'], 5);
      expect(row.ess! / theirs.ess_bulk).toBeCloseTo(1, 2);
      expect(row['ess tail']! / theirs.ess_tail).toBeCloseTo(1, 2);
      expect(row.rHat).toBeCloseTo(theirs.r_hat, 3);
    }
    tf.dispose([noise, theta]);
  });
});

describe('numpy and pandas', () => {
  it('read what is written', async () => {
    const made = simulationsFrom([[0.5, 1], [2, 3]], [[5], [6]]); // prettier-ignore
    for (const name of ['sims.npz', 'sims.csv', 'sims.parquet']) await writeSimulations(at(name), made);
    made.dispose();
    expect(python("import numpy as n; f = n.load('sims.npz'); print(f['theta'].tolist(), f['x'].tolist())")).toBe(
      '[[0.5, 1.0], [2.0, 3.0]] [[5.0], [6.0]]',
    );
    for (const read of ["read_csv('sims.csv')", "read_parquet('sims.parquet')"])
      expect(JSON.parse(python(`import pandas as p; print(p.${read}.to_json(orient='split', index=False))`))).toEqual({
        columns: ['theta_1', 'theta_2', 'x_1'],
        data: [[0.5, 1, 5], [2, 3, 6]], // prettier-ignore
      });
    await writeSamples(at('a.npy'), [[1.5, 2]]);
    expect(python("import numpy as n; print(n.load('a.npy').tolist())")).toBe('[[1.5, 2.0]]');
  });

  it('write what is read', async () => {
    const image = 'n.arange(12).reshape(2, 3, 2)';
    const arrays = `theta=n.asfortranarray([[1., 2.], [3., 4.]]), x=n.asfortranarray(${image})`;
    const prior = normal({ mean: [0, 0] });
    for (const save of ['savez', 'savez_compressed']) {
      python(`import numpy as n; n.${save}('other.npz', ${arrays})`);
      const read = await readSimulations(at('other.npz'), { prior });
      expect(bytesOf(read)).toEqual({ theta: [1, 2, 3, 4], x: Array.from({ length: 12 }, (_, i) => i) });
    }
    for (const type of ['f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'bool']) {
      python(`import numpy as n; n.save('typed.npy', n.array([[1, 0], [0, 1]], dtype='${type}'))`);
      expect((await readSamples(at('typed.npy'))).arraySync(), type).toEqual([[1, 0], [0, 1]]); // prettier-ignore
    }
    for (const [compression, name] of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4'].map((each) => [
      each,
      `${each}.parquet`,
    ])) {
      python(
        `import pandas as p; p.DataFrame({'name': ['a', None], 'theta_1': [1, 2], 'theta_2': [0.5, 3], 'x_1': [7., None]}).to_parquet('${name}', compression='${compression}')`,
      );
      const read = await readSimulations(at(name), { x: ['x_1'], prior, invalid: 'drop' });
      expect(read.dropped, compression).toBe(1);
      expect(bytesOf(read), compression).toEqual({ theta: [1, 0.5], x: [7] });
      await expect(readSimulations(at(name), { x: ['name'] })).rejects.toThrow(/column name: expected numbers/);
    }
    await expect(readSimulations(at('other.npz'), { theta: ['a'] })).rejects.toThrow(/read whole/);
    await expect(readSimulations(at('other.npz'), { prior: normal({ mean: [0] }) })).rejects.toThrow(/\[N, 1\]/);
  });
});
