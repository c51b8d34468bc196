import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../../lib/core/errors';
import type { ResultRow } from '../../lib/records/result-row';
import type { Experiment, ExperimentSetting, Measure } from '../../lib/experiments/experiment';
import * as measures from '../../lib/experiments/measures';
import { missingRuns } from '../../lib/experiments/missing-runs';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { openResults } from '../../lib/io/records';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
const task = gaussianLinear([1, 1]);
const quiet = { progress: false };
let trainings: number[] = [];
let fault: (observation: number) => void | Promise<void> = () => {};
beforeEach(() => {
  trainings = [];
  fault = () => {};
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

/** Draws from the exact posterior; the observations hold their own number. */
const exactly: ExperimentSetting = {
  setting: 'exact',
  id: 'exact',
  methods: ['exact'],
  train: async (_, budget, { seed }) => {
    trainings.push(seed);
    return {
      simulatorCalls: budget,
      draw: async (_method, xObs, samples) => {
        await fault(xObs[0][0]);
        return task.exactPosterior(xObs).sample(samples, { seed: 7 });
      },
      dispose: () => {},
    };
  },
};
const firstColumn: Measure = {
  metric: 'first mean',
  measure: ({ truth }) => ({ value: tf.tidy(() => truth.mean(0).dataSync()[0]), standardError: null, spread: 2 }),
};
const numbered = (...numbers: number[]) => ({ numbers, xObs: (number: number) => [[number, 0]] });
const experiment: Experiment = {
  task,
  settings: [exactly],
  budgets: [100],
  seeds: [1],
  n: [1],
  observations: numbered(1, 2, 3),
  measures: [measures.squaredMmd({ samples: 20 }), firstColumn],
  truth: (xObs, samples, _seed, observation) => tf.fill([samples, 2], 10 * observation! + xObs[0][0]),
  samples: 50,
};
const names = (rows: readonly ResultRow[]): string[] =>
  rows.map(({ observation, metric }) => `${observation} ${metric}`).sort();
const both = (...numbers: number[]): string[] => numbers.flatMap((k) => [`${k} first mean`, `${k} squared MMD`]);
const keys = (): string[] =>
  readFileSync(join(openResults('demo').path, 'rows.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { run: string }).run);

describe('an experiment on numbered observations', () => {
  it('gives a row of each measure for each observation, of one training, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const { rows, failures } = await runExperiment(experiment, openResults('demo'), quiet);
    expect(failures).toEqual([]);
    expect(trainings).toEqual([1]);
    expect(names(rows)).toEqual(both(1, 2, 3));
    const means = rows.filter(({ metric }) => metric === 'first mean');
    expect(means.map(({ observation, n, value, spread }) => [observation, n, value, spread])).toEqual([
      [1, 1, 11, 2],
      [2, 1, 22, 2],
      [3, 1, 33, 2],
    ]);
    expect(rows.filter(({ metric }) => metric === 'squared MMD').every((row) => !('spread' in row))).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    await runExperiment(experiment, openResults('demo'), quiet);
    expect(trainings).toEqual([1]);
  });

  it('keeps the rows of each observation as it is done, and goes on after the last of them', async () => {
    const controller = new AbortController();
    let stopped = false;
    fault = (observation) => {
      if (observation !== 3) return;
      stopped = true;
      controller.abort();
    };
    const measured = { ...experiment, measures: [...experiment.measures!, throwing(() => stopped)] };
    await expect(runExperiment(measured, openResults('demo'), { signal: controller.signal, ...quiet })).rejects.toThrow(
      InterruptedError,
    );
    expect(openResults('demo').rows()).toHaveLength(2 * 3);
    fault = () => {};
    stopped = false;
    const judged: (number | undefined)[] = [];
    const truth: Experiment['truth'] = (...asked) => (judged.push(asked[3]), experiment.truth!(...asked));
    expect((await runExperiment({ ...measured, truth }, openResults('demo'), quiet)).rows).toHaveLength(3 * 3);
    expect(judged).toEqual([3]);
    expect(trainings).toEqual([1, 1]);
  });

  it('repeats the training for new observations, and for new measures of old ones', async () => {
    await runExperiment(
      { ...experiment, observations: numbered(2), measures: [firstColumn] },
      openResults('demo'),
      quiet,
    );
    const { rows } = await runExperiment(experiment, openResults('demo'), quiet);
    expect(names(rows)).toEqual(both(1, 2, 3));
    expect(openResults('demo').rows()).toHaveLength(6);
    expect(keys()).toEqual([
      'gaussian-linear-2d/exact/budget=100/seed=1',
      'gaussian-linear-2d/exact/budget=100/seed=1/and exact/n=1/observation=1/squared MMD+first mean',
      'gaussian-linear-2d/exact/budget=100/seed=1/and exact/n=1/observation=2/squared MMD',
      'gaussian-linear-2d/exact/budget=100/seed=1/and exact/n=1/observation=3/squared MMD+first mean',
    ]);
  });

  it('may be run by two processes at once, which lose nothing and keep nothing twice', async () => {
    const other = async (numbers: Experiment['observations']) =>
      void (await runExperiment({ ...experiment, observations: numbers }, openResults('demo'), quiet));
    fault = (observation) => {
      fault = () => {};
      return other(numbered(observation, 3));
    };
    await runExperiment({ ...experiment, observations: numbered(1, 2) }, openResults('demo'), quiet);
    expect(names(openResults('demo').rows())).toEqual(both(1, 2, 3));
    expect(missingRuns(experiment, openResults('demo'))).toEqual([]);
  });

  it('tries again what failed, and the failures are gone where that ends well', async () => {
    fault = (observation) => {
      if (observation !== 2) throw new Error(`at ${observation}`);
    };
    const { rows, failures } = await runExperiment(experiment, openResults('demo'), quiet);
    expect(names(rows)).toEqual(both(2));
    expect(failures.map(({ at }) => at)).toEqual(['exact, n = 1, observation 1', 'exact, n = 1, observation 3']);
    expect(missingRuns(experiment, openResults('demo'))).toHaveLength(1);
    fault = () => {};
    expect((await runExperiment(experiment, openResults('demo'), quiet)).rows).toHaveLength(6);
    expect(openResults('demo').failures()).toEqual([]);
  });

  it('keeps a measure that is no number as a failure', async () => {
    const wrong: Measure = { metric: 'wrong', measure: () => ({ value: NaN, standardError: null }) };
    const plan = { ...experiment, observations: numbered(1), measures: [wrong] };
    const { failures } = await runExperiment(plan, openResults('demo'), quiet);
    expect(failures[0].error.message).toMatch(/^The wrong is NaN: the draws reach \d/);
  });

  it('is refused for invalid or repeated numbers and measures', async () => {
    const refused = (part: Partial<Experiment>, message: string) =>
      expect(runExperiment({ ...experiment, ...part }, openResults('demo'))).rejects.toThrow(message);
    await refused(
      { observations: numbered() },
      'observations: expected positive whole numbers, at least one, received none.',
    );
    await refused({ observations: numbered(0) }, 'received 0 at 0.');
    await refused(
      { observations: numbered(1, 1) },
      'experiment observations: expected each number once, received 1 twice.',
    );
    await refused(
      { measures: [] },
      'experiment measures: expected at least one measure, each with a name, received none.',
    );
    await refused({ measures: [firstColumn, firstColumn] }, 'received first mean twice.');
    expect(() => measures.squaredMmd({ samples: 1 })).toThrow('samples: expected a whole number of at least 2');
    expect(trainings).toEqual([]);
  });

  it('fails before its training where an observation has fewer rows than n', async () => {
    const { failures } = await runExperiment({ ...experiment, n: [1, 2] }, openResults('demo'), quiet);
    expect(failures.map(({ at, error }) => `${at}: ${error.message}`)).toEqual([
      'the observations: experiment observations: number 1: expected at least 2 rows, the largest n, received 1.',
    ]);
    expect(trainings).toEqual([]);
  });
});

/** A measure that ends the work where `when` holds, as C2ST does on an interrupt. */
function throwing(when: () => boolean): Measure {
  return {
    metric: 'interruptible',
    measure: () => {
      if (when()) throw new Error('stopped');
      return { value: 0, standardError: 0 };
    },
  };
}
