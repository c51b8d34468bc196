import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { ve } from '../../lib/diffusion/ve';
import { vpLinear } from '../../lib/diffusion/vp';
import { dpmSolver } from '../../lib/samplers/dpm-solver';
import { fisherLangevin } from '../../lib/samplers/fisher-langevin';
import { samplingProgram } from '../../lib/samplers/sample';
import { covariance, mean } from '../../lib/maths/moments';
import { expectExact, paperCase, samples } from './exact-moments';
import { gaussianCase, matrix, type GaussianCase } from './exact-target';

const diffusion = vpLinear();

async function momentsOf({ composed }: GaussianCase, sampler = fisherLangevin(), seed = 1) {
  const before = tf.memory().numTensors;
  const program = samplingProgram(sampler, { diffusion }, () => composed);
  const nothing = tf.scalar(0);
  const draws = await program.sample(nothing, composed, samples, { seed, progress: false });
  const rows = draws.arraySync();
  tf.dispose([draws, nothing]);
  program.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { mean: mean(rows), covariance: covariance(rows), rows };
}

describe('fisherLangevin with exact scores', () => {
  // the last bridging density's mean differs from the posterior's by a share sigma^2 of the prior's width, which 32
  // observations see
  it.each([
    { n: 2, smallestNoise: 0.1 },
    { n: 8, smallestNoise: 0.1 },
    { n: 32, smallestNoise: 0.05 },
  ])('has the moments of the 10-D Gaussian task, for $n observations', async ({ n, smallestNoise }) => {
    const target = paperCase(n);
    expectExact(await momentsOf(target, fisherLangevin({ smallestNoise })), target, { mean: 0.05, variance: 0.05 });
  });

  it('has them where the parameters are correlated', async () => {
    const source = rng(2);
    const x = Array.from({ length: 5 }, () => [0.5, -1, 0.3].map((value) => value + source.normal()));
    const noise = matrix(3, (i, j) => (i === j ? 1 : -0.45));
    const target = gaussianCase(
      x,
      noise,
      matrix(3, (i, j) => (i === j ? 1 : 0.3)),
    );
    expectExact(await momentsOf(target), target, { mean: 0.05, variance: 0.05 });
  });

  // the mean of the bridging densities goes by several of their widths from level to level
  it('follows the mean of 32 observations that each know a parameter ten times better than the prior', async () => {
    const source = rng(3);
    const x = Array.from({ length: 32 }, () => [2, -1].map((value) => value + 0.1 * source.normal()));
    const target = gaussianCase(
      x,
      matrix(2, (i, j) => (i === j ? 0.01 : 0)),
    );
    expectExact(await momentsOf(target, fisherLangevin({ smallestNoise: 0.04 })), target, { mean: 0.1, variance: 0.1 });
  });

  it('draws the same from the same seed, and other samples from another', async () => {
    const target = paperCase(2);
    const { rows } = await momentsOf(target);
    expect((await momentsOf(target)).rows).toEqual(rows);
    expect((await momentsOf(target, fisherLangevin(), 2)).rows).not.toEqual(rows);
  });
});

describe('fisherLangevin', () => {
  it('calls the score for five observations at most three times as often as the default for one does, in all', () => {
    const { calls, rounds } = fisherLangevin({ smallestNoise: 0.2 }).descend({ diffusion });
    expect(calls).toBe(rounds + 1);
    expect(5 * calls).toBeLessThanOrEqual(3 * dpmSolver().descend({ diffusion }).calls);
  });

  it('has as many levels as it is asked for, within those of the diffusion', () => {
    const rounds = (options: Parameters<typeof fisherLangevin>[0], of = diffusion) =>
      fisherLangevin(options).descend({ diffusion: of }).rounds;
    const [largestNoise, smallestNoise] = [Math.E ** 2, Math.E ** -1];
    expect(rounds({ levelsPerUnit: 10 - 1e-9, largestNoise, smallestNoise })).toBe(32);
    const small = ve({ sigmaMin: 0.5, sigmaMax: 2 });
    expect(rounds({ levelsPerUnit: 1 }, small)).toBe(Math.ceil(Math.log(4) - 1e-9) + 2);
  });

  it('goes further down the more observations there are, and no further where it is told so', () => {
    const roundsFor = (options: Parameters<typeof fisherLangevin>[0], n: number) =>
      fisherLangevin(options).descend({ diffusion }).roundsFor!(n);
    expect(roundsFor({}, 1)).toBe(fisherLangevin().descend({ diffusion }).rounds);
    expect(roundsFor({}, 100) - roundsFor({}, 1)).toBe(Math.round(6 * Math.log(10)));
    expect(roundsFor({ smallestNoise: 0.1 }, 100)).toBe(roundsFor({}, 1));
    // the diffusion ends
    expect(roundsFor({}, 1e9)).toBe(roundsFor({}, 1e8));
  });

  it('refuses options out of their ranges, and a schedule without a diffusion', () => {
    for (const options of [
      { levelsPerUnit: 0 },
      { levelsPerUnit: NaN },
      { largestNoise: -1 },
      { smallestNoise: 0 },
      { smallestNoise: 8 },
    ])
      expect(() => fisherLangevin(options)).toThrow(InvalidInputError);
    expect(() => fisherLangevin().descend({})).toThrow(/expected a diffusion/);
  });
});
