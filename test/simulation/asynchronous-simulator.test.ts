import '@tensorflow/tfjs-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../lib/core/errors';
import { asynchronousSimulator } from '../../lib/simulation/asynchronous-simulator';
import { simulate } from '../../lib/simulation/simulate';
import { simulateSets } from '../../lib/simulation/simulate-sets';
import type { Simulations } from '../../lib/simulation/simulations';
import type { Simulator } from '../../lib/simulation/simulator';
import { bytesOf, modelOf, selfContained } from '../tasks/fixtures';
import { failure } from './failure';

const quiet = { seed: 5, progress: false } as const;
const plain = selfContained as Simulator;
let warn: ReturnType<typeof vi.spyOn>;
beforeEach(() => void (warn = vi.spyOn(console, 'warn').mockImplementation(() => {})));
afterEach(() => warn.mockRestore());

describe('an asynchronous simulator', () => {
  it.each([1, 7, 500])(
    'gives the data of the function it is, in any order of answers: %d at a time',
    async (atATime) => {
      const later = asynchronousSimulator(
        async (theta, rng) => {
          await sleep(Math.abs(theta[0]) * 5);
          return plain(theta, rng);
        },
        { atATime },
      );
      const n = atATime === 1 ? 20 : 200;
      expect(bytesOf(await simulate(modelOf(later), n, quiet))).toEqual(
        bytesOf(await simulate(modelOf(selfContained), n, quiet)),
      );
    },
  );

  it('makes sets of observations too', async () => {
    const options = { ...quiet, calls: 50, maxObservations: 4 };
    const [now, later] = [selfContained, asynchronousSimulator(async (theta, rng) => plain(theta, rng))];
    const [a, b] = await Promise.all([now, later].map((each) => simulateSets(modelOf(each), options)));
    expect(Array.from(b.x.dataSync())).toEqual(Array.from(a.x.dataSync()));
    a.dispose();
    b.dispose();
  });

  it('has as many calls under way as it says', async () => {
    let [now, most] = [0, 0];
    const counting = asynchronousSimulator(
      async ([a]) => {
        most = Math.max(most, ++now);
        await sleep(1);
        now--;
        return [a];
      },
      { atATime: 6 },
    );
    bytesOf(await simulate(modelOf(counting), 40, quiet));
    expect(most).toBe(6);
  });

  it('may fail in calls, which are counted as those of other simulators', async () => {
    const frail = asynchronousSimulator(async ([a], rng) => {
      await sleep(rng.uniform() * 3);
      if (a > 1) throw new RangeError('too far');
      return a < -1 ? [NaN, 0] : [a, 1];
    });
    const sims = await simulate(modelOf(frail), 200, { ...quiet, invalid: 'drop' });
    const { theta } = bytesOf(await simulate(modelOf(selfContained), 200, quiet));
    const outside = theta.filter((a, k) => k % 2 === 0 && Math.abs(a) > 1);
    expect(sims.dropped).toBe(outside.length);
    const first = theta.filter((_, k) => k % 2 === 0).findIndex((a) => a > 1);
    expect(String(warn.mock.calls[0][0])).toContain(`threw "RangeError: too far" at item ${first}, theta`);
    sims.dispose();
    const error = await failure(frail, 200, quiet);
    expect(error.message).toContain(`at item ${first}, theta`);
    error.partial?.dispose();
  });

  it('is held to the length of its first data, whichever are there first', async () => {
    const theta = [
      [20, 0],
      [0, 0],
      [0, 0],
      [1, 0],
    ];
    const uneven = asynchronousSimulator(async ([a]) => {
      await sleep(a);
      return a === 20 ? [1, 2] : a === 1 ? [1, 2] : [1];
    });
    const sims = await simulate(modelOf(uneven), 4, { ...quiet, theta, invalid: 'drop' });
    expect(bytesOf(sims).theta).toEqual([20, 0, 1, 0]);
    expect(String(warn.mock.calls[0][0])).toMatch(/returned 1 numbers where other items have 2 at item 1/);
  });

  it('is not waited for beyond its time limit, and is told', async () => {
    const told: number[] = [];
    const slow = asynchronousSimulator(
      async ([a], _, signal) => {
        signal.addEventListener('abort', () => told.push(a));
        return a === 3 ? new Promise<number[]>(() => {}) : [a];
      },
      { timeLimit: 0.2 },
    );
    const theta = [[1, 0], [2, 0], [3, 0]]; // prettier-ignore
    const sims = await simulate(modelOf(slow), 3, { ...quiet, theta, invalid: 'drop' });
    expect(bytesOf(sims).x).toEqual([1, 2]);
    expect(told).toContain(3);
    expect(String(warn.mock.calls[0][0])).toContain('gave no data within 0.2 s at item 2');
  });

  it('can be interrupted, where it never answers and where it answers at once', async () => {
    const stuck = asynchronousSimulator(async ([a]) => (a > 1 ? new Promise<number[]>(() => {}) : [a]), { atATime: 2 });
    const atOnce = asynchronousSimulator(async ([a]) => [a]);
    for (const [simulator, n] of [
      [stuck, 500],
      [atOnce, 3_000_000],
    ] as const) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 100);
      const error = (await simulate(modelOf(simulator), n, { ...quiet, signal: controller.signal }).catch(
        (e: unknown) => e,
      )) as InterruptedError<Simulations>;
      expect(error).toBeInstanceOf(InterruptedError);
      error.partial!.dispose();
    }
  });

  it('is refused for anything but a function and positive numbers', () => {
    const fn = async (): Promise<number[]> => [1];
    expect(() => asynchronousSimulator(3 as never)).toThrow(InvalidInputError);
    expect(() => asynchronousSimulator(fn, { atATime: 0 })).toThrow(InvalidInputError);
    expect(() => asynchronousSimulator(fn, { timeLimit: 0 })).toThrow(InvalidInputError);
    expect(() => asynchronousSimulator(fn, null as never)).toThrow(InvalidInputError);
  });
});
