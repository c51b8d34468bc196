import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { diffusedTarget } from '../../lib/compose/composed-score';
import { InvalidInputError } from '../../lib/core/errors';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import { vpLinear } from '../../lib/diffusion/vp';
import { ve } from '../../lib/diffusion/ve';
import { adamsWeights } from '../../lib/samplers/adams-weights';
import { dpmSolver } from '../../lib/samplers/dpm-solver';
import { saSolver } from '../../lib/samplers/sa-solver';
import { samplingProgram } from '../../lib/samplers/sample';
import type { Sampler } from '../../lib/samplers/sampler';

const variances = [1, 0.04, 4e-4];
const means = [0.5, -1, 0.2];
const score = gaussianScore(
  means,
  variances.map((variance, i) => variances.map((_, j) => (i === j ? variance : 0))),
);
const count = 40_000;

/** Means and standard deviations of draws, in units of the true standard deviations. */
async function errorsOf(sampler: Sampler, diffusion = vpLinear()): Promise<{ mean: number[]; width: number[] }> {
  const before = tf.memory().numTensors;
  const program = samplingProgram(sampler, { diffusion }, (_: tf.Tensor) => diffusedTarget(3, score));
  const nothing = tf.scalar(0);
  const theta = await program.sample(nothing, { n: 1, dim: 3 }, count, { seed: 5, progress: false });
  const { mean, variance } = tf.moments(theta, 0);
  const [m, v] = [mean, variance].map((values) => Array.from(values.dataSync()));
  tf.dispose([theta, nothing, mean, variance]);
  program.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return {
    mean: m.map((value, d) => (value - means[d]) / Math.sqrt(variances[d])),
    width: v.map((value, d) => Math.sqrt(value / variances[d]) - 1),
  };
}

describe('the weights of an Adams step', () => {
  it.each([
    [[0], 0.5, 2],
    [[0, -0.4], 0.3, 1.5],
    [[0.6, 0, -0.5], 0.6, 1],
    [[0, -0.2, -0.9], 0.4, 1.7],
  ])('at %j integrate the polynomials through as many points exactly', (nodes, h, rate) => {
    const weights = adamsWeights(nodes, h, rate);
    const pieces = 4_000;
    for (let power = 0; power < nodes.length; power++) {
      let integral = 0;
      for (let i = 0; i < pieces; i++) {
        const s = ((i + 0.5) * h) / pieces;
        integral += (rate * Math.exp(-rate * (h - s)) * s ** power * h) / pieces;
      }
      const found = weights.reduce((sum, weight, j) => sum + weight * nodes[j] ** power, 0);
      expect(Math.abs(found - integral)).toBeLessThan(1e-7);
    }
  });
});

describe('the stochastic Adams solver', () => {
  // four standard errors of sampling, and an error of the steps of 1 %, 2 % of the width of .02
  const sampling = 4 / Math.sqrt(2 * count);

  it.each([vpLinear(), ve()])('draws Gaussians of all widths in 18 scores, on $spec.name', async (diffusion) => {
    const sampler = saSolver();
    expect(sampler.descend({ diffusion }).calls).toBe(18);
    const { mean, width } = await errorsOf(sampler, diffusion);
    for (const error of mean) expect(Math.abs(error)).toBeLessThan(4 / Math.sqrt(count) + 0.005);
    width.forEach((error, d) => expect(Math.abs(error)).toBeLessThan(sampling + [0.01, 0.01, 0.02][d]));
  });

  it('does what the solver of order 2 does not in as many', async () => {
    const { width } = await errorsOf(dpmSolver({ steps: 17 }));
    expect(Math.max(...width.map(Math.abs))).toBeGreaterThan(0.04);
  });

  it('is the probability flow without noise: the same start ends at the same place', async () => {
    const { width } = await errorsOf(saSolver({ noise: 0 }));
    for (const error of width) expect(Math.abs(error)).toBeLessThan(sampling + 0.005);
    const sampler = saSolver({ noise: 0, steps: 6 });
    const descent = sampler.descend({ diffusion: vpLinear() });
    const target = diffusedTarget(3, score);
    const ends = [1, 2].map((key) =>
      tf.tidy(() => {
        let state = descent.start(target, tf.ones([1, 3]));
        for (let k = 0; k < descent.rounds; k++)
          state = descent.round(target, state, tf.scalar(k, 'int32'), tf.tensor1d([key, 0], 'int32'));
        return Array.from(descent.finish!(target, state).dataSync());
      }),
    );
    expect(ends[0]).toEqual(ends[1]);
  });

  it('refuses options that it has none of', () => {
    for (const options of [{ noise: -0.1 }, { noise: 1.5 }, { noise: NaN }, { lastStep: 'half' as never }])
      expect(() => saSolver(options)).toThrow(InvalidInputError);
    expect(() => saSolver({ steps: 0 }).descend({ diffusion: vpLinear() })).toThrow(InvalidInputError);
    expect(saSolver({ noise: 0.3 }).id).not.toBe(saSolver().id);
  });
});
