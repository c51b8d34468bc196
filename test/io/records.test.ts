import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import type { ResultRow } from '../../lib/records/result-row';
import { openResults } from '../../lib/io/records';
import { fromProject, projectRoot, toProject } from '../../lib/io/results-path';
import { temporaryResults } from './temporary-results';

const folder = temporaryResults();
const row = (seed: number, value = 0.01): ResultRow => ({
  task: 'gaussian10d',
  method: 'Algorithm 2',
  setting: 'paper',
  budget: 1000,
  n: 2,
  seed,
  metric: 'squared MMD',
  value,
  standardError: null,
  seconds: 1.5,
  simulatorCalls: 1000,
});
const store = (): string => join(folder.path, 'demo', 'rows.jsonl');

describe('the run store', () => {
  test('keeps whole runs and knows them again in a new process', () => {
    const results = openResults('demo');
    expect(results.has('a')).toBe(false);
    expect(results.rows()).toEqual([]);
    results.append('a', [row(1), row(2)]);
    results.append('b', [row(3)]);
    const again = openResults('demo');
    expect([again.has('a'), again.has('b'), again.has('c')]).toEqual([true, true, false]);
    expect(again.rows().map(({ seed }) => seed)).toEqual([1, 2, 3]);
  });

  test('keeps the first of a run that was written twice', () => {
    const [one, two] = [openResults('demo'), openResults('demo')];
    one.append('a', [row(1, 0.1)]);
    two.append('a', [row(1, 0.2)]);
    expect(two.rows().map(({ value }) => value)).toEqual([0.1]);
  });

  test('drops a line cut short by a killed process with a note, and goes on after it', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    openResults('demo').append('a', [row(1)]);
    const whole = readFileSync(store(), 'utf8');
    for (const cut of [1, 10, Math.floor(whole.length / 2), whole.length - 2]) {
      writeFileSync(store(), whole + whole.replace('"a"', '"b"').slice(0, cut));
      warn.mockClear();
      const results = openResults('demo');
      expect(results.has('a')).toBe(true);
      expect(results.has('b')).toBe(false);
      expect(warn.mock.calls[0][0]).toContain('results/demo/rows.jsonl: 1 unfinished line(s)');
      results.append('b', [row(2)]);
      expect(
        openResults('demo')
          .rows()
          .map(({ seed }) => seed),
      ).toEqual([1, 2]);
    }
    warn.mockRestore();
  });

  test('sees the runs other processes append', () => {
    const results = openResults('demo');
    expect(results.has('other')).toBe(false);
    mkdirSync(join(folder.path, 'demo'), { recursive: true });
    appendFileSync(store(), `${JSON.stringify({ run: 'other', rows: [row(9)] })}\n`);
    expect(results.has('other')).toBe(true);
  });

  test('loses no line of processes that append at once', () => {
    const writer = `const fs = require('fs'); const rows = ${JSON.stringify([row(1), row(2)])};
      for (let i = 0; i < 200; i++) {
        const file = fs.openSync(process.argv[1], 'a');
        fs.writeSync(file, JSON.stringify({ run: process.argv[2] + i, rows }) + '\\n');
        fs.closeSync(file);
      }`;
    mkdirSync(join(folder.path, 'demo'));
    const children = spawnSync('sh', [
      '-c',
      `for p in a b c; do "$0" -e "$1" "$2" $p & done; wait`,
      process.execPath,
      writer,
      store(),
    ]);
    expect(children.status).toBe(0);
    expect(openResults('demo').rows()).toHaveLength(3 * 200 * 2);
  });

  test.each([
    ['no rows', [], /rows: expected at least one result row/],
    ['NaN', [row(1, Number.NaN)], /rows\[0\]\.value: expected a finite number, received NaN/],
    ['a missing text', [{ ...row(1), method: '' }], /rows\[0\]\.method/],
    ['a missing standard error', [{ ...row(1), standardError: undefined as unknown as null }], /standardError/],
  ])('refuses %s and writes nothing', (_, rows, message) => {
    const results = openResults('demo');
    expect(() => results.append('a', rows)).toThrow(InvalidInputError);
    expect(() => results.append('a', rows)).toThrow(message);
    expect(results.has('a')).toBe(false);
  });

  test('refuses an empty key and names that leave the folder', () => {
    expect(() => openResults('demo').append('', [row(1)])).toThrow(InvalidInputError);
    for (const name of ['', '..', '../x', 'a/b', '.hidden']) expect(() => openResults(name)).toThrow(InvalidInputError);
  });
});

