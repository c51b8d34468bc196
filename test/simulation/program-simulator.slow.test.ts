import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { normal } from '../../lib/distributions/normal';
import { inRounds } from '../../lib/inference/sequential/in-rounds';
import { snpeCMixture } from '../../lib/inference/sequential/snpe-c-mixture';
import type { ProgramSimulatorOptions } from '../../lib/simulation/program/program-simulator';
import { simulate } from '../../lib/simulation/simulate';
import { bytesOf, modelOf } from '../tasks/fixtures';
import { python, quietPrograms } from './program-fixture';

const quiet = { seed: 3, progress: false } as const;
const drop = { ...quiet, invalid: 'drop' } as const;
quietPrograms();

describe('a program that fails in some calls', () => {
  it('loses these calls only, however it fails, and the same for any number of processes', async () => {
    const whole = bytesOf(await simulate(modelOf(python('well')), 100, quiet));
    const invalid: [string, Partial<ProgramSimulatorOptions>][] = [
      ['refuses', {}],
      ['dies', {}],
      ['dies', { processes: 1, callsEach: 4 }],
      ['babbles', {}],
      ['mute', { callsEach: 3 }],
      ['nan', {}],
      ['hangs', { timeLimit: 0.4, startUp: 2 }],
      ['hangs', { timeLimit: 0.4, startUp: 2, processes: 1, callsEach: 3 }],
    ];
    const kept: ReturnType<typeof bytesOf>[] = [];
    for (const [behaviour, options] of invalid) {
      const sims = await simulate(modelOf(python(behaviour, options)), 100, drop);
      // one in twenty, within four standard errors
      expect(Math.abs(sims.dropped - 5), behaviour).toBeLessThan(4 * Math.sqrt(100 * 0.05 * 0.95));
      expect(sims.dropped, behaviour).toBeGreaterThan(0);
      kept.push(bytesOf(sims));
    }
    for (const each of kept) expect(each).toEqual(kept[0]);
    const rows = ({ x }: { x: number[] }): string[] => x.flatMap((a, k) => (k % 2 ? [] : [`${a},${x[k + 1]}`]));
    expect(rows(whole)).toEqual(expect.arrayContaining(rows(kept[0])));
  }, 60_000);

  it('serves inference in rounds, with its failed calls left out', async () => {
    const model = { prior: normal({ mean: [0, 0] }), simulator: python('refuses') };
    const method = snpeCMixture({ fit: { maxEpochs: 30 } });
    const options = { rounds: 2, calls: 1_000, seed: 1, progress: false, invalid: 'drop' } as const;
    const run = await inRounds(model, [[1, -1]], method, options);
    const dropped = run.rounds.map((round) => round.dropped);
    for (const [i, { simulations }] of run.rounds.entries()) {
      expect(simulations + dropped[i]).toBe(500);
      // one in twenty, within four standard errors
      expect(Math.abs(dropped[i] - 25)).toBeLessThan(4 * Math.sqrt(500 * 0.05 * 0.95));
    }
    // the posterior of theta ~ N(0, 1), x ~ N(theta, 1) given x is N(x / 2, 1 / 2)
    const draws = await run.posterior.sample(4_000, { seed: 2 });
    const [mean, spread] = tf.tidy(() => {
      const { mean, variance } = tf.moments(draws, 0);
      return [mean.arraySync() as number[], tf.sqrt(variance).arraySync() as number[]];
    });
    expect(Math.abs(mean[0] - 0.5)).toBeLessThan(0.15);
    expect(Math.abs(mean[1] + 0.5)).toBeLessThan(0.15);
    for (const each of spread) expect(Math.abs(each - Math.SQRT1_2)).toBeLessThan(0.15);
    draws.dispose();
    run.dispose();
  });
});
