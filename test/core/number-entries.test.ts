import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { toTensor2D } from '../../lib/core/rows';
import { requireVector } from '../../lib/core/number-entries';
import { InvalidInputError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import { effectiveSampleSize } from '../../lib/mcmc/convergence';
import { c2st } from '../../lib/metrics/c2st';
import { slicedWasserstein } from '../../lib/metrics/sliced-wasserstein';
import { squaredMmd } from '../../lib/metrics/squared-mmd';
import { marginalPlot } from '../../lib/plots/marginal-plot';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { simulate } from '../../lib/simulation/simulate';
import { simulationsFrom } from '../../lib/simulation/simulations';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';

const strange: [string, unknown, RegExp][] = [
  ["the null of JSON's NaN", null, /null .*JSON writes NaN/],
  ['a numeric text', '1.5', /the text "1\.5" .*apply Number/],
  ['an empty text', '', /an empty text .*missing/],
  ['undefined', undefined, /undefined .*missing/],
  ['a boolean', true, /true .*Write 1 and 0/],
  ['a bigint', 3n, /the bigint 3n .*apply Number/],
  ['a Date', new Date(0), /a Date .*seconds/],
  ['a nested array', [1], /an array of 1 .*Write a number/],
  ['NaN', NaN, /NaN .*Leave such rows out/],
];

/** The message of the refusal of a call, sync or async. */
async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return (error as Error).message;
  }
  return expect.unreachable('nothing was refused');
}

describe('what is no number, in a table', () => {
  const before = tf.memory().numTensors;
  it.each(strange)('is refused with its row, its column and what to do: %s', async (_, value, message) => {
    const table = [
      [1, 2],
      [3, value],
    ] as number[][];
    const said = await refusal(() => toTensor2D(table, 'x'));
    expect(said).toMatch(message);
    expect(said).toMatch(/^x: expected finite numbers, received .* in row 1, column 1\./);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is refused where a row or an entry is a hole', async () => {
    const holes: number[] = [1, 2];
    delete holes[1];
    expect(await refusal(() => toTensor2D([[1, 2], holes], 'x'))).toMatch(/undefined in row 1, column 1/);
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    delete (rows as (number[] | undefined)[])[1];
    expect(await refusal(() => toTensor2D(rows, 'x'))).toMatch(/received undefined in place of row 1 of 3/);
    expect(await refusal(() => toTensor2D([[1, 2], null] as never, 'x'))).toMatch(/null in place of row 1/);
    expect(await refusal(() => toTensor2D([[], []], 'x'))).toMatch(/the shape \[2, 0\]/);
  });

  it('is refused in tensors: booleans, texts, and numbers that were disposed', async () => {
    const table = tf.tensor2d([[1, 0]], [1, 2], 'bool');
    expect(await refusal(() => toTensor2D(table, 'x'))).toMatch(/float32 or int32, received bool/);
    table.dispose();
    expect(await refusal(() => toTensor2D(table, 'x'))).toMatch(/received one that was disposed/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is told from what float32 cannot hold, and typed arrays are rows', async () => {
    expect(await refusal(() => toTensor2D([[1, 1e39]], 'x'))).toMatch(/1e\+39 in row 0, column 1\. Choose a unit/);
    expect(await refusal(() => toTensor2D([BigInt64Array.of(1n)] as never, 'x'))).toMatch(/the bigint 1n/);
    const table = toTensor2D([Float64Array.of(1, 2)] as never, 'x');
    expect(table.arraySync()).toEqual([[1, 2]]);
    table.dispose();
  });
});

describe('what is no number, in a vector', () => {
  it.each(strange)('is refused with its place: %s', async (_, value, message) => {
    expect(await refusal(() => requireVector('theta', [1, value], 2))).toMatch(message);
    expect(await refusal(() => requireVector('theta', value, 2))).toMatch(/an array of 2 finite numbers/);
  });
});

const task = gaussianLinear([1, 1]);
const good = [
  [1, 2],
  [3, 4],
  [2, 5],
];
const entries: [string, (bad: number[][]) => unknown][] = [
  ['simulationsFrom, theta', (bad) => simulationsFrom(bad, good)],
  ['simulationsFrom, x', (bad) => simulationsFrom(good, bad)],
  ['simulate, theta', (bad) => simulate(task, 3, { seed: 1, workers: 0, progress: false, theta: bad })],
  ['exactPosterior', (bad) => task.exactPosterior(bad)],
  ['squaredMmd', (bad) => squaredMmd(bad, good)],
  ['slicedWasserstein', (bad) => slicedWasserstein(good, bad)],
  ['c2st', (bad) => c2st(good, bad)],
  ['marginalPlot', (bad) => marginalPlot({ a: bad })],
];

describe('every entry of the library', () => {
  it.each(entries)('refuses what is no number, with row and column: %s', async (_, call) => {
    for (const [, value, message] of strange.filter(([, each]) => typeof each !== 'number')) {
      const said = await refusal(() =>
        call([
          [1, 2],
          [3, value],
          [2, 5],
        ] as number[][]),
      );
      expect(said).toMatch(message);
      expect(said).toMatch(/in row 1, column 1/);
    }
  });

  it.each(strange)('refuses it in vectors, with its place: %s', async (_, value, message) => {
    const vector = [0.5, value] as number[];
    expect(await refusal(() => drawObservations(task, 2, 1, vector))).toMatch(message);
    expect(await refusal(() => marginalPlot({ a: good }, { truth: vector }))).toMatch(message);
    expect(await refusal(() => effectiveSampleSize([[1, 2, 3, 4], [1, 2, 3, value] as number[]]))).toMatch(message);
    expect(await refusal(() => normal({ mean: vector }))).toMatch(/normal: mean/);
  });
});
