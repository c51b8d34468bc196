import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normal } from '../../lib/distributions/normal';
import { hmc } from '../../lib/mcmc/hmc';
import type { Kernel } from '../../lib/mcmc/kernel';
import { randomWalkMetropolis } from '../../lib/mcmc/random-walk-metropolis';
import { sliceSampling } from '../../lib/mcmc/slice-sampling';
import { tempered } from '../../lib/mcmc/tempered';
import { multimodal2d } from '../../lib/tasks/linear-mixture';
import { unnormalisedPosterior } from '../../lib/tasks/unnormalised-posterior';
import { estimate } from './chains-of';
import { run } from './quiet-run';

const standard = (dim: number) => normal({ mean: new Array<number>(dim).fill(0), std: 1 });

describe('two modes far apart', () => {
  // a prior off zero gives the modes different weights
  const task = { ...multimodal2d(), prior: normal({ mean: [0.2, 0.2], std: 1 }) };
  const density = unnormalisedPosterior(task, [
    [1.4, 1.5],
    [-1.2, -1.6],
    [1.9, 1],
    [1.6, 1.4],
    [1.1, 1.8],
  ]);
  const isRight = (row: readonly number[]): number => (row[0] + row[1] > 0 ? 1 : 0);
  const quantities: [string, (row: readonly number[]) => number][] = [
    ['the weight of the right mode', isRight],
    ['the mean of the right mode', (row) => isRight(row) * row[0]],
    ['the second moment', (row) => row[1] ** 2],
    ['the mixed moment', (row) => row[0] * row[1]],
  ];
  const exact = tf.tidy(() => {
    const axis = Array.from({ length: 241 }, (_, i) => -4.5 + i * 0.0375);
    const grid = axis.flatMap((a) => axis.map((b) => [a, b]));
    const logs = density.logProb(tf.tensor2d(grid));
    const weights = tf.softmax(logs as tf.Tensor1D).dataSync();
    return quantities.map(([, value]) => grid.reduce((sum, row, i) => sum + weights[i] * value(row), 0));
  });

  it.each([
    ['hmc', hmc(), 3],
    ['sliceSampling', sliceSampling(), 2],
    ['randomWalkMetropolis', randomWalkMetropolis(), 8],
  ])('have the weights of a grid under tempered %s', async (_, kernel, thin) => {
    const { rows, exchanges, ess } = await run(density, tempered(kernel as Kernel, { temperatures: [1, 2.5, 6, 15] }), {
      initial: standard(2),
      chains: 30,
      warmup: 160,
      draws: 160,
      thin,
    });
    expect(Math.min(...ess)).toBeGreaterThan(300);
    expect(exchanges).toHaveLength(3);
    for (const rate of exchanges) expect(rate).toBeGreaterThan(0.2);
    quantities.forEach(([name, value], k) => {
      const { mean, error } = estimate(rows, 30, value);
      expect(Math.abs(mean - exact[k]) / error, name).toBeLessThan(4);
      expect(error, name).toBeLessThan(0.1);
    });
  });

  it('are told from a run without temperatures: R-hat says that it has not mixed', async () => {
    const { mixed, rHat, warnings, exchanges } = await run(density, hmc(), {
      initial: standard(2),
      chains: 20,
      warmup: 100,
      draws: 100,
    });
    expect(mixed).toBe(false);
    expect(Math.max(...rHat)).toBeGreaterThan(1.2);
    expect(warnings.join()).toMatch(/tempered/);
    expect(exchanges).toEqual([]);
  });
});
