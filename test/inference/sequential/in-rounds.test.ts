import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../../lib/core/errors';
import { installHost, silentHost } from '../../../lib/core/host';
import { uniform } from '../../../lib/distributions/uniform';
import { FailedRoundError } from '../../../lib/inference/sequential/failed-round';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import type { InRoundsOptions } from '../../../lib/inference/sequential/run-options';
import type { SequentialRun } from '../../../lib/inference/sequential/sequential-run';
import { mean } from '../../../lib/maths/moments';
import type { Model } from '../../../lib/simulation/model';
import { progressOf } from '../../progress-of';
import { quiet, rowsOf } from '../quick-estimator';
import { conjugate, task } from './conjugate-method';

const xObs = [[0.8, -0.9]];
const options = { rounds: 3, calls: 301, seed: 1, stopWhenStill: false, ...quiet } satisfies InRoundsOptions;

/** Runs with what a run gives, and checks that disposing it frees all that it held. */
async function using<T>(make: () => Promise<SequentialRun>, work: (run: SequentialRun) => Promise<T> | T): Promise<T> {
  const before = tf.memory().numTensors;
  const run = await make();
  const result = await Promise.resolve(work(run)).finally(() => run.dispose());
  expect(tf.memory().numTensors).toBe(before);
  return result;
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  );

