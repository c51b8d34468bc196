import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { ve } from '../../lib/diffusion/ve';
import * as benchmark from '../../lib/studies/benchmark';
import { missingRuns } from '../../lib/experiments/missing-runs';
import { pairsSetting } from '../../lib/experiments/pairs-setting';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { continuous } from '../../lib/inference/score/levels';
import { npse } from '../../lib/inference/score/npse';
import { denoisingNetwork } from '../../lib/nn/score/denoising-network';
import { openResults } from '../../lib/io/records';
import { referencePosterior } from '../../lib/io/reference-posterior';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
const network = denoisingNetwork({ width: 8, hidden: 1 });
const tiny = pairsSetting({
  setting: 'tiny',
  methods: [{ method: 'NPSE (VE)' }],
  train: (pairs, options) =>
    npse.train(pairs, { levels: continuous(ve()), emulated: 0, network, fit: { maxEpochs: 2 }, ...options }),
});

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
    refused({ settings: ['paper'] }).toThrow(/benchmark settings: expected some of vp, ve.*, received paper\./);
    refused({ observations: [1, 11] }).toThrow('publishedObservation: k: expected a whole number from 1 to 10');
  });

  it('judges draws for published observations by their reference samples', async () => {
    const before = tf.memory().numTensors;
    const experiment = {
      ...benchmark.experiment('two_moons', { budgets: [300], observations: [1, 3], samples: 200 }),
      settings: [tiny],
    };
    const { rows, failures } = await runExperiment(experiment, openResults('demo'), { progress: false });
    expect(failures).toEqual([]);
    const metrics = ['C2ST', 'squared MMD', 'sliced Wasserstein', 'training seconds', 'drawing seconds'];
    expect(rows.map(({ observation, metric }) => [observation, metric])).toEqual(
      [1, 3].flatMap((k) => metrics.map((metric) => [k, metric])),
    );
    for (const { metric, value, standardError, spread, simulatorCalls } of rows) {
      expect(value).toBeGreaterThan(0);
      expect(simulatorCalls).toBe(300);
      expect(standardError === null).toBe(!/C2ST|Wasserstein/.test(metric));
      expect(spread === undefined).toBe(standardError === null);
    }
    const valueOf = (name: string): number => rows.find(({ metric }) => metric === name)!.value;
    expect(valueOf('C2ST')).toBeLessThanOrEqual(1);
    expect(rows[0].seconds).toBeCloseTo(valueOf('training seconds') + valueOf('drawing seconds'), 6);
    expect(tf.memory().numTensors).toBe(before);
  }, 60_000);

  it('takes reference samples evenly spaced where fewer are wanted', async () => {
    const { truth } = benchmark.experiment('two_moons');
    const drawn = await truth!([[0, 0]], 200, 1, 2);
    const { samples } = referencePosterior({ name: 'two_moons' }, 2);
    expect(drawn.arraySync()).toEqual(Array.from({ length: 200 }, (_, i) => samples[50 * i]));
    drawn.dispose();
  });
});