describe('summary.json', () => {
  test('is not written without a mode, or with a seed or rows that are not finite', async () => {
    const results = openResults('demo');
    const input = { mode: 'quick', seed: 1 };
    await expect(results.writeSummary({ ...input, mode: '' })).rejects.toThrow(/summary: mode/);
    await expect(results.writeSummary({ ...input, seed: NaN })).rejects.toThrow(/summary: seed/);
    const rows = [{ ...row(1), value: NaN }];
    await expect(results.writeSummary({ ...input, rows })).rejects.toThrow(/summary: rows\[0\]\.value/);
    expect(existsSync(join(folder.path, 'demo'))).toBe(false);
  });

  test('and figures stay in the folder: a figure is named by a file name', () => {
    const { figurePath, path } = openResults('demo');
    expect(figurePath('squared-mmd')).toBe(join(path, 'figures', 'squared-mmd'));
    for (const name of ['', '.', '..', '../x', 'a/b', 'a\\b', null, undefined, NaN])
      expect(() => figurePath(name as string)).toThrow(InvalidInputError);
  });

  test('has exactly the agreed fields, figures relative to the project, and only the kind of its machine', async () => {
    const results = openResults('demo');
    results.append('a', [row(1)]);
    const written = await results.writeSummary({
      mode: 'quick',
      seed: 1,
      figures: [`${results.figurePath('mmd')}.svg`, 'results/demo/figures/b.svg'],
    });
    const text = readFileSync(join(folder.path, 'demo', 'summary.json'), 'utf8');
    const summary = JSON.parse(text) as Record<string, object>;
    expect(summary).toEqual(written);
    expect(Object.keys(summary)).toEqual(['notebook', 'mode', 'seed', 'versions', 'machine', 'rows', 'figures']);
    expect(Object.keys(summary.versions)).toEqual(['node', 'tfjs-node', 'tensorflow', 'scorebook']);
    expect(Object.values(summary.versions).every((version) => /^\d+\.\d+/.test(version as string))).toBe(true);
    expect(Object.keys(summary.machine)).toEqual(['cpu', 'cores', 'memoryGiB']);
    expect(Object.keys((summary.rows as ResultRow[])[0])).toEqual(Object.keys(row(1)));
    expect(summary.figures).toEqual(['results/demo/figures/mmd.svg', 'results/demo/figures/b.svg']);
    expect(text).not.toContain(folder.path);
    expect(text).not.toContain(`"${hostname()}"`);
  });
});

describe('paths', () => {
  test('the project is the nearest folder upwards with workspaces', () => {
    expect(projectRoot(join(__dirname, '../../lib/io'))).toBe(join(__dirname, '../..'));
    expect(projectRoot(folder.path)).toBe(folder.path);
  });

  test('results/... follows the environment there and back', () => {
    expect(fromProject('results/demo/x')).toBe(join(folder.path, 'demo/x'));
    expect(toProject(fromProject('results/demo/x'))).toBe('results/demo/x');
    vi.stubEnv('SCOREBOOK_RESULTS', '');
    expect(fromProject('results/demo/x')).toBe(join(projectRoot(), 'results/demo/x'));
    expect(toProject(join(projectRoot(), 'notebooks/a.ipynb'))).toBe('notebooks/a.ipynb');
  });
});