describe('inRounds', () => {
  it('gives a method the simulations of all rounds, and the estimator before', async () => {
    const method = conjugate([0.3, 0.2, 0.1]);
    await using(
      () => inRounds(task, xObs, method, options),
      ({ rounds, estimator, simulations, ended }) => {
        expect(method.seen.map(({ seed: _, ...seen }) => seen)).toEqual([
          { sizes: [101], records: 0, rows: 101, proposed: false, before: undefined, isLast: false },
          { sizes: [101, 100], records: 1, rows: 201, proposed: true, before: 0.3, isLast: false },
          { sizes: [101, 100, 100], records: 2, rows: 301, proposed: true, before: 0.2, isLast: true },
        ]);
        expect(new Set(method.seen.map(({ seed }) => seed)).size).toBe(3);
        expect(
          rounds.map(({ round, simulations: size, dropped, method: facts }) => [round, size, dropped, facts.rows]),
        ).toEqual([
          [1, 101, 0, 101],
          [2, 100, 0, 201],
          [3, 100, 0, 301],
        ]);
        expect([(estimator as never as { variance: number }).variance, ended]).toEqual([0.1, 'all rounds']);
        expect([simulations.x.shape, simulations.calls]).toEqual([[301, 2], 301]);
      },
    );
  });

  it('draws the first parameters from the prior, the others from the proposal', async () => {
    await using(
      () => inRounds(task, xObs, conjugate([0.1]), { ...options, calls: 3000 }),
      ({ simulations }) => {
        const rows = simulations.theta.arraySync();
        const { mean: centre, covariance } = task.exactPosterior(xObs);
        // the toy's variance is .1 in both parameters, as the task's is in the first
        const [first, others] = [rows.slice(0, 1000), rows.slice(1000)].map((part) => mean(part)[0]);
        expect(Math.abs(first)).toBeLessThan(4 * Math.sqrt(1 / 1000));
        expect(Math.abs(others - centre[0])).toBeLessThan(4 * Math.sqrt(covariance[0][0] / 2000));
      },
    );
  });

  it('says how far the posterior moved, and stops where it no longer does', async () => {
    const method = conjugate([2, 0.1]);
    const { moves, ended } = await using(
      () => inRounds(task, xObs, method, { ...options, rounds: 6, stopWhenStill: true }),
      ({ rounds, ended }) => ({ moves: rounds.map(({ moved }) => moved), ended }),
    );
    expect(ended).toBe('still');
    expect(moves[0]).toBeUndefined();
    expect(moves[1]!.squaredMmd).toBeGreaterThan(10 * moves[1]!.byChance);
    const last = moves[moves.length - 1]!;
    expect(last.squaredMmd).toBeLessThanOrEqual(last.byChance);
    // one in twenty comparisons of one law is above what it is by chance
    expect(moves.length).toBeLessThan(6);
  });

  it('gives a method with a finale one more round where the posterior no longer moves', async () => {
    const method = conjugate([0.1], { hasFinale: true });
    await using(
      () => inRounds(task, xObs, method, { ...options, rounds: 6, calls: 600, stopWhenStill: true }),
      ({ rounds, ended }) => {
        expect(ended).toBe('still');
        expect(method.seen.map(({ isLast }) => isLast)).toEqual(rounds.map((_, i) => i === rounds.length - 1));
        expect(rounds.length).toBeGreaterThan(2);
      },
    );
  });

  it('gives the same for the same seed, and something else for another', async () => {
    const rowsWith = (seed: number): Promise<number[][]> =>
      using(
        () => inRounds(task, xObs, conjugate([0.1]), { ...options, seed }),
        ({ simulations }) => [...simulations.x.arraySync(), ...simulations.theta.arraySync()],
      );
    const first = await rowsWith(1);
    expect(await rowsWith(1)).toEqual(first);
    expect(await rowsWith(2)).not.toEqual(first);
  });

  it('counts and drops invalid simulations of each round, up to a share', async () => {
    const lame: Model = { prior: task.prior, simulator: ([a, b]) => (a > 0.5 ? [NaN, b] : [a, b]) };
    await using(
      () => inRounds(lame, [[0, 0]], conjugate([0.1]), { ...options, calls: 600, invalid: 'drop' }),
      ({ rounds, simulations }) => {
        // 1 - Phi(.5) of the prior, 1 - Phi(.5 / sqrt(1 / 11)) of the proposals
        expect(Math.abs(rounds[0].dropped / 200 - 0.309)).toBeLessThan(4 * Math.sqrt((0.309 * 0.691) / 200));
        expect(Math.abs(rounds[2].dropped / 200 - 0.0486)).toBeLessThan(4 * Math.sqrt((0.0486 * 0.951) / 200));
        for (const round of rounds) expect(round.simulations + round.dropped).toBe(200);
        expect(simulations.dropped).toBe(rounds.reduce((sum, { dropped }) => sum + dropped, 0));
      },
    );
    const strict = { ...options, calls: 600, invalid: 'drop', mostInvalid: 0.1 } as const;
    const error = (await failure(inRounds(lame, [[0, 0]], conjugate([0.1]), strict))) as FailedRoundError;
    expect(error).toBeInstanceOf(FailedRoundError);
    expect(error.message).toMatch(/^inRounds: round 1 of 3: .*of 200 calls were invalid|calls were invalid/);
    expect(error.cause).toBeInstanceOf(NonFiniteError);
    expect(error.partial).toBeUndefined();
  });

  it('hands on the rounds before one that fails', async () => {
    const before = tf.memory().numTensors;
    let rounds = 0;
    const method = conjugate([0.3, 0.1]);
    const failing = {
      ...method,
      train: (...given: Parameters<typeof method.train>) =>
        ++rounds === 3 ? Promise.reject(new RangeError('no such thing')) : method.train(...given),
    };
    const error = (await failure(inRounds(task, xObs, failing, options))) as FailedRoundError<SequentialRun>;
    expect(error).toBeInstanceOf(FailedRoundError);
    expect(error.message).toBe(
      "inRounds: round 3 of 3: no such thing The error's `partial` is the run of the rounds before.",
    );
    expect([error.partial!.rounds.length, error.partial!.ended]).toEqual([2, 'stopped']);
    expect(error.partial!.simulations.x.shape).toEqual([201, 2]);
    expect((await rowsOf(error.partial!.posterior.sample(5, { seed: 1 }))).length).toBe(5);
    error.partial!.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['in a simulation', 'round 2: Simulating', 1],
    ['at the first training', 'round 1: Fitting', 0],
  ])('is interrupted %s with the whole rounds so far', async (_, during, whole) => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const host = installHost({
      ...silentHost,
      report: () => ({
        update: (_, note = '') => (note.includes(during) ? controller.abort() : undefined),
        resize: () => {},
        curve: () => {},
        end: () => {},
      }),
    });
    const method = conjugate([0.1]);
    const reporting: typeof method = {
      ...method,
      train: (rounds, context) => {
        context.work.within!('Fitting', 1).end();
        return method.train(rounds, context);
      },
    };
    const run = inRounds(task, xObs, reporting, { ...options, progress: true, signal: controller.signal });
    const error = (await failure(run).finally(() => installHost(host))) as InterruptedError<SequentialRun>;
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.message).toMatch(new RegExp(`^inRounds: interrupted in round ${whole + 1} of 3\\.`));
    expect(error.partial?.rounds.length ?? 0).toBe(whole);
    error.partial?.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has one display over all rounds, which never goes back', async () => {
    const { total, seen } = await progressOf(async () =>
      (await inRounds(task, xObs, conjugate([0.1]), { ...options, progress: true })).dispose(),
    );
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(seen[seen.length - 1]).toBe(total);
  });

  it('holds as many tensors after four rounds as after two', async () => {
    const held: number[] = [];
    for (const rounds of [2, 4]) {
      const before = tf.memory().numTensors;
      const run = await inRounds(task, xObs, conjugate([0.1]), { ...options, rounds });
      held.push(tf.memory().numTensors - before);
      run.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    expect(held[1]).toBe(held[0]);
  });

  it('is printed as its rounds', async () => {
    const { inspect } = await import('node:util');
    await using(
      () => inRounds(task, xObs, conjugate([0.1]), options),
      (run) => expect(inspect(run)).toMatch(/^conjugate in 3 rounds: all of them\n\s+simulations\s+101, 100, 100\n/),
    );
  });

  it.each<[string, (run: (model: unknown, x: unknown, method: unknown, more?: object) => unknown) => unknown, RegExp]>([
    ['NaN in the observations', (run) => run(task, [[NaN, 1]], conjugate([1])), /xObs.*NaN/],
    ['no observation', (run) => run(task, [], conjugate([1])), /xObs/],
    ['no method', (run) => run(task, xObs, null), /method: expected a method, such as/],
    ['a model without simulator', (run) => run({ prior: task.prior }, xObs, conjugate([1])), /simulator/],
    ['no rounds', (run) => run(task, xObs, conjugate([1]), { rounds: 0 }), /rounds/],
    ['fewer than ten calls a round', (run) => run(task, xObs, conjugate([1]), { calls: 29 }), /calls.*at least 30/],
    ['a seed that is none', (run) => run(task, xObs, conjugate([1]), { seed: NaN }), /seed/],
    ['a store that is none', (run) => run(task, xObs, conjugate([1]), { keep: {} }), /keep\.read/],
  ])('refuses %s before any work', async (_, call, message) => {
    let calls = 0;
    const counted = { ...task, simulator: () => [(calls++, 0), 0] };
    const run = (model: unknown, x: unknown, method: unknown, more = {}) =>
      inRounds((model === task ? counted : model) as Model, x as number[][], method as never, { ...options, ...more });
    const error = await failure(Promise.resolve(call(run)));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).toMatch(message);
    expect(calls).toBe(0);
  });

  it('refuses observations of another width than the simulator gives, after the first round at the latest', async () => {
    const before = tf.memory().numTensors;
    const error = await failure(inRounds(task, [[1, 2, 3]], conjugate([1]), options));
    expect(String(error)).toMatch(/InvalidInputError: inRounds: xObs: expected observations of 2 values/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses proposals outside of the prior by name', async () => {
    const box = { ...task, prior: uniform({ lower: [-1, -1], upper: [1, 1] }) };
    const error = (await failure(inRounds(box, xObs, conjugate([0.3]), options))) as FailedRoundError<SequentialRun>;
    expect(error.message).toMatch(/round 2 of 3: simulate: proposal: expected draws within the prior's support/);
    error.partial!.dispose();
  });
});
