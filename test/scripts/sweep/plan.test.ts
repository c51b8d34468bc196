import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as library from 'scorebook';
import { sweepFolder } from '../../../scripts/sweep/folder.mjs';
import { jobStore } from '../../../scripts/sweep/job-store.mjs';
import { mergeInto, mergedLines } from '../../../scripts/sweep/merge.mjs';
import { planJobs } from '../../../scripts/sweep/plan.mjs';
import { readLines, textOf, textWithoutClock, writeAtomically } from '../../../scripts/sweep/run-lines.mjs';
import { experiments } from './tiny-cells.mjs';

type Line = ReturnType<typeof readLines>[number];
type Wanted = Parameters<typeof planJobs>[0];

let results = '';
beforeEach(() => {
  results = mkdtempSync(join(tmpdir(), 'scorebook-plan-'));
});
afterEach(() => rmSync(results, { recursive: true, force: true }));

const folderOf = () => sweepFolder(join(results, 'sweeps', 'tiny'));

/** What is wanted of the tiny cells; the version of a setting is its name and a number. */
function wanted(more: Partial<Wanted> & { options?: object; generation?: Record<string, number> } = {}): Wanted {
  const { options = {}, generation = {}, ...rest } = more;
  const parts = experiments(library, options).map((each, index) => ({ index, ...each }));
  return {
    definition: 'file:///tiny.mjs',
    options,
    parts,
    library: library as unknown as Wanted['library'],
    version: (_, { id }) => `${id}${generation[id] ?? 1}`,
    folder: folderOf(),
    others: undefined,
    jobs: { minutes: 10, threads: 1, runsPerJob: 2 },
    ...rest,
  };
}

const row = (setting: string, seed: number, n: number, value = 0.5) => ({
  task: 'gaussian-linear-2d',
  method: 'exact',
  setting,
  budget: 100,
  n,
  seed,
  metric: 'squared MMD',
  value,
  standardError: null,
  seconds: seed,
  simulatorCalls: 100,
});
const keyOf = (setting: string, seed: number) => `gaussian-linear-2d/${setting}/budget=100/seed=${seed}`;
const line = (setting: string, seed: number, version?: string, value?: number): Line => ({
  run: keyOf(setting, seed),
  ...(version && { version, host: 'n1', began: '2026-01-01T00:00:00.000Z', ended: `2026-01-01T00:0${seed}:00.000Z` }),
  rows: [1, 2].map((n) => row(setting, seed, n, value)),
});

/** Keeps lines as a job does. */
const swept = (job: string, lines: readonly Line[]): void =>
  writeAtomically(folderOf().rows('tiny', job), textOf(lines));
const published = (lines: readonly Line[]): void => writeAtomically(folderOf().merged('tiny'), textOf(lines));

