import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { readEstimator, saveEstimator } from '../../lib/io/saved-estimator';
import { temporaryResults } from './temporary-results';

/** How many more calls of the file system the process lives for; from its death on, none does anything. */
const life = vi.hoisted(() => ({ calls: Infinity }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<Record<string, unknown>>();
  const mortal = (value: unknown): unknown =>
    typeof value !== 'function'
      ? value
      : async (...args: unknown[]) => {
          if (--life.calls < 0) throw new Error('dead');
          return (value as (...args: unknown[]) => unknown)(...args);
        };
  return Object.fromEntries(Object.entries(real).map(([name, value]) => [name, mortal(value)]));
});

const root = temporaryResults();
const at = (...parts: string[]): string => join(root.path, ...parts);
const files = ['estimator.json', 'weights.bin'];

/** An estimator of 1,000 equal weights. */
const estimator = (weight: number) => ({
  record: () => ({
    config: { weight },
    arrays: [{ name: 'w', shape: [10, 100], values: new Float32Array(1_000).fill(weight) }],
  }),
});

/** The weight of a saved estimator, whose parts must be of one. */
async function weightIn(folder: string): Promise<unknown> {
  const { config, arrays } = await readEstimator(folder);
  expect(arrays[0].values.every((value) => value === config.weight)).toBe(true);
  return config.weight;
}

beforeEach(() => {
  life.calls = Infinity;
});

describe('saveEstimator', () => {
  it('makes a new folder, with those above it, and fills an empty one', async () => {
    mkdirSync(at('empty'));
    for (const folder of [at('empty'), at('some', 'new', 'folder')]) {
      await saveEstimator(estimator(1), folder);
      expect(await weightIn(folder)).toBe(1);
      expect(readdirSync(folder).sort()).toEqual(files);
    }
    expect(readdirSync(root.path).sort()).toEqual(['empty', 'some']);
  });

  it('refuses a folder with other files, says which, and leaves them', async () => {
    mkdirSync(at('mine', 'sub'), { recursive: true });
    writeFileSync(at('mine', 'notes.md'), 'kept');
    writeFileSync(at('mine', 'sub', 'data.csv'), 'kept, too');
    await expect(saveEstimator(estimator(1), at('mine'))).rejects.toThrow(
      'saveEstimator: folder: expected a new or empty folder, or one that holds a saved estimator and nothing else, ' +
        `received ${at('mine')} with notes.md, sub. Choose another folder, or move these files elsewhere.`,
    );
    expect(readFileSync(at('mine', 'notes.md'), 'utf8')).toBe('kept');
    expect(readFileSync(at('mine', 'sub', 'data.csv'), 'utf8')).toBe('kept, too');
    expect(readdirSync(at('mine')).sort()).toEqual(['notes.md', 'sub']);
    expect(readdirSync(root.path)).toEqual(['mine']);
  });

  it('refuses a saved estimator with other files beside it, or with half of its own', async () => {
    await saveEstimator(estimator(1), at('model'));
    writeFileSync(at('model', 'notes.md'), 'kept');
    await expect(saveEstimator(estimator(2), at('model'))).rejects.toThrow(/received .*model with notes\.md\. Choose/);
    expect(await weightIn(at('model'))).toBe(1);
    mkdirSync(at('half'));
    writeFileSync(at('half', 'weights.bin'), 'of something else');
    await expect(saveEstimator(estimator(2), at('half'))).rejects.toThrow(/received .*half with weights\.bin alone/);
    expect(readFileSync(at('half', 'weights.bin'), 'utf8')).toBe('of something else');
  });

  it('refuses folders that only have the names of its files', async () => {
    for (const name of files) mkdirSync(at('names', name), { recursive: true });
    writeFileSync(at('names', 'weights.bin', 'data.csv'), 'kept');
    await expect(saveEstimator(estimator(1), at('names'))).rejects.toThrow(
      /names with estimator\.json, weights\.bin\./,
    );
    expect(readFileSync(at('names', 'weights.bin', 'data.csv'), 'utf8')).toBe('kept');
  });

  it('refuses a file, the working folder and no path', async () => {
    writeFileSync(at('file'), 'kept');
    await expect(saveEstimator(estimator(1), at('file'))).rejects.toThrow(/received .*file, which is a file/);
    expect(readFileSync(at('file'), 'utf8')).toBe('kept');
    mkdirSync(at('here'));
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(at('here'));
    try {
      for (const here of ['.', at('here'), at('here', 'sub', '..')])
        await expect(saveEstimator(estimator(1), here)).rejects.toThrow(/received .*here, the working folder/);
    } finally {
      cwd.mockRestore();
    }
    expect(readdirSync(at('here'))).toEqual([]);
    for (const nothing of ['', undefined, null, NaN])
      await expect(saveEstimator(estimator(1), nothing as string)).rejects.toThrow(InvalidInputError);
  });

  it('follows a link to a folder, and keeps it', async () => {
    await saveEstimator(estimator(1), at('model'));
    symlinkSync(at('model'), at('link'));
    await saveEstimator(estimator(2), at('link'));
    expect(await weightIn(at('model'))).toBe(2);
    expect(await weightIn(at('link'))).toBe(2);
    expect(readdirSync(root.path).sort()).toEqual(['link', 'model']);
  });

  it('leaves an old or a new estimator, whole, whenever the process dies, and can be called again then', async () => {
    let survived = false;
    for (let calls = 0; !survived; calls++) {
      const model = at(`after-${calls}`, 'model');
      await saveEstimator(estimator(1), model);
      life.calls = calls;
      survived = await saveEstimator(estimator(2), model).then(
        () => life.calls >= 0,
        () => false,
      );
      life.calls = Infinity;
      expect([1, 2]).toContain(await weightIn(model));
      await saveEstimator(estimator(3), model);
      expect(await weightIn(model)).toBe(3);
      expect(existsSync(at(`after-${calls}`, '.model.previous'))).toBe(false);
      expect(calls).toBeLessThan(100);
    }
  });

  it('leaves one whole estimator where several are saved to one folder at the same time', async () => {
    await saveEstimator(estimator(0), at('model'));
    await Promise.all([1, 2, 3, 4, 5].map((weight) => saveEstimator(estimator(weight), at('model'))));
    expect([1, 2, 3, 4, 5]).toContain(await weightIn(at('model')));
    expect(readdirSync(root.path)).toEqual(['model']);
  });
});
