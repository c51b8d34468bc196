import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { breathe } from '../../../lib/core/host';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { compile } from '../../../lib/graph/compile';
import { publishedObservation } from '../../../lib/io/reference-posterior';
import * as benchmark from '../../../lib/tasks/benchmark/index';
import { slcp } from '../../../lib/tasks/benchmark/slcp-simulator';
import { unnormalisedPosterior } from '../../../lib/tasks/unnormalised-posterior';
import { columnMoments, simulateAt } from './simulate-at';

// long synchronous stretches would keep the runner's messages waiting
afterEach(() => breathe());

describe('the log likelihoods', () => {
  const grid = (low: number, high: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.5)) / count);

  it.each([
    ['gaussian_mixture', benchmark.gaussianMixture(), [1, -2], 4.5, 300],
    ['two_moons', benchmark.twoMoons(), [0.3, -0.8], 0.5, 400],
  ])('are densities of x: they integrate to one: %s', (_, task, theta, reach, count) => {
    const rows = simulateAt(task, theta, 500, 1);
    const centre = [0, 1].map((i) => columnMoments(rows, i).mean);
    const xs = grid(centre[0] - reach, centre[0] + reach, count);
    const ys = grid(centre[1] - reach, centre[1] + reach, count);
    const cell = ((2 * reach) / count) ** 2;
    // theta moves the density of x without changing its shape, so many points x are one point seen from many thetas
    let integral = 0;
    for (const y of ys) {
      const shifted = tf.tidy(() => {
        const values = xs.map((x) => shift(task.name, theta, [x - centre[0], y - centre[1]]));
        return tf.exp(task.logLikelihood!(tf.tensor2d(values), tf.tensor2d([centre]))).dataSync() as Float32Array;
      });
      integral += shifted.reduce((sum, value) => sum + value, 0) * cell;
    }
    expect(integral).toBeCloseTo(1, 2);
  });

  /**
   * Parameters at which the density of the centre is that of centre + d at theta: both families are shifted by theta.
   */
  function shift(name: string, theta: readonly number[], d: readonly number[]): number[] {
    if (name === 'gaussian_mixture') return [theta[0] - d[0], theta[1] - d[1]];
    const sum = Math.abs(theta[0] + theta[1]) + d[0] * Math.SQRT2;
    const difference = theta[1] - theta[0] - d[1] * Math.SQRT2;
    return [(sum - difference) / 2, (sum + difference) / 2];
  }

  it('slcp is that of four correlated normal points, in double precision too', () => {
    const task = benchmark.slcp();
    const root = rng(4);
    const thetas = Array.from({ length: 20 }, () => task.prior.sample(root));
    thetas.forEach((theta) => {
      const x = slcp(theta, root);
      const [v1, v2] = [theta[2] ** 4 + 1e-6, theta[3] ** 4 + 1e-6];
      const c = Math.tanh(theta[4]) * theta[2] ** 2 * theta[3] ** 2;
      const determinant = v1 * v2 - c * c;
      let expected = -4 * Math.log(2 * Math.PI) - 2 * Math.log(determinant);
      for (let k = 0; k < 4; k++) {
        const [a, b] = [x[2 * k] - theta[0], x[2 * k + 1] - theta[1]];
        expected -= (v2 * a * a - 2 * c * a * b + v1 * b * b) / (2 * determinant);
      }
      const value = tf.tidy(() => task.logLikelihood(tf.tensor2d([theta]), tf.tensor2d([x])).dataSync()[0]);
      expect(Math.abs(value - expected)).toBeLessThan(2e-3 * Math.max(1, Math.abs(expected)));
    });
  });

  it('slcp_distractors sees the eight values only', () => {
    const [plain, hidden] = [benchmark.slcp(), benchmark.slcpDistractors()];
    tf.tidy(() => {
      const theta = tf.tensor2d([
        [0.1, 0.2, 1, -1.5, 0.4],
        [-1, 1, 2, 2, -2],
      ]);
      const values = [plain, hidden].map((task) =>
        task
          .logLikelihood(
            theta,
            tf.tensor2d([publishedObservation(task, 1).xObs[0], publishedObservation(task, 2).xObs[0]]),
          )
          .arraySync(),
      );
      expect(values[1]).toEqual(values[0]);
    });
  });

  it('bernoulli_glm and bernoulli_glm_raw agree, and are the probability of the spikes', () => {
    const [sums, raw] = [benchmark.bernoulliGlm(), benchmark.bernoulliGlmRaw()];
    const { theta } = publishedObservation(raw, 2);
    const [y] = publishedObservation(raw, 2).xObs;
    const expected = raw.design.reduce((sum, row, t) => {
      const rate = 1 / (1 + Math.exp(-row.reduce((level, value, k) => level + value * theta[k], 0)));
      return sum + Math.log(y[t] === 1 ? rate : 1 - rate);
    }, 0);
    tf.tidy(() => {
      const at = tf.tensor2d([theta]);
      expect(raw.logLikelihood(at, tf.tensor2d([y])).dataSync()[0]).toBeCloseTo(expected, 3);
      const counts = tf.tensor2d(publishedObservation(sums, 2).xObs);
      expect(sums.logLikelihood(at, counts).dataSync()[0]).toBeCloseTo(expected, 3);
      const far = tf.tensor2d([theta.map((value) => 100 * value)]);
      expect(Number.isFinite(raw.logLikelihood(far, tf.tensor2d([y])).dataSync()[0])).toBe(true);
    });
  });

  it.each(
    benchmark
      .all()
      .filter((task) => task.logLikelihood)
      .map((task) => [task.name, task] as const),
  )('have gradients, add up over observations, can be recorded, and leak nothing: %s', (_, task) => {
    const before = tf.memory().numTensors;
    const root = rng(5);
    const { theta: truth, xObs } = publishedObservation(task, 1);
    const second = simulateAt(task, truth, 1, 2);
    const density = unnormalisedPosterior(task, [...xObs, ...second]);
    const compiled = compile((theta: tf.Tensor2D) => ({ log: density.logProb(theta), score: density.score(theta) }));
    tf.tidy(() => {
      const theta = tf.tensor2d([truth, ...Array.from({ length: 3 }, () => task.prior.sample(root))]);
      const [x, other] = [tf.tensor2d(xObs), tf.tensor2d(second)];
      const separate = tf.add(task.logLikelihood!(theta, x), task.logLikelihood!(theta, other)).dataSync();
      const joint = task.logLikelihood!(theta, tf.concat([x, other], 0)).dataSync();
      joint.forEach((value, i) => {
        if (Number.isFinite(value)) expect(Math.abs(value - separate[i])).toBeLessThan(1e-4 * (1 + Math.abs(value)));
        else expect(separate[i]).toBe(value);
      });
      const [scores, recorded] = [density.score(theta), compiled(theta).score].map((each) => each.dataSync());
      scores.forEach((value, i) => {
        expect(Number.isFinite(value)).toBe(true);
        expect(Math.abs(recorded[i] - value)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
      });
    });
    compiled.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => {
      const [theta, wide] = [tf.tensor2d([truth]), tf.tensor2d([[1, 2, 3]])];
      expect(() => task.logLikelihood!(theta, wide)).toThrow(InvalidInputError);
      expect(() => unnormalisedPosterior(task).logProb(theta, { x: wide })).toThrow(InvalidInputError);
    });
  });
});