describe('the plan of a sweep', () => {
  it('has jobs of a few runs, named by experiment, runs and version', () => {
    const orders = planJobs(wanted({ options: { seeds: [1, 2, 3, 5] } }));
    expect(orders.map(({ job }) => job)).toEqual([
      'gaussian-linear-2d.left.100.seeds-1-2.left1',
      'gaussian-linear-2d.left.100.seeds-3_5.left1',
      'gaussian-linear-2d.right.100.seeds-1-2.right1',
      'gaussian-linear-2d.right.100.seeds-3_5.right1',
    ]);
    expect(orders[0].runs).toEqual(
      [1, 2].map((seed) => ({ key: keyOf('left', seed), setting: 'left', budget: 100, seed })),
    );
  });

  it('leaves out what jobs and merged rows have of the same version', () => {
    published([line('left', 1, 'left1')]);
    swept('a', [line('left', 2, 'left1'), line('right', 3, 'right1')]);
    const runs = planJobs(wanted()).flatMap((order) => order.runs.map(({ key }) => key));
    expect(runs.sort()).toEqual([keyOf('left', 3), keyOf('right', 1), keyOf('right', 2)]);
  });

  it('runs the cells of a changed setting again, and no others', () => {
    swept(
      'a',
      [1, 2, 3].flatMap((seed) => [line('left', seed, 'left1'), line('right', seed, 'right1')]),
    );
    expect(planJobs(wanted())).toEqual([]);
    const changed = planJobs(wanted({ generation: { right: 2 } }));
    expect(changed.map(({ job }) => job)).toEqual([
      'gaussian-linear-2d.right.100.seeds-1-2.right2',
      'gaussian-linear-2d.right.100.seeds-3.right2',
    ]);
  });

  it('asks for a word where merged rows are of another version, or of none', () => {
    published([line('left', 1), line('left', 2, 'left0')]);
    expect(() => planJobs(wanted())).toThrow(
      /^2 finished runs of what is wanted are of another version.*\(no recorded version, left0\), such as .*seed=1\./,
    );
    const count = (others: 'keep' | 'replace') => planJobs(wanted({ others })).flatMap(({ runs }) => runs).length;
    expect(count('keep')).toBe(4);
    expect(count('replace')).toBe(6);
    // what is not wanted may be of any version
    expect(planJobs(wanted({ options: { settings: ['right'] } }))).toHaveLength(2);
  });

  it('tells a job what is known of its runs, where an experiment has grown', () => {
    const grown = line('left', 1, 'left1');
    swept('a', [{ ...grown, rows: grown.rows?.slice(0, 1) }]);
    const [order] = planJobs(wanted({ options: { seeds: [1], settings: ['left'] } }));
    expect(order.runs.map(({ key }) => key)).toEqual([`${keyOf('left', 1)}/and exact/n=2`]);
    expect(order.known.keys).toEqual([keyOf('left', 1)]);
    expect(order.known.rows).toEqual([row('left', 1, 1)]);
  });

  it('sizes jobs, and what they ask for, by what runs of their kind took', () => {
    const { runsPerJob: _, ...jobs } = wanted().jobs;
    const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
    const options = { seeds, settings: ['left'] };
    const [unknown] = planJobs(wanted({ options, jobs }));
    expect(unknown.runs).toHaveLength(1);
    expect(unknown.resources).toEqual({ threads: 1, memoryMB: 4096, minutes: 240 });
    // one minute and 500 MB: ten in a job of ten minutes, which may take three times as long
    swept('a', [{ ...line('left', 1, 'left1'), memoryMB: 500 }]);
    const known = planJobs(wanted({ options, jobs }));
    expect(known.map(({ runs }) => runs.length)).toEqual([10, 10, 10, 9]);
    expect(known[0].resources).toEqual({ threads: 1, memoryMB: 1024, minutes: 60 });
  });
});

