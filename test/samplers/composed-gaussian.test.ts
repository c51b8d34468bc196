import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gauss } from '../../lib/compose/gauss';
import { rng } from '../../lib/core/rng';
import { vpLinear } from '../../lib/diffusion/vp';
import { cholesky, matrixVector, type Matrix } from '../../lib/maths/linalg';
import { squaredMmd } from '../../lib/metrics/squared-mmd';
import { dpmSolver } from '../../lib/samplers/dpm-solver';
import { fisherLangevin } from '../../lib/samplers/fisher-langevin';
import { samplingProgram } from '../../lib/samplers/sample';
import type { Sampler } from '../../lib/samplers/sampler';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { gaussian10d } from '../../lib/tasks/gaussian-linear';
import { gaussianCase, matrix, type GaussianCase } from './exact-target';

const draws = 1_000;
/** Pairs of 1,000 exact samples in 10-D stay below .0005 nineteen times of twenty. */
const floor = 0.001;

async function errorOf({ composed, mean, covariance }: GaussianCase, sampler: Sampler): Promise<number> {
  const program = samplingProgram(sampler, { diffusion: vpLinear() }, () => composed);
  const nothing = tf.scalar(0);
  const drawn = await program.sample(nothing, composed, draws, { seed: 2, progress: false });
  const [factor, source] = [cholesky(covariance), rng(3)];
  const exact = Array.from({ length: draws }, () =>
    matrixVector(
      factor,
      Array.from(mean, () => source.normal()),
    ).map((value, i) => value + mean[i]),
  );
  const error = squaredMmd(drawn, exact);
  tf.dispose([nothing, drawn]);
  program.dispose();
  return error;
}

/** n rows of N(theta, noise), with theta drawn from N(0, prior): quicker than a simulator's. */
function observationsOf(n: number, noise: Matrix, prior: Matrix): number[][] {
  const source = rng(n);
  const drawn = (factor: Matrix): number[] =>
    matrixVector(
      factor,
      Array.from(factor, () => source.normal()),
    );
  const theta = drawn(cholesky(prior));
  const factor = cholesky(noise);
  return Array.from({ length: n }, () => drawn(factor).map((value, i) => value + theta[i]));
}

const task = gaussian10d();
const ofPaper = matrix(10, (i, j) => (i === j ? task.noiseVariance[i] : 0));
const unit = matrix(10, (i, j) => (i === j ? 1 : 0));

describe('GAUSS with exact scores and covariances', () => {
  // 100,000 observations take their time to simulate
  it.each([1, 2, 8, 32, 128, 1_000, 10_000])(
    'draws the posterior of %i observations of the 10-D Gaussian task, by the solver for one observation',
    async (n) => {
      const { xObs } = drawObservations(task, n, 1);
      expect(await errorOf(gaussianCase(xObs, ofPaper, unit, gauss()), dpmSolver())).toBeLessThan(floor);
    },
  );

  it.each([3, 50, 5_000])('draws that of %i observations with correlated noise, of a correlated prior', async (n) => {
    const noise = matrix(10, (i, j) => 0.6 ** Math.abs(i - j) * (1 + 0.1 * i));
    const prior = matrix(10, (i, j) => (i === j ? 1 + 0.1 * i : 0.2));
    const { xObs } = drawObservations(task, n, 2);
    expect(await errorOf(gaussianCase(xObs, noise, prior, gauss()), dpmSolver())).toBeLessThan(floor);
  });

  it('is followed by annealed Langevin steps as well', async () => {
    const { xObs } = drawObservations(task, 32, 1);
    const sampler = fisherLangevin({ smallestNoise: 0.05 });
    expect(await errorOf(gaussianCase(xObs, ofPaper, unit, gauss()), sampler)).toBeLessThan(2 * floor);
  });
});

describe('the factorised composition with exact scores, by fisherLangevin as it is by default', () => {
  it.each([3, 50, 1_000, 5_000, 100_000])(
    'draws the posterior of %i observations of the 10-D Gaussian task',
    async (n) => {
      const target = gaussianCase(observationsOf(n, ofPaper, unit), ofPaper, unit);
      expect(await errorOf(target, fisherLangevin())).toBeLessThan(floor);
    },
  );

  const noise = matrix(10, (i, j) => 0.6 ** Math.abs(i - j) * Math.sqrt((1 + 0.1 * i) * (1 + 0.1 * j)));
  const prior = matrix(10, (i, j) => (i === j ? 1 + 0.1 * i : 0.2));

  it.each([3, 50, 5_000, 100_000])('draws that of %i with correlated noise, of a correlated prior', async (n) => {
    const target = gaussianCase(observationsOf(n, noise, prior), noise, prior);
    expect(await errorOf(target, fisherLangevin())).toBeLessThan(floor);
  });

  // each says 3 to 10 times as much as the prior
  const narrow = matrix(10, (i, j) => (i === j ? 0.01 * (1 + i) : 0));

  it.each([8, 5_000])('draws that of %i observations that are narrow against the prior', async (n) => {
    const target = gaussianCase(observationsOf(n, narrow, unit), narrow, unit);
    expect(await errorOf(target, fisherLangevin())).toBeLessThan(floor);
  });

  it('would be far off for 1,000 if it ended where it does for two', async () => {
    const target = gaussianCase(observationsOf(1_000, ofPaper, unit), ofPaper, unit);
    const sampler = fisherLangevin({ smallestNoise: 0.2 });
    expect(await errorOf(target, sampler)).toBeGreaterThan(10 * floor);
  });
});
