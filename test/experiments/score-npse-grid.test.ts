import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { runScoreNpseGrid, type ScoreNpseGrid } from '../../lib/experiments/score-npse-grid';
import { openResults } from '../../lib/io/records';
import { gaussianTransitions } from '../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
const levels = vpLevels({ count: 10 });
const one = { method: 'A2', sampler: gaussianTransitions(), levels };
const two = { method: 'PC', sampler: predictorCorrector(), levels };
const training = { maxEpochs: 1, network: { width: 4, hidden: 1, timeEmbedding: 2 } };
const exact = gaussianLinear([1, 1]);
let simulated = 0;
const task = {
  ...exact,
  simulator: ([a, b]: readonly number[], rng: { normal(): number }) => (
    simulated++,
    [a + rng.normal(), b + rng.normal()]
  ),
};
const grid: ScoreNpseGrid = {
  task,
  settings: [{ setting: 'small', training, methods: [one] }],
  budgets: [100],
  seeds: [1, 2],
  n: [1, 2],
  samples: 50,
};
const names = (rows: readonly { method: string; n: number; seed: number }[]): string[] =>
  rows.map(({ method, n, seed }) => `${method} n=${n} seed=${seed}`).sort();

/** How many training runs `work` made, told by its simulator calls. */
async function runsOf(work: () => Promise<unknown>): Promise<number> {
  const before = simulated;
  await work();
  return Math.floor((simulated - before) / 100);
}

describe('runScoreNpseGrid', () => {
  it('gives a row for each method, n, budget and seed, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const rows = await runScoreNpseGrid(
      { ...grid, settings: [{ setting: 'small', training, methods: [one, two] }] },
      openResults('demo'),
      { progress: false },
    );
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
      });
      expect(Math.abs(row.value)).toBeLessThan(2);
      expect(row.seconds).toBeGreaterThan(0);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('runs nothing again, under keys that stay', async () => {
    const results = openResults('demo');
    expect(await runsOf(() => runScoreNpseGrid(grid, results, { progress: false }))).toBe(2);
    expect([1, 2].map((seed) => results.has(`gaussian-linear-2d/small/budget=100/seed=${seed}`))).toEqual([true, true]);
    const first = results.rows();
    expect(
      await runsOf(async () =>
        expect(await runScoreNpseGrid(grid, openResults('demo'), { progress: false })).toEqual(first),
      ),
    ).toBe(0);
  });

  it('runs what a larger grid misses, and gives the rows that were asked for only', async () => {
    const results = openResults('demo');
    await runScoreNpseGrid({ ...grid, seeds: [1] }, results, { progress: false });
    const larger = { ...grid, n: [1, 2, 3], settings: [{ setting: 'small', training, methods: [one, two] }] };
    let rows: Awaited<ReturnType<typeof runScoreNpseGrid>> = [];
    expect(await runsOf(async () => void (rows = await runScoreNpseGrid(larger, results, { progress: false })))).toBe(
      2,
    );
    expect(names(rows)).toEqual(
      [1, 2]
        .flatMap((seed) => ['A2', 'PC'].flatMap((method) => [1, 2, 3].map((n) => `${method} n=${n} seed=${seed}`)))
        .sort(),
    );
    expect(names(await runScoreNpseGrid({ ...grid, seeds: [2], n: [3] }, results, { progress: false }))).toEqual([
      'A2 n=3 seed=2',
    ]);
    expect(results.rows()).toHaveLength(12);
  });

  it('keeps the finished runs where it is interrupted, and goes on from there', async () => {
    const results = openResults('demo');
    const controller = new AbortController();
    const before = tf.memory().numTensors;
    const stopAfterFirst = {
      ...results,
      append: (...run: Parameters<typeof results.append>) => (results.append(...run), controller.abort()),
    };
    const error = await runScoreNpseGrid(grid, stopAfterFirst, { signal: controller.signal, progress: false }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(InterruptedError);
    (error as InterruptedError<{ dispose(): void } | undefined>).partial?.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(names(results.rows())).toEqual(['A2 n=1 seed=1', 'A2 n=2 seed=1']);
    expect(await runsOf(() => runScoreNpseGrid(grid, results, { progress: false }))).toBe(1);
    expect(results.rows()).toHaveLength(4);
  });

  it('refuses empty axes, and budgets and n that are none, before work', async () => {
    const results = openResults('demo');
    const runs = await runsOf(async () => {
      for (const axis of ['settings', 'budgets', 'seeds', 'n'] as const)
        await expect(runScoreNpseGrid({ ...grid, [axis]: [] }, results)).rejects.toThrow(`grid ${axis}`);
      for (const n of [0, -1, 1.5])
        await expect(runScoreNpseGrid({ ...grid, n: [1, n] }, results)).rejects.toThrow(InvalidInputError);
      await expect(runScoreNpseGrid({ ...grid, budgets: [0] }, results)).rejects.toThrow(/budgets/);
    });
    expect(runs).toBe(0);
  });
});
