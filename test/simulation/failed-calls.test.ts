import '@tensorflow/tfjs-node';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidInputError, NonFiniteError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { simulate } from '../../lib/simulation/simulate';
import { simulateSets } from '../../lib/simulation/simulate-sets';
import { SimulationError } from '../../lib/simulation/simulation-error';
import type { Simulations } from '../../lib/simulation/simulations';
import { batchedSimulator, type AnySimulator } from '../../lib/simulation/simulator';
import { gaussian10d } from '../../lib/tasks/gaussian-linear';
import { buildWorker } from './build-worker';
import { bytesOf, modelOf, selfContained } from '../tasks/fixtures';
import { failure, here } from './failure';

/** Throws, or returns something other than data, in a sixth of its calls each; it needs nothing but its arguments. */
const frail: AnySimulator = ([a, b], rng) => {
  const luck = rng.uniform();
  if (luck < 1 / 6) throw new RangeError(`no data at ${a.toFixed(1)}`);
  if (luck < 1 / 3) return [];
  return [a + rng.normal(), b];
};
/** Throws at the item whose first parameter is 100. */
const failsAt100: AnySimulator = ([a]) => {
  if (a === 100) throw new RangeError('too far');
  return [a];
};
const drop = { ...here, invalid: 'drop' } as const;
const count = (n: number): number[][] => Array.from({ length: n }, (_, i) => [i, -i]);

let warn: ReturnType<typeof vi.spyOn>;
beforeAll(() => buildWorker(), 60_000);
beforeEach(() => void (warn = vi.spyOn(console, 'warn').mockImplementation(() => {})));
afterEach(() => warn.mockRestore());

