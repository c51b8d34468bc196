import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../lib/core/errors';
import type { ResultRow } from '../../lib/records/result-row';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import type { DrawMethod } from '../../lib/experiments/estimator-setting';
import type { Experiment, ExperimentSetting } from '../../lib/experiments/experiment';
import { missingRuns } from '../../lib/experiments/missing-runs';
import * as paper001 from '../../lib/studies/paper-001';
import { runExperiment, type ExperimentOutcome } from '../../lib/experiments/run-experiment';
import { pairsSetting } from '../../lib/experiments/pairs-setting';
import { setsSetting } from '../../lib/experiments/sets-setting';
import { flowNpe } from '../../lib/inference/density/flow-npe';
import { npse } from '../../lib/inference/score/npse';
import { denoisingNetwork } from '../../lib/nn/score/denoising-network';
import { openResults } from '../../lib/io/records';
import { gaussianTransitions } from '../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
const levels = vpLevels({ count: 10 });
const one = { method: 'A2', sampler: gaussianTransitions({ levels }) };
const two = { method: 'PC', sampler: predictorCorrector({ levels }) };
const network = denoisingNetwork({ width: 4, hidden: 1, blocks: 1 });
/** A setting that really trains. */
const npseSetting = (methods: DrawMethod[], maxEpochs = 1): ExperimentSetting =>
  pairsSetting({
    setting: 'small',
    smallestBudget: 32,
    methods,
    train: (pairs, options) =>
      npse.train(pairs, { network, emulated: 0, fit: { maxEpochs, batchSize: 32 }, ...options }),
  });
const exact = gaussianLinear([1, 1]);
/** A setting that simulates, and has the exact posterior for its pains. */
const small = (methods: DrawMethod[]): ExperimentSetting =>
  pairsSetting({
    setting: 'small',
    smallestBudget: 32,
    methods,
    train: async () => ({ given: (xObs) => exact.exactPosterior(xObs), dispose: () => {} }),
  });
let simulated = 0;
const task = {
  ...exact,
  simulator: ([a, b]: readonly number[], rng: { normal(): number }) => (
    simulated++,
    [a + rng.normal(), b + rng.normal()]
  ),
};
const experiment: Experiment = {
  task,
  settings: [small([one])],
  budgets: [100],
  seeds: [1, 2],
  n: [1, 2],
  samples: 50,
};
const quiet = { progress: false };
const names = (rows: readonly { method: string; n: number; seed: number }[]): string[] =>
  rows.map(({ method, n, seed }) => `${method} n=${n} seed=${seed}`).sort();
const timeless = (rows: readonly ResultRow[]): object[] => rows.map(({ seconds: _, ...row }) => row);
const key = (seed: number): string => `gaussian-linear-2d/small/budget=100/seed=${seed}`;

/** How many training runs `work` made, told by its simulator calls. */
async function runsOf(work: () => Promise<unknown>): Promise<number> {
  const before = simulated;
  await work();
  return Math.floor((simulated - before) / 100);
}

/** A setting that draws from the exact posterior where `fault` lets it. */
function exactSetting(fault: (stage: string, seed: number) => void, methods = ['exact']): ExperimentSetting {
  return {
    setting: 'exact',
    id: 'exact',
    methods,
    train: async (_, budget, { seed }) => {
      fault('training', seed);
      return {
        simulatorCalls: budget - 1,
        draw: async (method, xObs, samples, options) => {
          fault(`${method}, n = ${xObs.length}`, options.seed);
          return exact.exactPosterior(xObs).sample(samples, { seed: options.seed + 1000 });
        },
        dispose: () => fault('dispose', seed),
      };
    },
  };
}

