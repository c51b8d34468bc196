import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Experiment } from '../../lib/experiments/experiment';
import { missingRuns } from '../../lib/experiments/missing-runs';
import { pairsSetting } from '../../lib/experiments/pairs-setting';
import { posteriorSetting } from '../../lib/experiments/posterior-setting';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { openResults } from '../../lib/io/records';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
const task = gaussianLinear([1, 1]);
const quiet = { progress: false };
let inferred: number[][][] = [];
let disposed = 0;
let failsAt: number | undefined;
beforeEach(() => {
  [inferred, disposed, failsAt] = [[], 0, undefined];
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const setting = posteriorSetting({
  setting: 'exact',
  method: 'in rounds',
  infer: async (_, xObs, { calls }) => {
    inferred.push(xObs);
    if (xObs[0][0] === failsAt) throw new Error('a round failed');
    return { posterior: task.exactPosterior(xObs), calls: calls - 1, dispose: () => void disposed++ };
  },
});
const experiment: Experiment = {
  task,
  settings: [setting],
  budgets: [300],
  seeds: [1, 2],
  n: [1],
  observations: {
    numbers: [1, 2],
    xObs: (number) => [
      [number, 0],
      [9, 9],
    ],
  },
  samples: 50,
};
const run = (part: Partial<Experiment> = {}) => runExperiment({ ...experiment, ...part }, openResults('demo'), quiet);

describe('a setting that infers one posterior at a time', () => {
  it('is run once for each seed and observation, given that observation alone', async () => {
    const before = tf.memory().numTensors;
    const { rows, failures } = await run();
    expect(failures).toEqual([]);
    expect(inferred).toEqual([[[1, 0]], [[2, 0]], [[1, 0]], [[2, 0]]]);
    expect(
      rows.map(({ seed, observation, method, simulatorCalls }) => [seed, observation, method, simulatorCalls]),
    ).toEqual([1, 2].flatMap((seed) => [1, 2].map((k) => [seed, k, 'in rounds', 299])));
    expect(disposed).toBe(4);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on where it stopped, observation by observation, and tries again what failed', async () => {
    failsAt = 2;
    const { rows, failures } = await run({ seeds: [1] });
    expect(rows.map(({ observation }) => observation)).toEqual([1]);
    expect(failures.map(({ run: key, at }) => [key, at])).toEqual([
      ['gaussian-linear-2d/exact/in rounds/budget=300/seed=1/observation=2', 'training'],
    ]);
    failsAt = undefined;
    const left = missingRuns({ ...experiment, seeds: [1] }, openResults('demo'));
    expect(left.map(({ observation }) => observation)).toEqual([2]);
    inferred = [];
    expect((await run({ seeds: [1] })).rows).toHaveLength(2);
    expect(inferred).toEqual([[[2, 0]]]);
    expect(missingRuns({ ...experiment, seeds: [1] }, openResults('demo'))).toEqual([]);
    expect(openResults('demo').failures()).toEqual([]);
  });

  it('stands beside settings that are trained once for all observations', async () => {
    const amortised = pairsSetting({
      setting: 'amortised',
      methods: [{ method: 'exact' }],
      train: async () => ({ given: (xObs) => task.exactPosterior(xObs), dispose: () => {} }),
    });
    const both = { ...experiment, settings: [amortised, setting], seeds: [1] };
    const runs = missingRuns(both, openResults('demo'));
    expect(runs.map(({ key, cells }) => [key.split('/').slice(-2).join('/'), cells.length])).toEqual([
      ['budget=300/seed=1', 2],
      ['seed=1/observation=1', 1],
      ['seed=1/observation=2', 1],
    ]);
    expect((await run(both)).rows).toHaveLength(4);
  });

  it('takes the observations of the seed where none are numbered', async () => {
    await run({ observations: undefined });
    expect(inferred.map((xObs) => [xObs.length, xObs[0].length])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(inferred[0]).not.toEqual(inferred[1]);
  });

  it('is refused for several numbers of observations at once', async () => {
    await expect(run({ n: [1, 2] })).rejects.toThrow(
      /experiment n: expected one number of observations, received \[1, 2\]\. The setting "exact\/in rounds" trains/,
    );
    expect(() => posteriorSetting({ setting: 'a', method: 'b' } as never)).toThrow(/infer: expected a function/);
  });
});
