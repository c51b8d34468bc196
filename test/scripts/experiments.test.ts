import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { experimentArguments } from '../../scripts/experiments/arguments.mjs';
import { shareOfCores } from '../../scripts/experiments/threads.mjs';
import { secondsLeft } from '../../scripts/experiments/time-left.mjs';

describe('the arguments of npm run experiments', () => {
  it('are the whole of the paper, in one process, by default', () => {
    expect(experimentArguments(['--paper', '001'])).toMatchObject({
      definition: 'paper-001',
      jobs: 1,
      list: false,
      dryRun: false,
      options: {},
    });
  });

  it('pick parts; --seeds 40 is 40 seeds', () => {
    const seeds = (text: string) => experimentArguments(['--paper', '001', '--seeds', text]).options.seeds;
    expect(seeds('3')).toEqual([1, 2, 3]);
    expect(seeds('3,7')).toEqual([3, 7]);
    expect(seeds('1,5-7')).toEqual([1, 5, 6, 7]);
    expect(seeds('40')).toHaveLength(40);
    const part = ['--tasks', 'gaussian-10d,mixture-10d', '--settings', 'paper', '--budgets', '1000,3000', '--n', '1,8'];
    expect(experimentArguments(['--paper', '001', '--jobs', '2', '--dry-run', ...part])).toMatchObject({
      jobs: 2,
      dryRun: true,
      tasks: ['gaussian-10d', 'mixture-10d'],
      options: { settings: ['paper'], budgets: [1000, 3000], n: [1, 8] },
    });
  });

  it('pick parts of the benchmark; --observations 3 is 3 observations', () => {
    const asked = (...args: string[]) => experimentArguments(['--benchmark', ...args]);
    expect(asked()).toMatchObject({ definition: 'benchmark', jobs: 1, options: {} });
    expect(asked('--tasks', 'two_moons,slcp', '--settings', 'vp,ve', '--seeds', '1')).toMatchObject({
      tasks: ['two_moons', 'slcp'],
      options: { settings: ['vp', 've'], seeds: [1] },
    });
    expect(asked('--observations', '3').options.observations).toEqual([1, 2, 3]);
    expect(experimentArguments(['--classical', '--settings', 'smc-abc', '--observations', '1'])).toMatchObject({
      definition: 'classical',
      options: { settings: ['smc-abc'], observations: [1] },
    });
    expect(asked('--observations', '2-4,9').options.observations).toEqual([2, 3, 4, 9]);
  });

  it.each([
    [
      [],
      'Which experiments? Say --benchmark, --classical, --sequential, --checks, --many-observations, or --paper with one of: 001.',
    ],
    [['--benchmark', '--paper', '001'], 'Either --benchmark or --paper: one command runs one of them.'],
    [['--benchmark', '--classical'], 'Either --benchmark or --classical: one command runs one of them.'],
    [['--benchmark', '--n', '1'], '--n belongs to --paper; --observations picks'],
    [['--paper', '001', '--observations', '1'], '--observations belongs to --benchmark, --classical and --sequential;'],
    [['--benchmark', '--observations', '0-3'], '--observations: expected whole numbers of at least 1, received "0".'],
    [['--checks', '--observations', '1'], '--observations: --checks draws its own, fresh ones for each check.'],
    [['--many-observations', '--observations', '1'], '--observations: --many-observations has its own, the same in'],
    [['--paper', '999'], 'There are no experiments of a paper "999"; there are those of: 001.'],
    [['--paper', '001', '--budgets', '1e3'], '--budgets: expected whole numbers of at least 1, received "1e3".'],
    [['--paper', '001', '--n', '0'], '--n: expected whole numbers of at least 1, received "0".'],
    [['--paper', '001', '--jobs', 'two'], '--jobs: expected whole numbers of at least 1, received "two".'],
    [['--paper', '001', '--seeds', '7-3'], '--seeds: expected the smaller number first, received "7-3".'],
    [['--paper', '001', '--sedes', '3'], /Unknown option '--sedes'[\s\S]*npm run experiments -- --paper/],
  ])('%j are refused', (args, message) => {
    expect(() => experimentArguments(args)).toThrow(message);
  });

  it('end the command with one sentence and exit code 1 where they are wrong, before the set-up', () => {
    const script = join(__dirname, '..', '..', 'scripts', 'experiments.mjs');
    const { status, stderr, stdout } = spawnSync(process.execPath, [script, '--paper', '7'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim()).toBe('There are no experiments of a paper "7"; there are those of: 001.');
  });
});

describe('the time that is left', () => {
  const ended = [
    { group: 'a', budget: 1000, seconds: 10 },
    { group: 'a', budget: 1000, seconds: 20 },
    { group: 'b', budget: 3000, seconds: 90 },
  ];
  const left = (group: string, budget: number, elapsed = 0) => ({ group, budget, elapsed });

  it('is that of runs of the same kind, less what has passed, over the processes', () => {
    expect(secondsLeft([left('a', 1000, 5), left('a', 1000)], ended, 1)).toBe(10 + 15);
    expect(secondsLeft([left('a', 1000, 5), left('a', 1000)], ended, 2)).toBe(12.5);
    expect(secondsLeft([left('a', 1000, 5)], ended, 2)).toBe(10);
    expect(secondsLeft([left('a', 1000, 100)], ended, 1)).toBe(1.5);
  });

  it('is judged by other budgets, then by other settings, and not at all before a run has ended', () => {
    expect(secondsLeft([left('a', 3000)], ended, 1)).toBe(45);
    expect(secondsLeft([left('new', 1000)], ended, 1)).toBe((10 + 20 + 30) / 3);
    expect(secondsLeft([left('a', 1000)], [], 1)).toBeUndefined();
  });
});

describe('the cores', () => {
  it('are shared among the processes, at least one each, unless the environment says otherwise', () => {
    expect(shareOfCores(2, {}, 16)).toEqual({
      TF_NUM_INTRAOP_THREADS: '8',
      TF_NUM_INTEROP_THREADS: '8',
      OMP_NUM_THREADS: '8',
    });
    expect(shareOfCores(4, { OMP_NUM_THREADS: '3' }, 2)).toMatchObject({
      TF_NUM_INTRAOP_THREADS: '1',
      OMP_NUM_THREADS: '3',
    });
  });
});