describe('calls that fail', () => {
  it.each([0, 2])(
    'stop the work where they are refused, and every row done goes with the error: %d workers',
    async (workers) => {
      const error = (await failure(failsAt100, 400, { theta: count(400), workers })) as SimulationError<Simulations>;
      expect(error).toBeInstanceOf(SimulationError);
      expect(error.message).toMatch(
        /^simulate: the simulator threw "RangeError: too far" at item 100, theta \[100, -100\]\. Pass invalid: 'drop'/,
      );
      expect(error.message).toMatch(/error\.partial holds the \d+ finite simulations done/);
      expect((error.cause as Error).message).toBe('too far');
      const { x } = bytesOf(error.partial!);
      expect(x.slice(0, 100)).toEqual(count(100).map(([a]) => a));
      if (workers === 0) expect(x).toHaveLength(100);
      expect(x).not.toContain(100);
    },
  );

  it('are left out on request, counted, and the first three shown with item, parameters and message', async () => {
    const sims = await simulate(modelOf(frail), 300, drop);
    // a third of 300, within four standard errors
    expect(Math.abs(sims.dropped - 100)).toBeLessThan(4 * Math.sqrt(300 * (1 / 3) * (2 / 3)));
    expect([sims.calls, sims.x.shape]).toEqual([300, [300 - sims.dropped, 2]]);
    expect(warn).toHaveBeenCalledTimes(1);
    const said = String(warn.mock.calls[0][0]);
    expect(said).toContain(`${sims.dropped} of 300 calls failed and were left out`);
    expect(said.match(/at item \d+, theta \[/g)).toHaveLength(3);
    expect(said).toMatch(/threw "RangeError: no data at|returned no numbers/);
    const items = Array.from(said.matchAll(/item (\d+)/g), ([, item]) => Number(item));
    expect([...items].sort((a, b) => a - b)).toEqual(items);
    const { theta, x } = bytesOf(sims);
    theta.forEach((value, k) => void (k % 2 === 1 && expect(x[k]).toBe(value)));
  });

  it('leave the same rows and the same words for any number of workers', async () => {
    const made = [];
    for (const workers of [0, 1, 2])
      made.push({
        ...bytesOf(await simulate(modelOf(frail), 301, { ...drop, workers })),
        said: warn.mock.calls.splice(0),
      });
    expect(made[0].said).toHaveLength(1);
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).toEqual(made[0]);
  });

  it('may be the first ones, before it is known how long the data are', async () => {
    const late: AnySimulator = ([a]) => {
      if (a < 5) throw new Error('not yet');
      return [a, a];
    };
    for (const workers of [0, 2]) {
      const sims = await simulate(modelOf(late), 40, { ...drop, workers, theta: count(40) });
      expect([sims.dropped, sims.x.shape[0]]).toEqual([5, 35]);
      expect(bytesOf(sims).x.slice(0, 2)).toEqual([5, 5]);
    }
  });

  it('are all items of a batch where its call throws, and single rows where these are no data', async () => {
    const batches = batchedSimulator(
      (thetas) => {
        if (thetas[0][0] === 8) throw new Error('no batch');
        return thetas.map(([a]) => (a === 3 ? [NaN] : a === 4 ? (['4'] as never) : [a]));
      },
      { batchSize: 8 },
    );
    for (const workers of [0, 2]) {
      const sims = await simulate(modelOf(batches), 30, { ...drop, workers, theta: count(30) });
      expect([sims.dropped, sims.calls]).toEqual([10, 30]);
      expect(bytesOf(sims).x).toEqual([
        0,
        1,
        2,
        5,
        6,
        7,
        ...count(30)
          .slice(16)
          .map(([a]) => a),
      ]);
    }
    expect(String(warn.mock.calls[0][0])).toMatch(/9 of 30 calls failed.*returned the string "4" as value 0 at item 4/);
  });

  it('keep the whole sets of simulateSets', async () => {
    const sets = await simulateSets(modelOf(frail), { ...drop, calls: 200, maxObservations: 3 });
    expect(sets.dropped).toBeGreaterThan(0);
    expect(sets.theta.shape[0]).toBeGreaterThan(0);
    sets.dispose();
    expect(String(warn.mock.calls[0][0])).toMatch(/of 200 calls failed/);
  });

  it('are refused in single observations, too', () => {
    const never: AnySimulator = () => {
      throw new Error('never');
    };
    expect(() => drawObservations(modelOf(never), 2, 1)).toThrow(SimulationError);
  });
});

describe('the share of invalid calls', () => {
  const half: AnySimulator = ([a]) => {
    if (a % 2 === 1) throw new Error('odd');
    return [a % 4 === 0 ? NaN : a];
  };

  it.each([0, 2])('ends the work where it is more than mostInvalid, with what is done: %d workers', async (workers) => {
    const error = await failure(half, 400, { ...drop, workers, theta: count(400), mostInvalid: 0.25 });
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(
      /\d+ of \d+ calls were invalid \(\d+ failed and \d+ gave NaN .*mostInvalid, 0\.25 of 400\. First the simulator threw/,
    );
    const { calls, dropped } = error.partial!;
    expect(dropped).toBeGreaterThan(100);
    if (workers === 0) expect(calls).toBeLessThan(400);
    bytesOf(error.partial!).x.forEach((value) => expect(value % 4).toBe(2));
  });

  it('is half by default, and NaN alone counts as well', async () => {
    const error = await failure(([a]) => [a % 3 === 0 ? a : NaN], 30, { ...drop, theta: count(30) });
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error.message).toMatch(
      /\d+ of \d+ calls were invalid \(0 failed and \d+ gave NaN.*0\.5 of 30\. The first is item 1/,
    );
    const kept = await simulate(
      modelOf(([a]) => [a % 3 === 0 ? a : NaN]),
      30,
      { ...drop, theta: count(30), mostInvalid: 0.7 },
    );
    expect([kept.dropped, kept.x.shape[0]]).toEqual([20, 10]);
    kept.dispose();
  });

  it('may be all, and says so where nothing is left', async () => {
    const never: AnySimulator = () => {
      throw new Error('never');
    };
    const error = await failure(never, 6, { ...drop, mostInvalid: 1 });
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(
      /6 of 6 calls failed\. First the simulator threw "Error: never" at item 0.*No finite/,
    );
    expect(error.partial).toBeUndefined();
  });

  it.each([-0.1, 1.5, NaN, '0.5'])('must be a share: %s', async (mostInvalid) => {
    const attempt = simulate(modelOf(selfContained), 5, { ...drop, mostInvalid: mostInvalid as number });
    await expect(attempt).rejects.toThrow(InvalidInputError);
    await expect(attempt).rejects.toThrow(/simulate: mostInvalid: expected a share from 0 to 1/);
  });
});

describe('work that ends otherwise', () => {
  it('hands over what is done where a prior stops giving draws', async () => {
    let draws = 0;
    const prior = { ...normal({ mean: [0, 0] }), sample: () => (draws++ < 60 ? [1, 2] : [NaN, 1]) };
    const error = (await simulate({ prior, simulator: selfContained }, 5_000, here).catch(
      (e: unknown) => e,
    )) as Error & {
      partial: Simulations;
    };
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(/the prior's draw/);
    expect(error.partial.x.shape[0]).toBeGreaterThan(0);
    error.partial.dispose();
  });

  it('hands over what is done where a worker dies', async () => {
    const deadly: AnySimulator = ([a]) => {
      if (a === 300) process.exit(3);
      return [a];
    };
    const error = await failure(deadly, 400, { workers: 2, theta: count(400) });
    expect(error).toBeInstanceOf(SimulationError);
    expect(error.message).toMatch(/took its worker down/);
    expect(error.partial!.x.shape[0]).toBeGreaterThan(0);
    error.partial!.dispose();
  });
});

describe('a simulator that uses what a worker does not have', () => {
  const refused = async (simulator: AnySimulator, options = {}): Promise<string> =>
    simulate(modelOf(simulator), 20, { ...here, ...options, workers: 1 }).then(
      () => 'not refused',
      (error: Error) => error.message,
    );
  const asText = (text: string): AnySimulator =>
    Object.assign((([a]) => [a]) as AnySimulator & object, { portable: { kind: 'text', text } as const });

  it('is refused with the name of the import, and how to go on', async () => {
    const said = await refused(([a]) => [a, gaussian10d().prior.dim]);
    expect(said).toMatch(/uses gaussian10d, imported from another module, which it does not bring along/);
    expect(said).toMatch(
      /defineSimulator\(fn, \{ \.\.\. \}\).*simulators\.fromModule\('\.\/file\.js'\).*leave workers out/s,
    );
  });

  it.each([
    ['([a]) => [(0, maths_1.add)(a, maths_1.two)]', /uses add, two, imported from another module/],
    ['([a]) => [a * exports.factor + exports.shift]', /uses factor, shift, which it does not bring along/],
    ['([a]) => [require("node:os").cpus().length + a]', /uses require, which/],
    ['([a]) => [a * factor]', /uses factor, which it does not bring along \(factor is not defined\)/],
  ])('is refused however its text was compiled: %s', async (text, message) => {
    expect(await refused(asText(text))).toMatch(message);
  });

  it('is no failed call, even where such are dropped', async () => {
    expect(await refused(([a]) => [a, join.length], { invalid: 'drop' })).toMatch(/uses join/);
  });
});
