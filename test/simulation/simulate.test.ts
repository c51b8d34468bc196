import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { uniform } from '../../lib/distributions/uniform';
import { simulate, type SimulateOptions } from '../../lib/simulation/simulate';
import { SimulationError } from '../../lib/simulation/simulation-error';
import { batchedSimulator, defineSimulator } from '../../lib/simulation/simulator';
import { bytesOf, modelOf, selfContained } from '../tasks/fixtures';
import { failure, here } from './failure';

describe('simulate', () => {
  it('gives parameters from the prior and the data of each', async () => {
    const sims = await simulate(
      modelOf(([a, b]) => [a + b, a, 2]),
      50,
      here,
    );
    expect([sims.theta.shape, sims.x.shape, sims.calls, sims.dropped]).toEqual([[50, 2], [50, 3], 50, 0]);
    const expected = priorSamples(normal({ mean: [0, 0] }), 50, 1);
    const { theta, x } = bytesOf(sims);
    expect(theta).toEqual(Array.from(expected.dataSync()));
    expected.dispose();
    for (let i = 0; i < 50; i++)
      expect(x.slice(3 * i, 3 * i + 3)).toEqual([Math.fround(theta[2 * i] + theta[2 * i + 1]), theta[2 * i], 2]);
  });

  it('depends on the seed and the item only', async () => {
    const model = modelOf(selfContained);
    const long = bytesOf(await simulate(model, 40, here));
    const short = bytesOf(await simulate(model, 10, here));
    const other = bytesOf(await simulate(model, 10, { ...here, seed: 2 }));
    expect(long.x.slice(0, 30)).toEqual(short.x);
    expect(other.x).not.toEqual(short.x);
  });

  it('gives each item its own noise, with the moments of the simulator', async () => {
    const n = 20_000;
    const { theta, x } = bytesOf(
      await simulate(
        modelOf(([a], rng) => [a + rng.normal(0, 2)]),
        n,
        here,
      ),
    );
    const noise = x.map((value, i) => value - theta[2 * i]);
    const mean = noise.reduce((sum, value) => sum + value, 0) / n;
    const variance = noise.reduce((sum, value) => sum + value * value, 0) / n;
    const cross = noise.reduce((sum, value, i) => sum + value * theta[2 * i], 0) / n;
    const neighbours = noise.slice(1).reduce((sum, value, i) => sum + value * noise[i], 0) / n;
    expect(Math.abs(mean)).toBeLessThan((4 * 2) / Math.sqrt(n));
    expect(Math.abs(variance - 4)).toBeLessThan(4 * 4 * Math.sqrt(2 / n));
    expect(Math.abs(cross)).toBeLessThan((4 * 2) / Math.sqrt(n));
    expect(Math.abs(neighbours)).toBeLessThan((4 * 4) / Math.sqrt(n));
  });

  it('simulates at given parameters', async () => {
    const sims = await simulate(
      modelOf(([a, b]) => [a - b]),
      2,
      {
        ...here,
        theta: [
          [3, 1],
          [5, 5],
        ],
      },
    );
    expect(bytesOf(sims)).toEqual({ theta: [3, 1, 5, 5], x: [2, 0] });
    await expect(simulate(modelOf(selfContained), 3, { ...here, theta: [[1, 2]] })).rejects.toThrow(/3 rows/);
    await expect(simulate(modelOf(selfContained), 1, { ...here, theta: [[1, 2, 3]] })).rejects.toThrow(
      InvalidInputError,
    );
  });

  it('takes typed arrays, constants and batches, whose boundaries do not depend on n', async () => {
    const shift = defineSimulator(([a], _rng, { by }) => Float64Array.of(a + by), { by: 10 });
    const { theta, x } = bytesOf(await simulate(modelOf(shift), 3, here));
    expect(x).toEqual([0, 2, 4].map((i) => Math.fround(theta[i] + 10)));
    const sizes: number[] = [];
    const batched = batchedSimulator(
      (thetas, rng) => (sizes.push(thetas.length), thetas.map(([a]) => [a, rng.normal()])),
      { batchSize: 8 },
    );
    const long = bytesOf(await simulate(modelOf(batched), 20, here));
    expect(sizes).toEqual([8, 8, 4]);
    expect(bytesOf(await simulate(modelOf(batched), 8, here)).x).toEqual(long.x.slice(0, 16));
    expect(() => batchedSimulator(() => [], { batchSize: 0 })).toThrow(InvalidInputError);
    expect(() => defineSimulator(null as never, {})).toThrow(InvalidInputError);
  });

  it('takes a bounded prior and keeps its draws inside', async () => {
    const sims = await simulate({ prior: uniform({ lower: [0.1], upper: [0.3] }), simulator: ([a]) => [a] }, 500, here);
    const { x } = bytesOf(sims);
    expect(Math.min(...x)).toBeGreaterThanOrEqual(Math.fround(0.1));
    expect(Math.max(...x)).toBeLessThanOrEqual(Math.fround(0.3));
  });
});

