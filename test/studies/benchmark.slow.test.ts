import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { ve } from '../../lib/diffusion/ve';
import * as benchmark from '../../lib/studies/benchmark';
import { pairsSetting } from '../../lib/experiments/pairs-setting';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { continuous } from '../../lib/inference/score/levels';
import { npse } from '../../lib/inference/score/npse';
import { denoisingNetwork } from '../../lib/nn/score/denoising-network';
import { openResults } from '../../lib/io/records';
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
});
