import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exportFigure } from '../../lib/io/figures';
import { openResults } from '../../lib/io/records';
import { lossPlot } from '../../lib/plots/loss-plot';
import type { ResultRow } from '../../lib/records/result-row';

const row = (seed: number): ResultRow => ({
  task: 'gaussian10d',
  method: 'Algorithm 2',
  setting: 'paper',
  budget: 1000,
  n: 2,
  seed,
  metric: 'squared MMD',
  value: 0.1 * seed,
  standardError: null,
  seconds: 1.5,
  simulatorCalls: 1000,
});

describe('results of a notebook that is run again', () => {
  const home = process.cwd();
  let project: string;
  const published = (): string => join(project, 'results', 'demo');
  const bytes = (): string[] => readdirSync(published()).map((file) => readFileSync(join(published(), file), 'utf8'));
  beforeEach(() => {
    vi.stubEnv('SCOREBOOK_RESULTS', '');
    project = mkdtempSync(join(tmpdir(), 'scorebook-project-'));
    writeFileSync(join(project, 'package.json'), '{ "workspaces": [] }');
    mkdirSync(published(), { recursive: true });
    writeFileSync(join(published(), 'rows.jsonl'), `${JSON.stringify({ run: 'a', rows: [row(1)] })}\n`);
    appendFailure('b');
    writeFileSync(join(published(), 'summary.json'), 'as it was published');
    mkdirSync(join(project, 'notebooks'));
    process.chdir(join(project, 'notebooks'));
  });
  afterEach(() => {
    process.chdir(home);
    vi.unstubAllEnvs();
    rmSync(project, { recursive: true, force: true });
  });
  const appendFailure = (run: string): void => {
    const failure = { run, at: 'training', error: { name: 'Error', message: 'lost' } };
    writeFileSync(join(published(), 'rows.jsonl'), `${JSON.stringify(failure)}\n`, { flag: 'a' });
  };

  test('go to a folder of their own, and the published ones stay as they are', async () => {
    const before = bytes();
    const results = openResults('demo');
    expect(results.folder).toBe('results/mine/demo');
    expect(results.path).toBe(join(project, 'results', 'mine', 'demo'));
    results.append('b', [row(2)]);
    results.fail('c', { at: 'training', error: new Error('no') });
    const files = await exportFigure(lossPlot([{ epoch: 1, training: 1 }]), results.figurePath('loss'));
    expect(files.svg).toBe('results/mine/demo/figures/loss.svg');
    await results.writeSummary({ mode: 'quick', seed: 1, figures: [files.svg] });
    expect(bytes()).toEqual(before);
    expect(readdirSync(results.path).sort()).toEqual(['figures', 'rows.jsonl', 'summary.json']);
  });

  test('go on from the published runs', () => {
    const results = openResults('demo');
    expect(results.has('a')).toBe(true);
    results.append('a', [row(9)]); // finished already
    expect(results.failures().map(({ run }) => run)).toEqual(['b']);
    results.append('b', [row(2)]);
    results.fail('c', { at: 'training', error: new Error('no') });
    const again = openResults('demo');
    expect(again.rows().map(({ seed }) => seed)).toEqual([1, 2]);
    expect(again.failures().map(({ run }) => run)).toEqual(['c']);
  });

  test('are the published ones where that is asked for', () => {
    vi.stubEnv('SCOREBOOK_RESULTS', join(project, 'results'));
    const results = openResults('demo');
    expect([results.folder, results.path]).toEqual(['results/demo', published()]);
    results.append('b', [row(2)]);
    expect(bytes().join('')).toContain('"run":"b"');
  });

  test('are not seen by git', () => {
    expect(readFileSync(join(__dirname, '../../.gitignore'), 'utf8').split('\n')).toContain('results/mine/');
  });
});