describe('runExperiment', () => {
  it('gives a row for each method, n, budget and seed, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const { rows, failures } = await runExperiment(
      { ...experiment, settings: [npseSetting([one, two])] },
      openResults('demo'),
      quiet,
    );
    expect(failures).toEqual([]);
    expect(names(rows)).toEqual(
      [1, 2]
        .flatMap((seed) => ['A2', 'PC'].flatMap((method) => [1, 2].map((n) => `${method} n=${n} seed=${seed}`)))
        .sort(),
    );
    for (const row of rows) {
      expect(row).toMatchObject({
        task: 'gaussian-linear-2d',
        setting: 'small',
        budget: 100,
        metric: 'squared MMD',
        standardError: null,
        simulatorCalls: 100,
      });
      expect(Math.abs(row.value)).toBeLessThan(2);
      expect(row.seconds).toBeGreaterThan(0);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('runs nothing again, under keys that stay', async () => {
    const results = openResults('demo');
    expect(await runsOf(() => runExperiment(experiment, results, quiet))).toBe(2);
    expect([1, 2].map((seed) => results.has(key(seed)))).toEqual([true, true]);
    const first = results.rows();
    expect(
      await runsOf(async () =>
        expect((await runExperiment(experiment, openResults('demo'), quiet)).rows).toEqual(first),
      ),
    ).toBe(0);
  });

  it('runs what a larger experiment misses, and gives the rows that were asked for only', async () => {
    const results = openResults('demo');
    await runExperiment({ ...experiment, seeds: [1] }, results, quiet);
    const larger = { ...experiment, n: [1, 2, 3], settings: [small([one, two])] };
    let rows: readonly ResultRow[] = [];
    expect(await runsOf(async () => void ({ rows } = await runExperiment(larger, results, quiet)))).toBe(2);
    expect(names(rows)).toEqual(
      [1, 2]
        .flatMap((seed) => ['A2', 'PC'].flatMap((method) => [1, 2, 3].map((n) => `${method} n=${n} seed=${seed}`)))
        .sort(),
    );
    expect(names((await runExperiment({ ...experiment, seeds: [2], n: [3] }, results, quiet)).rows)).toEqual([
      'A2 n=3 seed=2',
    ]);
    expect(results.rows()).toHaveLength(12);
  });

  it('goes on where it was interrupted, to the rows of an experiment that was not', async () => {
    const three = { ...experiment, seeds: [1, 2, 3] };
    const whole = openResults('whole');
    await runExperiment(three, whole, quiet);
    const results = openResults('demo');
    const controller = new AbortController();
    const before = tf.memory().numTensors;
    const stopAfterFirst = {
      ...results,
      append: (...run: Parameters<typeof results.append>) => (results.append(...run), controller.abort()),
    };
    const error = await runExperiment(three, stopAfterFirst, { signal: controller.signal, ...quiet }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InterruptedError);
    const { message, partial } = error as InterruptedError<ExperimentOutcome>;
    expect(message).toContain('after 1 of 3 runs');
    expect(names(partial!.rows)).toEqual(['A2 n=1 seed=1', 'A2 n=2 seed=1']);
    expect(partial!.failures).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
    expect(await runsOf(() => runExperiment(three, results, quiet))).toBe(2);
    expect(timeless(results.rows())).toEqual(timeless(whole.rows()));
  });

  it('loses the run in progress only, and no tensor, where it is interrupted within a training', async () => {
    const results = openResults('demo');
    const controller = new AbortController();
    const before = tf.memory().numTensors;
    const setting = npseSetting([one], 20_000);
    const stopped = runExperiment({ ...experiment, settings: [setting] }, results, {
      signal: controller.signal,
      ...quiet,
    }).catch((reason: unknown) => reason);
    setTimeout(() => controller.abort(), 300);
    expect(await stopped).toBeInstanceOf(InterruptedError);
    expect(results.rows()).toEqual([]);
    expect(results.failures()).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes a truth other than the exact posterior', async () => {
    const asked: string[] = [];
    const { rows } = await runExperiment(
      {
        ...experiment,
        task: { name: 'mine', prior: exact.prior, simulator: exact.simulator },
        settings: [exactSetting(() => {})],
        seeds: [1],
        truth: async (xObs, samples, seed) => {
          asked.push(`${xObs.length} ${samples} ${seed}`);
          return tf.fill([samples, 2], 50) as tf.Tensor2D;
        },
      },
      openResults('demo'),
      quiet,
    );
    expect(asked).toEqual(['1 50 1', '2 50 1']);
    expect(rows.map(({ simulatorCalls }) => simulatorCalls)).toEqual([99, 99]);
    for (const { value } of rows) expect(value).toBeGreaterThan(0.5);
  });
});

describe('a run that fails', () => {
  let warnings: string[] = [];
  beforeEach(() => {
    warnings = [];
    vi.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text));
  });
  afterEach(() => vi.restoreAllMocks());

  it('is kept with its error and told at the end, the others are run, and it is tried again', async () => {
    const results = openResults('demo');
    const before = tf.memory().numTensors;
    let broken = true;
    const setting = exactSetting((stage, seed) => {
      if (broken && stage === 'training' && seed === 1)
        throw new NonFiniteError('Training left the finite numbers in epoch 3.', tf.scalar(1));
    });
    const { rows, failures } = await runExperiment({ ...experiment, settings: [setting] }, results, quiet);
    const failure = {
      run: 'gaussian-linear-2d/exact/budget=100/seed=1',
      at: 'training',
      error: { name: 'NonFiniteError', message: 'Training left the finite numbers in epoch 3.' },
    };
    expect(names(rows)).toEqual(['exact n=1 seed=2', 'exact n=2 seed=2']);
    expect(failures).toEqual([failure]);
    expect(openResults('demo').failures()).toEqual([failure]);
    expect(JSON.parse(readFileSync(join(results.path, 'rows.jsonl'), 'utf8').split('\n')[0])).toEqual(failure);
    expect(warnings).toEqual([
      expect.stringContaining(`1 of 2 runs failed; the next call tries them again.\n  ${failure.run}, at training`),
    ]);
    expect(tf.memory().numTensors).toBe(before);
    broken = false;
    const again = await runExperiment({ ...experiment, settings: [setting] }, results, quiet);
    expect(again.failures).toEqual([]);
    expect(again.rows).toHaveLength(4);
    expect(results.failures()).toEqual([]);
  });

  it('in a draw keeps the rows of its other draws, and only that draw is missing', async () => {
    const results = openResults('demo');
    const before = tf.memory().numTensors;
    let broken = true;
    const setting = exactSetting(
      (stage, seed) => {
        if (broken && stage === 'first, n = 2' && seed === 1) throw new Error('at level 17');
      },
      ['first', 'second'],
    );
    const plan = { ...experiment, settings: [setting] };
    const { rows, failures } = await runExperiment(plan, results, quiet);
    expect(rows).toHaveLength(7);
    expect(failures).toEqual([
      {
        run: 'gaussian-linear-2d/exact/budget=100/seed=1/and first/n=2',
        at: 'first, n = 2',
        error: { name: 'Error', message: 'at level 17' },
      },
    ]);
    expect(missingRuns(plan, results).map((run) => ({ key: run.key, cells: run.cells }))).toEqual([
      { key: failures[0].run, cells: [{ method: 'first', n: 2 }] },
    ]);
    expect(tf.memory().numTensors).toBe(before);
    broken = false;
    expect((await runExperiment(plan, results, quiet)).rows).toHaveLength(8);
    expect(results.failures()).toEqual([]);
  });

  it('by draws that have run away is kept, too, since its distance is no number', async () => {
    const setting = {
      ...exactSetting(() => {}),
      train: async () => ({
        simulatorCalls: 100,
        draw: async (_: string, xObs: number[][], samples: number) =>
          tf.fill([samples, 2], xObs.length === 2 ? 1e30 : 0) as tf.Tensor2D,
        dispose: () => {},
      }),
    };
    const { rows, failures } = await runExperiment(
      { ...experiment, settings: [setting], seeds: [1] },
      openResults('demo'),
      quiet,
    );
    expect(names(rows)).toEqual(['exact n=1 seed=1']);
    expect(failures[0].error.name).toBe('NonFiniteError');
    expect(failures[0].error.message).toContain('the draws reach 1.00e+30 in size');
  });

  it('is told from an interrupt, whatever was thrown', async () => {
    const results = openResults('demo');
    const controller = new AbortController();
    const setting = exactSetting((stage) => {
      if (stage !== 'training') return;
      controller.abort();
      throw new Error('the connection was closed');
    });
    await expect(
      runExperiment({ ...experiment, settings: [setting] }, results, { signal: controller.signal, ...quiet }),
    ).rejects.toThrow(InterruptedError);
    expect(results.failures()).toEqual([]);
  });
});

