import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import { hmc } from '../../lib/mcmc/hmc';
import type { Kernel } from '../../lib/mcmc/kernel';
import { langevin } from '../../lib/mcmc/langevin';
import { randomWalkMetropolis } from '../../lib/mcmc/random-walk-metropolis';
import { sliceSampling } from '../../lib/mcmc/slice-sampling';
import { tempered } from '../../lib/mcmc/tempered';
import { estimate } from './chains-of';
import { run } from './quiet-run';

/** Means and covariances within four standard errors. */
function expectMoments(
  rows: number[][],
  chains: number,
  mean: readonly number[],
  covariance: readonly (readonly number[])[],
) {
  mean.forEach((centre, i) => {
    const first = estimate(rows, chains, (row) => row[i]);
    expect(Math.abs(first.mean - centre) / first.error, `mean ${i}`).toBeLessThan(4);
    for (let j = 0; j <= i; j++) {
      const second = estimate(rows, chains, (row) => (row[i] - centre) * (row[j] - mean[j]));
      expect(Math.abs(second.mean - covariance[i][j]) / second.error, `covariance ${i}, ${j}`).toBeLessThan(4);
    }
  });
}

const standard = (dim: number) => normal({ mean: new Array<number>(dim).fill(0), std: 1 });

describe('a Gaussian of widths .01 to 100', () => {
  const [mean, std] = [
    [1, -2, 3, 40],
    [0.01, 0.3, 4, 100],
  ];
  const target = normal({ mean, std });
  const covariance = std.map((a, i) => std.map((_, j) => (i === j ? a * a : 0)));

  it.each([
    ['hmc', hmc(), { warmup: 320, draws: 250 }],
    ['sliceSampling', sliceSampling(), { warmup: 160, draws: 100 }],
    ['randomWalkMetropolis', randomWalkMetropolis(), { warmup: 2000, draws: 200, thin: 10 }],
  ])('is sampled by %s from starts of width 1, with widths found in warm-up', async (_, kernel, options) => {
    const { rows, spread, rHat } = await run(target, kernel as Kernel, {
      initial: standard(4),
      chains: 24,
      ...options,
    });
    expect(Math.max(...rHat)).toBeLessThan(1.05);
    expectMoments(rows, 24, mean, covariance);
    spread.forEach((value, i) => expect(Math.abs(Math.log(value / std[i]))).toBeLessThan(0.25));
  });

  it('is sampled by hmc at the acceptance asked for, with a shorter step for a higher one', async () => {
    const options = { initial: standard(4), chains: 24, warmup: 320, draws: 50 };
    const [low, high] = [
      await run(target, hmc({ targetAcceptance: 0.6 }), { ...options, warmup: 960 }),
      await run(target, hmc({ targetAcceptance: 0.95, trajectory: 0.8, maxSteps: 4 }), options),
    ];
    // the search's mean over its last eighth
    expect(Math.abs(low.acceptance - 0.6)).toBeLessThan(0.15);
    expect(Math.abs(high.acceptance - 0.95)).toBeLessThan(0.04);
    expect(high.stepSize).toBeLessThan(low.stepSize);
  });
});

describe('a correlated Gaussian', () => {
  it.each([
    ['hmc', hmc()],
    ['sliceSampling with other options', sliceSampling({ width: 0.5, maxStepsOut: 3 })],
    ['randomWalkMetropolis with another acceptance', randomWalkMetropolis({ targetAcceptance: 0.35 })],
  ])('is sampled by %s', async (_, kernel) => {
    const covariance = [
      [1, 0.8],
      [0.8, 1],
    ];
    const thin = kernel.id.startsWith('random') ? 8 : 1;
    const { rows } = await run(normal({ mean: [0, 1], covariance }), kernel as Kernel, {
      initial: standard(2),
      chains: 20,
      warmup: 100,
      draws: 150,
      thin,
    });
    expectMoments(rows, 20, [0, 1], covariance);
  });
});

describe('a density of which only the score is known', () => {
  const covariance = [
    [1, 0.8],
    [0.8, 1],
  ];
  const { dim, score } = normal({ mean: [0, 1], covariance });
  const alone = { dim, score, logProb: ({ shape }: { shape: number[] }) => tf.zeros([shape[0]]) };

  it.each([
    ['hmc', hmc({ alongPath: true }), 1],
    ['langevin', langevin({ alongPath: true }), 4],
  ])('is sampled by %s, as a Gaussian exactly', async (_, kernel, thin) => {
    const options = { initial: standard(2), chains: 20, warmup: 100, draws: 150, thin };
    const { rows, acceptance } = await run(alone, kernel as Kernel, options);
    expectMoments(rows, 20, [0, 1], covariance);
    // it does reject
    expect(acceptance).toBeLessThan(0.98);
  });

  it('is not sampled by temperatures, which compare log densities of different chains', () => {
    const kernel = hmc({ alongPath: true });
    expect(() => tempered(kernel, { temperatures: [1, 2] })).toThrow(/knows the log density/);
  });
});

describe('the options of the kernels', () => {
  it('are refused out of their ranges', () => {
    for (const targetAcceptance of [0, 1, NaN]) {
      expect(() => hmc({ targetAcceptance })).toThrow(/targetAcceptance/);
      expect(() => randomWalkMetropolis({ targetAcceptance })).toThrow(InvalidInputError);
    }
    for (const trajectory of [0, -1, Infinity, NaN]) expect(() => hmc({ trajectory })).toThrow(/trajectory/);
    for (const maxSteps of [0, 1.5, NaN]) expect(() => hmc({ maxSteps })).toThrow(/maxSteps/);
    for (const width of [0, -1, Infinity, NaN]) expect(() => sliceSampling({ width })).toThrow(/width/);
    for (const maxStepsOut of [0, 2.5]) expect(() => sliceSampling({ maxStepsOut })).toThrow(/maxStepsOut/);
    for (const temperatures of [[], [1], [2, 4], [1, 1], [1, 3, 2], [1, NaN], [1, Infinity]])
      expect(() => tempered(hmc(), { temperatures })).toThrow(/rise from 1/);
    const twice = tempered(sliceSampling(), { temperatures: [1, 2] });
    expect(() => tempered(twice, { temperatures: [1, 2] })).toThrow(/without temperatures/);
  });

  it('are in the ids', () => {
    const ids = [hmc(), hmc({ maxSteps: 3 }), hmc({ trajectory: 1 }), hmc({ targetAcceptance: 0.9 }), sliceSampling()]
      .map(({ id }) => id)
      .concat(
        [sliceSampling({ width: 1 }), sliceSampling({ maxStepsOut: 3 }), randomWalkMetropolis()].map(({ id }) => id),
      );
    expect(new Set(ids).size).toBe(8);
  });
});
