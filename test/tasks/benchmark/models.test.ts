import '@tensorflow/tfjs-node';
import { afterEach, describe, expect, it } from 'vitest';
import { breathe } from '../../../lib/core/host';
import { publishedObservation } from '../../../lib/io/reference-posterior';
import * as benchmark from '../../../lib/tasks/benchmark/index';
import { distractors } from '../../../lib/tasks/benchmark/slcp-simulator';
import { columnMoments, expectMoments, simulateAt } from './simulate-at';

const ks = Array.from({ length: 10 }, (_, i) => i + 1);
const n = 4000;

// long synchronous stretches would keep the runner's messages waiting
afterEach(() => breathe());

describe('the simulators', () => {
  it.each([
    ['gaussian_linear', benchmark.gaussianLinear(), 0.1],
    ['gaussian_linear_uniform', benchmark.gaussianLinearUniform(), 0.1],
    ['gaussian_mixture', benchmark.gaussianMixture(), 0.505],
  ])('have the mean theta and the known variance: %s', (_, task, variance) => {
    const { theta } = publishedObservation(task, 1);
    const rows = simulateAt(task, theta, n, 1);
    theta.forEach((value, i) => expectMoments(rows, i, value, variance));
  });

  it('gaussian_mixture draws one width for both dimensions', () => {
    const rows = simulateAt(benchmark.gaussianMixture(), [0, 0], n, 2);
    // E a^2 b^2 = (1 + .1^4) / 2 with one width; it would be .505^2 with two
    const product = rows.map(([a, b]) => [a * a * b * b]);
    expect(Math.abs(columnMoments(product, 0).mean - 0.50005)).toBeLessThan(4 * Math.sqrt(4.5 / n));
  });

  it('slcp has its mean, its covariances and independent points', () => {
    const theta = [0.7, -2.9, -1, -0.9, 0.6];
    const rows = simulateAt(benchmark.slcp(), theta, n, 3);
    const [v1, v2] = [1 + 1e-6, 0.9 ** 4 + 1e-6];
    for (let k = 0; k < 4; k++) {
      expectMoments(rows, 2 * k, 0.7, v1);
      expectMoments(rows, 2 * k + 1, -2.9, v2);
    }
    const covariance = (i: number, j: number): number => {
      const [a, b] = [theta[i % 2], theta[j % 2]];
      return rows.reduce((sum, row) => sum + (row[i] - a) * (row[j] - b), 0) / n;
    };
    const expected = Math.tanh(0.6) * 0.81;
    const spread = Math.sqrt((v1 * v2 + expected ** 2) / n);
    expect(Math.abs(covariance(0, 1) - expected)).toBeLessThan(4 * spread);
    expect(Math.abs(covariance(6, 7) - expected)).toBeLessThan(4 * spread);
    for (const j of [2, 3, 5]) expect(Math.abs(covariance(0, j))).toBeLessThan(4 * spread);
  });

  it('slcp_distractors hides the published slcp observations in the published places', () => {
    const { order } = distractors();
    for (const k of ks) {
      const { xObs: plain, theta } = publishedObservation(benchmark.slcp(), k);
      const { xObs: hidden, theta: same } = publishedObservation(benchmark.slcpDistractors(), k);
      expect(same).toEqual(theta);
      expect(plain[0].map((_, i) => hidden[0][order.indexOf(i)])).toEqual(plain[0]);
    }
  });

  it('slcp_distractors draws from the law of the published distractors', () => {
    const { order, centres, factors } = distractors();
    // the first ones only: the triangular factors are so ill-conditioned that the rounding of the data spoils the rest
    const dim = 15;
    const noise = (x: readonly number[]): number[] => Array.from({ length: dim }, (_, i) => x[order.indexOf(8 + i)]);
    const logDensity = (x: readonly number[]): number => {
      const logs = centres.map((centre, part) => {
        const z: number[] = [];
        let logScale = 0;
        for (let i = 0, at = 0; i < dim; i++) {
          let rest = x[i] - centre[i];
          for (let j = 0; j < i; j++) rest -= factors[part][at++] * z[j];
          logScale += Math.log(Math.abs(factors[part][at]));
          z.push(rest / factors[part][at++]);
        }
        const square = z.reduce((sum, value) => sum + value * value, 0);
        return -logScale - ((dim + 2) / 2) * Math.log1p(square / 2);
      });
      const top = Math.max(...logs);
      return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
    };
    const task = benchmark.slcpDistractors();
    const simulated = simulateAt(task, [0, 0, 1, 1, 0], 500, 4).map((row) => logDensity(noise(row)));
    const ranks = ks.map((k) => {
      const own = logDensity(noise(publishedObservation(task, k).xObs[0]));
      return simulated.filter((value) => value < own).length / simulated.length;
    });
    const z = ranks.reduce((sum, rank) => sum + rank - 0.5, 0) * Math.sqrt(12 / ranks.length);
    expect(Math.abs(z)).toBeLessThan(4);
    expect(Math.min(...ranks)).toBeGreaterThan(0);
    // another order of the same values is far off
    const moved = [...publishedObservation(task, 1).xObs[0]].reverse();
    expect(logDensity(noise(moved))).toBeLessThan(Math.min(...simulated));
  });

  it('bernoulli_glm has the moments of its spikes, and its published data are those of the raw task', () => {
    const [task, raw] = [benchmark.bernoulliGlm(), benchmark.bernoulliGlmRaw()];
    const { theta } = publishedObservation(task, 1);
    const rates = task.design.map(
      (row) => 1 / (1 + Math.exp(-row.reduce((sum, value, k) => sum + value * theta[k], 0))),
    );
    const rows = simulateAt(task, theta, n, 5);
    theta.forEach((_, k) => {
      const [mean, variance] = [
        task.design.reduce((sum, row, t) => sum + row[k] * rates[t], 0),
        task.design.reduce((sum, row, t) => sum + row[k] ** 2 * rates[t] * (1 - rates[t]), 0),
      ];
      expectMoments(rows, k, mean, variance);
    });
    const spikes = simulateAt(raw, theta, n, 6);
    rates.forEach((rate, t) =>
      expect(Math.abs(columnMoments(spikes, t).mean - rate)).toBeLessThan(
        4.5 * Math.sqrt((rate * (1 - rate)) / n) + 1e-3,
      ),
    );
    for (const k of ks) {
      const sums = publishedObservation(task, k).xObs[0];
      const [y] = publishedObservation(raw, k).xObs;
      sums.forEach((value, i) => {
        expect(task.design.reduce((sum, row, t) => sum + row[i] * y[t], 0)).toBeCloseTo(value, 4);
      });
    }
  });

  it("the prior of bernoulli_glm has the benchmark's precision", () => {
    const { covariance } = benchmark.bernoulliGlm().prior;
    expect(covariance[0]).toEqual([2, ...new Array<number>(9).fill(0)]);
    // F = D^2 + diag(sqrt(i / 9)): one row of its inverse covariance F' F, worked out by hand
    const precisionRow = covariance.map((row) => row.reduce((sum, value, j) => sum + value * firstRow[j], 0));
    precisionRow.forEach((value, i) => expect(value).toBeCloseTo(i === 1 ? 1 : 0, 8));
  });

  it('two_moons lies on a half ring: radius .1 +- .01, angle uniform', () => {
    const theta = [0.3, -0.8];
    const rows = simulateAt(benchmark.twoMoons(), theta, n, 7).map(([x, y]) => {
      const [u, v] = [x + 0.5 / Math.SQRT2 - 0.25, y + 1.1 / Math.SQRT2];
      return [Math.hypot(u, v), Math.atan2(v, u)];
    });
    expectMoments(rows, 0, 0.1, 1e-4);
    expectMoments(rows, 1, 0, Math.PI ** 2 / 12);
  });
});

/** Row 1 of F' F: F has 1 + d_i, -2, 1 in column i, rows i to i + 2. */
const firstRow = [0, 1 + 4 + 1, -2 * (1 + Math.sqrt(1 / 9)) - 2, 1 + Math.sqrt(2 / 9), ...new Array<number>(6).fill(0)];
