import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { diffusedTarget, type ComposedScore } from '../../lib/compose/composed-score';
import type { Diffusion } from '../../lib/diffusion/diffusion';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import { subVp } from '../../lib/diffusion/sub-vp';
import { vpLinear } from '../../lib/diffusion/vp';
import { normal } from '../../lib/distributions/normal';
import { dense } from '../../lib/graph/dense';
import { randomKey } from '../../lib/graph/random';
import { FlowOdeError } from '../../lib/samplers/flow-ode-error';
import { flowDensity, type FlowDensityOptions } from '../../lib/samplers/flow-density';
import { jacobianTrace, signProbes, unitProbes } from '../../lib/samplers/jacobian-trace';
import { mixtureLogDensity, mixtureScore } from './mixture-score';

const parts = [
  { weight: 0.3, mean: [-1, 0.5], std: 0.4 },
  { weight: 0.7, mean: [1, -0.5], std: 0.6 },
];
const mixture = diffusedTarget(2, mixtureScore(parts));

async function logProbOf(
  target: ComposedScore,
  points: number[][],
  { diffusion = vpLinear(), seed = 0, ...options }: FlowDensityOptions & { diffusion?: Diffusion; seed?: number } = {},
): Promise<number[]> {
  const before = tf.memory().numTensors;
  const density = flowDensity(diffusion, (_: tf.Tensor) => target, options);
  const [theta, nothing] = [tf.tensor2d(points), tf.scalar(0)];
  const logProb = await density.logProb(nothing, theta, { seed, progress: false }).finally(() => {
    density.dispose();
    tf.dispose([theta, nothing]);
  });
  const values = Array.from(logProb.dataSync());
  logProb.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return values;
}

const points = [
  [0, 0],
  [-1, 0.5],
  [1.5, -1.5],
  [0.1, 2],
  [2.5, 0],
];

describe('flowDensity with exact scores', () => {
  it.each([
    ['vpLinear', vpLinear()],
    ['subVp', subVp()],
  ])('is the log density of a mixture to .001 on %s', async (_, diffusion) => {
    const logProb = await logProbOf(mixture, points, { diffusion });
    points.forEach((point, i) => expect(Math.abs(logProb[i] - mixtureLogDensity(parts, point))).toBeLessThan(1e-3));
  });

  it('is the log density of a correlated Gaussian to .001, far out too', async () => {
    const covariance = [
      [1, 0.5, 0.2],
      [0.5, 0.6, -0.1],
      [0.2, -0.1, 0.3],
    ];
    const mean = [1, -2, 0.5];
    const source = rng(1);
    const theta = Array.from({ length: 8 }, () => mean.map((value) => value + source.normal()));
    const logProb = await logProbOf(diffusedTarget(3, gaussianScore(mean, covariance)), theta);
    const exact = tf.tidy(() => normal({ mean, covariance }).logProb(tf.tensor2d(theta)).dataSync());
    // .001, and a share of the number itself, which reaches -30
    logProb.forEach((value, i) => expect(Math.abs(value - exact[i])).toBeLessThan(1e-3 + 1e-4 * Math.abs(exact[i])));
  });

  it('is that of a posterior of a hundredth of the prior width', async () => {
    const narrow = diffusedTarget(1, gaussianScore([0.5], [[1e-4]]));
    const offsets = [0, 1, -2, 3];
    const logProb = await logProbOf(
      narrow,
      offsets.map((z) => [0.5 + 0.01 * z]),
    );
    offsets.forEach((z, i) =>
      expect(logProb[i]).toBeCloseTo(-(z * z) / 2 - Math.log(0.01 * Math.sqrt(2 * Math.PI)), 1.7),
    );
  });

  it('integrates to one on a grid', async () => {
    const width = 0.2;
    const axis = Array.from({ length: 36 }, (_, i) => (i - 17.5) * width);
    const logProb = await logProbOf(
      mixture,
      axis.flatMap((a) => axis.map((b) => [a, b])),
      { tolerance: 1e-3 },
    );
    expect(logProb.reduce((sum, value) => sum + Math.exp(value) * width * width, 0)).toBeCloseTo(1, 3);
  });

  it("has an unbiased integrand by Hutchinson's probes, the same for the same seed", async () => {
    // the log density is linear in the trace along a given path, so its mean over seeds is the exact one
    const count = 200;
    const logProb = await logProbOf(
      mixture,
      Array.from({ length: count }, () => [0.3, 0.4]),
      { trace: 'hutchinson', seed: 3, tolerance: 1e-3 },
    );
    const mean = logProb.reduce((sum, value) => sum + value, 0) / count;
    const variance = logProb.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
    expect(variance).toBeGreaterThan(1e-6);
    expect(Math.abs(mean - mixtureLogDensity(parts, [0.3, 0.4]))).toBeLessThan(4 * Math.sqrt(variance / count) + 1e-3);
  });

  it('draws the same probes for the same seed, others for another, and averages several', async () => {
    const density = flowDensity(vpLinear(), (_: tf.Tensor) => mixture, {
      trace: 'hutchinson',
      probes: 2,
      tolerance: 1e-2,
    });
    const [theta, nothing] = [tf.tensor2d(Array.from({ length: 9 }, () => [0.3, 0.4])), tf.scalar(0)];
    const values: number[][] = [];
    for (const seed of [1, 1, 2]) {
      const logProb = await density.logProb(nothing, theta, { seed, progress: false });
      values.push(Array.from(logProb.dataSync()));
      logProb.dispose();
    }
    expect(values[1]).toEqual(values[0]);
    expect(values[2]).not.toEqual(values[0]);
    density.dispose();
    tf.dispose([theta, nothing]);
  });
});

