import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import * as classical from '../../lib/studies/classical';
import { missingRuns } from '../../lib/experiments/missing-runs';
import { openResults } from '../../lib/io/records';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();

describe('the classical family', () => {
  it('is on ten tasks; what infers one posterior at a time has a run for each observation', () => {
    const all = classical.experiments();
    expect(all.map(({ notebook }) => notebook)).toEqual(Array(10).fill('05-neural-sbi-family'));
    expect(all.map(({ experiment }) => experiment.task.name)).toEqual(classical.tasks);
    const part = { settings: ['npe-realnvp', 'smc-abc'], budgets: [1000] } as const;
    const runs = missingRuns(classical.experiment('slcp', part), openResults('demo'));
    expect(runs.map(({ key, cells }) => [key, cells.length])).toEqual([
      ['slcp/scorebook/NPE (RealNVP)/budget=1000/seed=1', 10],
      ...Array.from({ length: 10 }, (_, k) => [`slcp/scorebook/SMC-ABC/budget=1000/seed=1/observation=${k + 1}`, 1]),
    ]);
  });

  it('names every method once', () => {
    const { settings } = classical.experiment('two_moons');
    expect(new Set(settings.map(({ id }) => id)).size).toBe(classical.settings.length);
  });

  it('refuses settings that there are none of', () => {
    expect(() => classical.experiments({ settings: ['vp'] as never })).toThrow(/classical settings: expected some of/);
  });
});
