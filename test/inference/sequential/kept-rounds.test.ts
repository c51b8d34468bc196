import '@tensorflow/tfjs-node';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import type { InRoundsOptions } from '../../../lib/inference/sequential/run-options';
import { roundsFolder } from '../../../lib/io/rounds-folder';
import type { Model } from '../../../lib/simulation/model';
import { quiet } from '../quick-estimator';
import { conjugate, task } from './conjugate-method';

const xObs = [[0.8, -0.9]];
const variances = [0.4, 0.2, 0.1];
const options = { rounds: 3, calls: 300, seed: 1, stopWhenStill: false, ...quiet } satisfies InRoundsOptions;
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'scorebook-rounds-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a run is: its rounds but for their times, and its simulations. */
async function told(more: Partial<InRoundsOptions> = {}, model: Model = task, x = xObs) {
  const method = conjugate(variances);
  const run = await inRounds(model, x, method, { ...options, ...more });
  const rounds = run.rounds.map(({ seconds: _, ...rest }) => rest);
  const result = {
    rounds,
    theta: run.simulations.theta.arraySync(),
    x: run.simulations.x.arraySync(),
    ended: run.ended,
  };
  run.dispose();
  return { ...result, trained: method.seen.length };
}

/** Runs until the training of a round, in which the process could have died. */
async function diesIn(round: number): Promise<void> {
  const method = conjugate(variances);
  const dying = {
    ...method,
    train: (...given: Parameters<typeof method.train>) =>
      given[0].sizes.length === round ? Promise.reject(new Error('killed')) : method.train(...given),
  };
  const error = await inRounds(task, xObs, dying, { ...options, keep: roundsFolder(folder) }).catch((e: unknown) => e);
  (error as { partial?: { dispose(): void } }).partial?.dispose();
}

describe('a run that keeps its rounds', () => {
  it.each([1, 2, 3])('goes on after being killed in round %d with the result of one that was not', async (round) => {
    const before = tf.memory().numTensors;
    const { trained: _, ...whole } = await told();
    await diesIn(round);
    expect(readdirSync(folder)).toEqual(['round-01', 'round-02', 'round-03'].slice(0, round - 1));
    const { trained, ...again } = await told({ keep: roundsFolder(folder) });
    expect(again).toEqual(whole);
    expect(trained).toBe(4 - round);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('does nothing again once it has ended, for lack of rounds or of movement', async () => {
    const keep = roundsFolder(folder);
    const first = await told({ keep });
    const again = await told({ keep });
    expect({ ...again, trained: 3 }).toEqual(first);
    expect(again.trained).toBe(0);
  });

  it('ends where the posterior had stopped moving', async () => {
    const keep = roundsFolder(folder);
    const more = { keep, stopWhenStill: true, rounds: 9, calls: 900 };
    const first = await told(more);
    expect(first.ended).toBe('still');
    expect(await told(more)).toEqual({ ...first, trained: 0 });
  });

  it.each<[string, Partial<InRoundsOptions>, Model, number[][], RegExp]>([
    ['another seed', { seed: 2 }, task, xObs, /with seed 2, received rounds of one with 1/],
    ['other calls', { calls: 600 }, task, xObs, /with calls 600/],
    ['another observation', {}, task, [[0.8, -0.8]], /with xObs \[\[0\.8/],
    ['another prior', {}, { ...task, prior: normal({ mean: [0, 0], std: 2 }) }, xObs, /with prior/],
    ['another simulator', {}, { ...task, simulator: ([a, b]) => [a, b] }, xObs, /rounds of the same simulator/],
  ])('refuses rounds of a run with %s', async (_, more, model, x, message) => {
    await diesIn(3);
    const before = tf.memory().numTensors;
    const error = await told({ keep: roundsFolder(folder), ...more }, model, x).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).toMatch(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses rounds of another method', async () => {
    await diesIn(3);
    const run = inRounds(task, xObs, conjugate([1]), { ...options, keep: roundsFolder(folder) });
    await expect(run).rejects.toThrow(/with method \{"name":"conjugate","variances":\[1\]\}/);
  });

  it('tells a round whose folder was cut short', async () => {
    await diesIn(3);
    truncateSync(join(folder, 'round-02', 'weights.bin'), 10);
    await expect(told({ keep: roundsFolder(folder) })).rejects.toThrow(/roundsFolder: round 2: expected \d+ bytes/);
  });
});

describe('roundsFolder', () => {
  it('refuses what is no path, and a folder of something else', async () => {
    expect(() => roundsFolder('')).toThrow(InvalidInputError);
    await told({ keep: roundsFolder(folder) });
    const record = { config: {}, arrays: [] };
    const inside = roundsFolder(join(folder, 'round-01', '..', '..'));
    await expect(inside.read(99)).resolves.toBeUndefined();
    await roundsFolder(folder).write(4, record);
    expect(await roundsFolder(folder).read(4)).toEqual(record);
  });
});