describe('an experiment that could not be run', () => {
  const results = () => openResults('demo');
  const refused = (part: Partial<Experiment>) => expect(runExperiment({ ...experiment, ...part }, results())).rejects;

  it('is refused before work: empty axes, repeats, and invalid numbers', async () => {
    const runs = await runsOf(async () => {
      for (const axis of ['settings', 'budgets', 'seeds', 'n'] as const)
        await refused({ [axis]: [] }).toThrow(`experiment ${axis}: expected at least one entry, received none.`);
      for (const n of [0, -1, 1.5, NaN]) await refused({ n: [1, n] }).toThrow(InvalidInputError);
      await refused({ n: [0] }).toThrow('experiment n: expected positive whole numbers, received 0 at 0.');
      await refused({ budgets: [0] }).toThrow(/budgets/);
      await refused({ seeds: [1.5] }).toThrow(/seeds/);
      await refused({ seeds: [1, 2, 1] }).toThrow('experiment seeds: expected each number once, received 1 twice.');
      await refused({ samples: 1 }).toThrow(/samples/);
    });
    expect(runs).toBe(0);
  });

  it('is refused for budgets below a batch, and for settings that cannot be told apart', async () => {
    await refused({ budgets: [100, 31] }).toThrow(
      'experiment budgets: expected at least 32 simulator calls, the fewest that the setting "small" trains from, ' +
        'received 31. Take a larger budget, or a setting that trains from fewer.',
    );
    await refused({ settings: [small([one]), small([two])] }).toThrow(
      'experiment settings: expected a different id for each, received small twice.',
    );
    await refused({ settings: [small([one]), { ...small([one]), id: 'other' }] }).toThrow(
      'experiment methods: expected each method once in a setting, since rows are told apart by it, ' +
        'received small / A2 twice.',
    );
    await refused({ settings: [small([])] }).toThrow(
      'experiment setting "small": expected a name, an id and at least one method',
    );
  });

  it('is refused for a task without a truth', async () => {
    await refused({ task: { name: 'mine', prior: exact.prior, simulator: exact.simulator } }).toThrow(
      /experiment truth: expected a function .* since the task mine has no exact posterior, received none\. Draw them/,
    );
  });
});

