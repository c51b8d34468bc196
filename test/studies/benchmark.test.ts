import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import * as benchmark from '../../lib/studies/benchmark';
import { missingRuns } from '../../lib/experiments/missing-runs';
import { openResults } from '../../lib/io/records';
import { referencePosterior } from '../../lib/io/reference-posterior';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
describe('the benchmark', () => {
  it('is each setting on ten tasks, two budgets and ten observations, a training for each but the observation', () => {
    const all = benchmark.experiments();
    expect(all.map(({ notebook }) => notebook)).toEqual(Array(10).fill('04-sbi-benchmarks'));
    expect(all.map(({ experiment }) => experiment.task.name)).toEqual(benchmark.tasks);
    const runs = missingRuns(benchmark.experiment('slcp'), openResults('demo'));
    expect(runs).toHaveLength(2 * benchmark.settings.length);
    expect(runs[0].key).toBe('slcp/scorebook/NPSE (VP)/budget=1000/seed=1');
    expect(runs[0].cells).toHaveLength(10);
  });

  it('takes parts, under names of their own', () => {
    const part = { tasks: ['sir'], settings: ['ve'], budgets: [1000], observations: [2, 4], seeds: [3] } as const;
    const [{ experiment }] = benchmark.experiments({ ...part, suffix: ', quick' });
    expect(missingRuns(experiment, openResults('demo')).map(({ key, cells }) => [key, cells.length])).toEqual([
      ['sir/scorebook, quick/NPSE (VE)/budget=1000/seed=3', 2],
    ]);
  });

  it('refuses tasks, settings and observations that there are none of', () => {
    const refused = (options: object) => expect(() => benchmark.experiments(options));
    refused({ tasks: ['moons'] }).toThrow(/benchmark tasks: expected some of gaussian_linear, .*, received moons\./);
    refused({ settings: ['paper'] }).toThrow(
      /benchmark settings: expected some of vp, emulated, ve.*, received paper\./,
    );
    refused({ observations: [1, 11] }).toThrow('publishedObservation: k: expected a whole number from 1 to 10');
  });

  it('takes reference samples evenly spaced where fewer are wanted', async () => {
    const { truth } = benchmark.experiment('two_moons');
    const drawn = await truth!([[0, 0]], 200, 1, 2);
    const { samples } = referencePosterior({ name: 'two_moons' }, 2);
    expect(drawn.arraySync()).toEqual(Array.from({ length: 200 }, (_, i) => samples[50 * i]));
    drawn.dispose();
  });
});