describe('the types of simulate', () => {
  it('refuse a missing seed, a wrong simulator and a wrong option at compile time', () => {
    const misuse = [
      // @ts-expect-error the seed is required
      () => simulate(modelOf(selfContained), 5, {}),
      // @ts-expect-error a simulator gives numbers
      () => modelOf(() => ['a']),
      // @ts-expect-error no such way with NaN
      () => simulate(modelOf(selfContained), 5, { ...here, invalid: 'keep' }),
    ];
    expect(misuse).toHaveLength(3);
  });
});

describe('simulate refuses', () => {
  it.each<[string, unknown, unknown, unknown, RegExp]>([
    ['n = 0', modelOf(selfContained), 0, here, /n: expected a positive whole number.*received 0/],
    ['a fraction', modelOf(selfContained), 1.5, here, /received 1\.5/],
    ['a missing seed', modelOf(selfContained), 5, undefined, /seed.*undefined/],
    ['negative workers', modelOf(selfContained), 5, { ...here, workers: -1 }, /workers/],
    ['an unknown way with NaN', modelOf(selfContained), 5, { ...here, invalid: 'ignore' }, /invalid.*ignore/],
    [
      'a simulator that is not a function',
      { prior: normal({ mean: 0 }), simulator: 3 },
      5,
      here,
      /simulator.*received 3/,
    ],
    [
      'a prior of wrong draws',
      { prior: { ...normal({ mean: [0, 0] }), sample: () => [1] }, simulator: selfContained },
      5,
      here,
      /prior\.sample/,
    ],
    ['no model', undefined, 5, here, /simulator/],
  ])('%s before it starts', async (_, model, n, options, message) => {
    const attempt = simulate(model as never, n as number, options as SimulateOptions);
    await expect(attempt).rejects.toThrow(InvalidInputError);
    await expect(attempt).rejects.toThrow(message);
  });

  it.each<[string, unknown, RegExp]>([
    ['a number', 3, /returned the number 3 at item 0.*array of numbers/],
    ['nothing', undefined, /returned undefined/],
    ['an empty array', [], /no numbers/],
    ['text', ['a'], /returned the string "a" as value 0/],
    ['a promise', Promise.resolve([1]), /Promise \(simulators\.asynchronous\(fn\) takes/],
    ['an object', { dataSync: () => [1] }, /a Object/],
  ])('%s as data', async (_, value, message) => {
    const error = await failure(() => value as number[]);
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(message);
  });

  it('data of another length, with the item, its theta and what was done', async () => {
    let calls = 0;
    const error = await failure(() => (calls++ === 7 ? [1, 2] : [1]));
    expect(error.message).toMatch(
      /returned 2 numbers where other items have 1 at item 7, theta \[-?[\d.]+, -?[\d.]+\]/,
    );
    expect([error.partial!.calls, error.partial!.dropped]).toEqual([8, 1]);
    expect(bytesOf(error.partial!).x).toEqual(new Array(7).fill(1));
  });

  it('a batch with rows missing', async () => {
    expect((await failure(batchedSimulator(() => [[1]]))).message).toMatch(/1 rows for a batch of 20/);
    expect((await failure(batchedSimulator(() => null as never))).message).toMatch(/returned null for a batch/);
  });

  it('a simulator that throws, with the item and the cause', async () => {
    let calls = 0;
    const error = await failure(() => {
      if (calls++ === 3) throw new RangeError('too far');
      return [0];
    });
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(/threw "RangeError: too far" at item 3, theta \[/);
    expect((error.cause as Error).message).toBe('too far');
  });
});