describe('flowDensity', () => {
  it('says how many points did not arrive, and never gives NaN', async () => {
    const failing: ComposedScore = {
      ...mixture,
      // infinite below half time wherever theta_0 exceeds 1
      observations: (theta, level) => {
        const fails = tf.mul(tf.step(tf.sub(tf.slice(theta, [0, 0], [-1, 1]), 1)), tf.step(tf.sub(0.5, level.t)));
        return tf.div(mixture.observations(theta, level), tf.sub(1, fails)) as tf.Tensor2D;
      },
    };
    const error = await logProbOf(failing, points, { maxSteps: 9 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FlowOdeError);
    expect((error as FlowOdeError).unconverged).toBe(5);
    expect((error as FlowOdeError).message).toMatch(/5 particles did not reach the end/);
    expect((error as FlowOdeError).message).toMatch(
      /for 2 of them no step is small enough, or the score is not finite; 3 were still under way after 9 steps/,
    );
  });

  it('refuses the composed score of several observations, and invalid options', async () => {
    await expect(logProbOf({ ...mixture, n: 2, isDiffused: false }, points)).rejects.toThrow(
      /composed of the scores of 2 observations/,
    );
    const make = (options: FlowDensityOptions) => () => flowDensity(vpLinear(), () => mixture, options);
    expect(make({ trace: 'none' as 'exact' })).toThrow(InvalidInputError);
    expect(make({ probes: 0 })).toThrow(/probes/);
    expect(make({ maxSteps: 1.5 })).toThrow(/maxSteps/);
    expect(make({ tolerance: 0 })).toThrow(/tolerance/);
    expect(make({ smallestNoise: -1 })).toThrow(/smallestNoise/);
  });
});

describe('jacobianTrace', () => {
  it('is the trace through dense layers, by unit vectors exactly and by signs on average', () => {
    tf.tidy(() => {
      const source = rng(2);
      const matrix = (rows: number, columns: number): tf.Tensor2D =>
        tf.tensor2d(Array.from({ length: rows }, () => Array.from({ length: columns }, () => source.normal())));
      const [w1, w2] = [matrix(3, 5), matrix(5, 3)];
      const network = (x: tf.Tensor2D): tf.Tensor2D =>
        dense(dense(x, w1, tf.zeros([5]), 'silu'), w2, tf.zeros([3])) as tf.Tensor2D;
      const x = matrix(2, 3);
      const numeric = [0, 1].map((row) =>
        [0, 1, 2].reduce((sum, k) => {
          const shift = tf.tensor2d([0, 1].map((i) => [0, 1, 2].map((j) => (i === row && j === k ? 1e-2 : 0))));
          const change = tf.sub(network(tf.add(x, shift)), network(tf.sub(x, shift))).arraySync() as number[][];
          return sum + change[row][k] / 2e-2;
        }, 0),
      );
      const exact = jacobianTrace(network, x, unitProbes(3), 1).dataSync();
      numeric.forEach((value, row) => expect(Math.abs(exact[row] - value)).toBeLessThan(1e-2));
      const probes = 2000;
      const estimate = jacobianTrace(network, x, signProbes(randomKey(1), probes, 2, 3), 1 / probes).dataSync();
      exact.forEach((value, row) => expect(Math.abs(estimate[row] - value)).toBeLessThan(0.3));
    });
  });
});