describe('pairsSetting', () => {
  it('has a whole batch as its smallest budget, and knows its methods only', async () => {
    const train = (): Promise<never> => Promise.reject(new Error('not trained'));
    expect(pairsSetting({ setting: 'a', methods: [one], train }).smallestBudget).toBe(256);
    const options = { seed: 1, signal: new AbortController().signal };
    const trained = await small([one]).train(task, 100, options);
    await expect(trained.draw('PC', [[1, 2]], 10, options)).rejects.toThrow(
      'setting "small": method: expected A2, received PC.',
    );
    trained.dispose();
  });
});

describe('setsSetting', () => {
  it('trains a flow on sets within the budget, beside Score NPE in the same setting', async () => {
    const before = tf.memory().numTensors;
    const fit = { maxEpochs: 1, batchSize: 32 };
    const flow = setsSetting({
      setting: 'small',
      method: 'Flow NPE',
      smallestBudget: 32,
      train: (sets, options) => flowNpe.train(sets, { network: { width: 4 }, fit, ...options }),
    });
    const results = openResults('demo');
    const { rows } = await runExperiment(
      { ...experiment, settings: [npseSetting([one]), flow], seeds: [1] },
      results,
      quiet,
    );
    expect(names(rows)).toEqual(['A2 n=1 seed=1', 'A2 n=2 seed=1', 'Flow NPE n=1 seed=1', 'Flow NPE n=2 seed=1']);
    expect(results.has('gaussian-linear-2d/small/Flow NPE/budget=100/seed=1')).toBe(true);
    for (const { method, simulatorCalls } of rows) if (method === 'Flow NPE') expect(simulatorCalls).toBe(100);
    const options = { seed: 1, signal: AbortSignal.abort() };
    const trained = await flow.train(task, 100, { ...options, signal: new AbortController().signal });
    await expect(trained.draw('A2', [[1, 2]], 10, options)).rejects.toThrow('expected Flow NPE, received A2.');
    await expect(trained.draw('Flow NPE', [[1, 2]], 10, options)).rejects.toThrow(InterruptedError);
    trained.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("the paper's experiments", () => {
  it('know the rows that were committed before', () => {
    const kept = join(__dirname, '..', '..', 'results');
    vi.stubEnv('SCOREBOOK_RESULTS', kept);
    const results = openResults('01-gaussian-10d');
    const settings = ['paper', 'scorebook'] as const;
    expect(
      missingRuns(paper001.gaussian10d({ settings, seeds: [1, 2, 3, 4, 5], budgets: [1000, 10_000] }), results),
    ).toEqual([]);
    for (const row of results.rows()) expect(row.simulatorCalls).toBe(row.budget);
  });

  it("are the paper's numbers of runs, on both tasks, and trials have names of their own", () => {
    const results = openResults('demo');
    const [gaussian, mixture] = paper001.experiments();
    expect([gaussian, mixture].map(({ notebook, experiment }) => [notebook, experiment.task.name])).toEqual([
      ['01-gaussian-10d', 'gaussian-10d'],
      ['02-mixture-10d', 'mixture-10d'],
    ]);
    expect(missingRuns(gaussian.experiment, results)).toHaveLength(3 * 4 * 40);
    const trial = paper001.mixture10d({ seeds: [1], budgets: [1000], settings: ['paper'], suffix: ', quick' });
    expect(missingRuns(trial, results).map(({ key, cells }) => `${key} ${cells.length}`)).toEqual([
      'mixture-10d/paper, quick/budget=1000/seed=1 16',
    ]);
  });
});
