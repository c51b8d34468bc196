import { describe, expect, it } from 'vitest';
import { sweepArguments } from '../../../scripts/sweep/arguments.mjs';

describe('the arguments of npm run sweep', () => {
  it('are those of the experiments, and its own', () => {
    expect(sweepArguments(['--paper', '001'])).toMatchObject({
      experiments: { definition: 'paper-001', options: {} },
      cores: 1,
      profile: undefined,
      jobs: { threads: 1, minutes: 10 },
      retries: 2,
      others: undefined,
      report: false,
    });
    const asked = ['--cores', '8', '--benchmark', '--seeds=3', '--runs-per-job', '4', '--others', 'keep', '--report'];
    expect(sweepArguments(asked)).toMatchObject({
      experiments: { definition: 'benchmark', options: { seeds: [1, 2, 3] } },
      cores: 8,
      jobs: { runsPerJob: 4 },
      others: 'keep',
      report: true,
    });
    expect(sweepArguments(['--deploy', 'x.tar.gz']).deploy).toBe('x.tar.gz');
    expect(sweepArguments(['--engine']).engine).toBe(true);
  });

  it.each([
    [[], 'Which experiments?'],
    [['--paper', '001', '--jobs', '2'], '--jobs belongs to npm run experiments; say --cores, or --profile'],
    [['--paper', '001', '--cores', '2', '--profile', 'slurm'], 'Either --cores or --profile'],
    [['--paper', '001', '--cores', 'two'], '--cores: expected a whole number of at least 1, received "two".'],
    [['--paper', '001', '--cores'], '--cores: expected a value.'],
    [['--paper', '001', '--others', 'mix'], '--others: expected keep or replace, received "mix".'],
    [['--paper', '001', '--sedes', '3'], "Unknown option '--sedes'"],
  ])('%j are refused', (args, message) => {
    expect(() => sweepArguments(args)).toThrow(message);
  });
});