describe('merged rows', () => {
  const current = new Set(['left1', 'right1']);
  const done = [1, 2, 3].flatMap((seed) => [line('left', seed, 'left1'), line('right', seed, 'right1')]);

  it('are the same bytes whatever the order of the jobs', () => {
    const whole = textOf(mergedLines([], done, current));
    expect(textOf(mergedLines([], [...done].reverse(), current))).toBe(whole);
    const half = mergedLines([], done.slice(3), current);
    expect(textOf(mergedLines(half, done.slice(0, 3), current))).toBe(whole);
    expect(textOf(mergedLines(half, done, current))).toBe(whole);
    expect(
      whole
        .split('\n')
        .slice(0, 2)
        .map((text) => JSON.parse(text).run),
    ).toEqual([keyOf('left', 1), keyOf('left', 2)]);
  });

  it('sort by numbers, not by digits', () => {
    const lines = [10, 9, 1].map((seed) => line('left', seed, 'left1'));
    expect(mergedLines([], lines, current).map(({ run }) => run)).toEqual(
      [1, 9, 10].map((seed) => keyOf('left', seed)),
    );
  });

  it('keep lines of other commands as they are, until rows of the current version are there', () => {
    const other = { ...line('elsewhere', 1), note: 'kept' };
    const old = line('left', 1, undefined, 0.9);
    const half = { ...old, rows: [...(old.rows ?? []), row('left', 1, 3)] };
    expect(mergedLines([other, old], [], current)).toEqual([other, old]);
    const merged = mergedLines([other, half], [line('left', 1, 'left1')], current);
    // of the old line what has no successor
    expect(merged).toEqual([other, { ...old, rows: [row('left', 1, 3)] }, line('left', 1, 'left1')]);
  });

  it('leave rows of versions that are not current in the folder of the sweep', () => {
    expect(mergedLines([], [line('left', 1, 'left0')], current)).toEqual([]);
  });

  it('have the last failure of a run that has not finished since', () => {
    const failed = (ended: string): Line => ({
      run: keyOf('left', 1),
      version: 'left1',
      at: 'training',
      error: { name: 'Error', message: ended },
      ended,
    });
    expect(mergedLines([], [failed('2'), failed('1')], current)).toEqual([failed('2')]);
    expect(mergedLines([failed('1')], [line('left', 1, 'left1')], current)).toEqual([line('left', 1, 'left1')]);
  });

  it('are told apart by all but the clock', () => {
    const lines = [line('left', 1, 'left1')];
    const later = lines.map((each) => ({
      ...each,
      host: 'n2',
      began: 'x',
      ended: 'y',
      memoryMB: 3,
      rows: [
        ...(each.rows ?? []).map((one) => ({ ...one, seconds: 9 })),
        { ...row('left', 1, 1), metric: 'training seconds' },
      ],
    }));
    expect(textWithoutClock(later)).toBe(textWithoutClock(lines));
    expect(textWithoutClock([line('left', 1, 'left1', 0.6)])).not.toBe(textWithoutClock(lines));
  });

  it('are written only where they change', () => {
    swept('a', done);
    expect(mergeInto(folderOf(), 'tiny', current)).toHaveLength(6);
    expect(readLines(folderOf().merged('tiny'))).toEqual(mergedLines([], done, current));
  });
});

describe('the store of a job', () => {
  const known = { version: 'left1', keys: [keyOf('left', 9)], rows: [row('left', 9, 1)] };
  const store = () => jobStore(folderOf().rows('tiny', 'a'), known, () => ({ host: 'n1', ended: 'now' }));

  it('goes on from its file, and takes what is known for finished', () => {
    expect(store().has(keyOf('left', 9))).toBe(true);
    store().append(keyOf('left', 9), [row('left', 9, 2)]);
    store().append(keyOf('left', 1), [row('left', 1, 1)]);
    expect(store().rows()).toEqual([row('left', 9, 1), row('left', 1, 1)]);
    expect(folderOf().lines('tiny')).toEqual([
      { run: keyOf('left', 1), version: 'left1', host: 'n1', ended: 'now', rows: [row('left', 1, 1)] },
    ]);
  });

  it('knows in which run its process died, and nobody takes that for a failure before its job is given up', () => {
    store().begin(keyOf('left', 1));
    expect(store().isOpen(keyOf('left', 1))).toBe(true);
    expect(folderOf().lines('tiny')).toEqual([]);
    store().fail(keyOf('left', 1), { at: 'training', error: { name: 'Error', message: 'no' } });
    expect(store().isOpen(keyOf('left', 1))).toBe(false);
    expect(folderOf().lines('tiny')).toHaveLength(1);
    store().append(keyOf('left', 1), [row('left', 1, 1)]);
    expect(
      folderOf()
        .lines('tiny')
        .map(({ error }) => error),
    ).toEqual([undefined]);
  });

  it('leaves its file as it is where a write fails', () => {
    store().append(keyOf('left', 1), [row('left', 1, 1)]);
    const before = readLines(folderOf().rows('tiny', 'a'));
    const broken = {
      ...row('left', 2, 1),
      toJSON: () => {
        throw new Error('no space');
      },
    };
    expect(() => store().append(keyOf('left', 2), [broken])).toThrow('no space');
    expect(readLines(folderOf().rows('tiny', 'a'))).toEqual(before);
  });
});
