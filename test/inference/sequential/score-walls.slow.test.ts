import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../../lib/distributions/uniform';
import type { ScorePosterior } from '../../../lib/inference/score/score-posterior';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import { snpseA } from '../../../lib/inference/sequential/snpse-a';
import { snpseB } from '../../../lib/inference/sequential/snpse-b';
import { covariance, mean } from '../../../lib/maths/moments';
import type { Model } from '../../../lib/simulation/model';
import { quiet, rowsOf } from '../quick-estimator';

/** theta_0 given x is N(x, .3^2) between 0 and 2, of which the wall at 0 cuts off 37 %. */
const walled: Model = {
  prior: uniform({ lower: [0, -2], upper: [2, 2] }),
  simulator: ([a, b], rng) => [a + 0.3 * rng.normal(), b + 0.5 * rng.normal()],
};
const xObs = [[0.1, 0.5]];
const draws = 2000;
const calls = 4000;

/** Mean and deviation of a normal law between two bounds, by a sum over a fine grid. */
function cut(centre: number, std: number, lower: number, upper: number): [number, number] {
  const grid = Array.from({ length: 4000 }, (_, i) => lower + ((i + 0.5) * (upper - lower)) / 4000);
  const mass = grid.map((value) => Math.exp(-0.5 * ((value - centre) / std) ** 2));
  const total = mass.reduce((sum, each) => sum + each, 0);
  const first = grid.reduce((sum, value, i) => sum + (value * mass[i]) / total, 0);
  return [first, Math.sqrt(grid.reduce((sum, value, i) => sum + ((value - first) ** 2 * mass[i]) / total, 0))];
}
const wanted = [cut(0.1, 0.3, 0, 2), cut(0.5, 0.5, -2, 2)];

/** Within four standard errors of the draws and of a fit to `size` simulations, and what a network leaves. */
function expectCut(rows: number[][], size: number): void {
  expect(rows.every(([a, b]) => a >= 0 && a <= 2 && b >= -2 && b <= 2)).toBe(true);
  const error = 4 * Math.sqrt(1 / draws + 5 / size) + 0.1;
  wanted.forEach(([centre, std], k) => {
    expect(Math.abs(mean(rows)[k] - centre) / std, `mean ${k}`).toBeLessThan(error);
    expect(Math.abs(Math.log(Math.sqrt(covariance(rows)[k][k]) / std)), `width ${k}`).toBeLessThan(error);
  });
}

async function drawn(posterior: Pick<ScorePosterior, 'sample'>): Promise<number[][]> {
  return rowsOf(posterior.sample(draws, { seed: 2, ...quiet }));
}

const fit = { maxEpochs: 60 };

describe('a posterior that is cut by the wall of a box', () => {
  it.each([
    ['SNPSE-A', snpseA],
    ['SNPSE-B', snpseB],
  ])('is drawn by %s', async (name, method) => {
    const before = tf.memory().numTensors;
    const options = { rounds: 2, calls, seed: 1, stopWhenStill: false, ...quiet };
    const run = await inRounds(walled, xObs, method({ fit }), options);
    // of SNPSE-B few simulations count
    expectCut(await drawn(run.posterior), name === 'SNPSE-B' ? run.rounds[1].method.effective : calls);
    run.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
