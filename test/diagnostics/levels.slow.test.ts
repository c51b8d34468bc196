import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { check } from '../../lib/diagnostics/check';
import { localC2st } from '../../lib/diagnostics/local-c2st';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { gaussianPairs } from './gaussian-pairs';

const task = gaussianLinear([0.5, 1]);
const exact = (xObs: number[][]) => task.exactPosterior(xObs);

describe('check', () => {
  it('passes right posteriors as often as its level says, or a little more often', async () => {
    const [seeds, level] = [100, 0.2];
    let fails = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const { passes } = await check(exact, task, { seed, progress: false, pairs: 30, draws: 19, level });
      fails += Number(!passes);
    }
    expect(fails / seeds).toBeLessThan(level + 4 * Math.sqrt((level * (1 - level)) / seeds));
    expect(fails).toBeGreaterThan(0);
  }, 120_000);
});

describe('localC2st', () => {
  it('fails right posteriors as often as its level says', async () => {
    const [seeds, level] = [60, 0.2];
    let fails = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const pairs = gaussianPairs(seed, 100, 1);
      const options = { trials: 19, draws: 100, maxEpochs: 10, level, progress: false };
      fails += Number(!(await localC2st(pairs, [[0.5]], options)).passes);
    }
    const error = Math.sqrt((level * (1 - level)) / seeds);
    expect(Math.abs(fails / seeds - level)).toBeLessThan(4 * error);
  }, 240_000);
});
