import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { diffusedTarget, type ComposedScore } from '../../lib/compose/composed-score';
import { gauss } from '../../lib/compose/gauss';
import { InvalidInputError } from '../../lib/core/errors';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import { unevenLevels } from '../../lib/diffusion/noise-grid';
import { vpLinear } from '../../lib/diffusion/vp';
import { randomKey, randomNormal } from '../../lib/graph/random';
import { covariance, mean } from '../../lib/maths/moments';
import { annealedLangevin } from '../../lib/samplers/annealed-langevin';
import { ddim, dpmSolver } from '../../lib/samplers/dpm-solver';
import { precisionStep } from '../../lib/samplers/precision-step';
import { samplingProgram } from '../../lib/samplers/sample';
import type { Sampler } from '../../lib/samplers/sampler';
import { gaussianCase, matrix } from './exact-target';

const diffusion = vpLinear();
const samples = 2_000;

async function momentsOf(target: ComposedScore, sampler: Sampler) {
  const program = samplingProgram(sampler, { diffusion }, () => target);
  const nothing = tf.scalar(0);
  const drawn = await program.sample(nothing, target, samples, { seed: 1, progress: false });
  const rows = drawn.arraySync();
  tf.dispose([nothing, drawn]);
  program.dispose();
  return { mean: mean(rows), covariance: covariance(rows) };
}

describe('annealedLangevin with steps by the precision', () => {
  const levels = unevenLevels(diffusion, { count: 24, smallestNoise: 0.03 });
  // wide along one direction, narrow along the other
  const wide = [
    [0.5, 0.23],
    [0.23, 0.15],
  ];
  const target = diffusedTarget(2, gaussianScore([1, -0.5], wide));
  const widened = (accuracy: number): number => 1 / (1 - (accuracy / 1.65) ** 2 / 2) - 1;

  it('draws a narrow, correlated Gaussian, wider by what the accuracy allows', async () => {
    const accuracy = 0.6;
    const received = await momentsOf(target, annealedLangevin({ levels, steps: 12, accuracy }));
    const standardError = Math.sqrt(2 / samples);
    wide.forEach((row, i) => {
      const std = Math.sqrt(row[i]);
      expect(Math.abs(received.mean[i] - [1, -0.5][i]) / std).toBeLessThan(4 / Math.sqrt(samples) + 0.05);
      const ratio = received.covariance[i][i] / row[i];
      expect(ratio).toBeGreaterThan(1 - 4 * standardError);
      expect(ratio).toBeLessThan(1 + widened(accuracy) + 4 * standardError + 0.03);
    });
  });

  it('without coordinates of its own follows the narrowest direction', async () => {
    const round = diffusedTarget(
      2,
      gaussianScore(
        [1, -0.5],
        matrix(2, (i, j) => (i === j ? 0.2 : 0)),
      ),
    );
    const sampler = annealedLangevin({ levels, steps: 12, accuracy: 0.6, preconditioned: false });
    const received = await momentsOf(round, sampler);
    [0, 1].forEach((i) => expect(Math.abs(received.covariance[i][i] / 0.2 - 1)).toBeLessThan(0.3));
  });

  it.each([
    { preconditioned: true, coordinates: 'its own coordinates' },
    { preconditioned: false, coordinates: 'those of theta' },
  ])('is shorter where the score has noise of its own, in $coordinates', ({ preconditioned }) => {
    tf.tidy(() => {
      const target = diffusedTarget(
        2,
        gaussianScore(
          [0, 0],
          matrix(2, (i, j) => (i === j ? 1 : 0)),
        ),
      );
      const level = levels.at(tf.scalar(1, 'int32'));
      const theta = randomNormal<tf.Tensor2D>(randomKey(1), [500, 2]);
      const still = tf.zerosLike(theta);
      const moved = (of: ComposedScore): number => {
        const after = precisionStep(of, theta, level, still, { accuracy: 0.6, preconditioned });
        return tf.mean(tf.abs(tf.sub(after, theta))).dataSync()[0];
      };
      const noisy = (times: number): ComposedScore => ({
        ...target,
        noiseVariance: () => tf.fill([1, 2], 100 * times),
      });
      expect(moved(noisy(0))).toBeCloseTo(moved(target), 6);
      expect(moved(noisy(1)) / moved(noisy(2))).toBeCloseTo(2, 1);
      expect(moved(noisy(1))).toBeLessThan(0.5 * moved(target));
    });
  });

  it('refuses a step size beside an accuracy, and an accuracy that is not positive', () => {
    expect(() => annealedLangevin({ accuracy: 0.5, stepSize: 0.1 })).toThrow(InvalidInputError);
    expect(() => annealedLangevin({ accuracy: 0 })).toThrow(InvalidInputError);
    const ids = [{}, { accuracy: 0.5 }, { accuracy: 0.5, preconditioned: false }].map(
      (options) => annealedLangevin(options).id,
    );
    expect(new Set(ids).size).toBe(3);
  });
});

describe('ddim', () => {
  const noise = matrix(2, (i, j) => (i === j ? 1 : 0.3));
  const x = [1, 2, 3, 4, 5].map((k) => [Math.sin(k), Math.cos(2 * k)]);
  const target = gaussianCase(
    x,
    noise,
    matrix(2, (i, j) => (i === j ? 1 : 0)),
    gauss(),
  );

  it('draws a composed posterior, and is of first order: half of the steps, twice the error', async () => {
    const error = async (sampler: Sampler): Promise<number> => {
      const received = await momentsOf(target.composed, sampler);
      return target.covariance.reduce(
        (sum, row, i) => sum + Math.abs(Math.sqrt(received.covariance[i][i] / row[i]) - 1) / 2,
        0,
      );
    };
    const [coarse, fine, second] = [await error(ddim({ steps: 20 })), await error(ddim()), await error(dpmSolver())];
    expect(coarse).toBeGreaterThan(2 * fine);
    expect(fine).toBeLessThan(0.06);
    expect(second).toBeLessThan(0.06);
  });

  it('has an id of its own, and refuses what the grid does not take', () => {
    expect(ddim().id).not.toBe(dpmSolver({ stochastic: false, steps: 100 }).id);
    expect(() => ddim({ steps: 0 }).descend({ diffusion })).toThrow(InvalidInputError);
  });
});
