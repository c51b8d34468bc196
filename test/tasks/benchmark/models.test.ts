import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { breathe } from '../../../lib/core/host';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { compile } from '../../../lib/graph/compile';
import { publishedObservation } from '../../../lib/io/reference-posterior';
import * as benchmark from '../../../lib/tasks/benchmark/index';
import {
  binomial,
  infectedShares,
  logPopulations,
  lotkaVolterra,
  sir,
} from '../../../lib/tasks/benchmark/ode-simulators';
import { distractors, slcp } from '../../../lib/tasks/benchmark/slcp-simulator';
import { simulate } from '../../../lib/simulation/simulate';
import { unnormalisedPosterior } from '../../../lib/tasks/unnormalised-posterior';
import { columnMoments, simulateAt } from './simulate-at';

const ks = Array.from({ length: 10 }, (_, i) => i + 1);
const n = 4000;

/**
 * Checks a column's mean and variance against the law's, within four standard errors; the fourth moment is the
 * sample's.
 */
function expectMoments(rows: readonly (readonly number[])[], column: number, mean: number, variance: number): void {
  const found = columnMoments(rows, column);
  const fourth = rows.reduce((sum, row) => sum + (row[column] - mean) ** 4, 0) / rows.length;
  expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / rows.length) + 1e-12);
  expect(Math.abs(found.variance - variance)).toBeLessThan(
    4 * Math.sqrt(Math.max(fourth - variance ** 2, 0) / rows.length) + 1e-3 * variance + 1e-12,
  );
}

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

describe('the simulators of differential equations', () => {
  /** Fourth-order Runge-Kutta in the populations themselves, with small steps. */
  const rungeKutta = (
    f: (y: readonly number[]) => number[],
    start: readonly number[],
    times: readonly number[],
  ): number[][] => {
    let [t, y] = [times[0], [...start]];
    const plus = (a: readonly number[], b: readonly number[], h: number): number[] =>
      a.map((value, i) => value + h * b[i]);
    return times.map((stop) => {
      const steps = Math.ceil((stop - t) / 0.002);
      const h = steps === 0 ? 0 : (stop - t) / steps;
      for (let s = 0; s < steps; s++) {
        const a = f(y);
        const b = f(plus(y, a, h / 2));
        const c = f(plus(y, b, h / 2));
        const d = f(plus(y, c, h));
        y = y.map((value, i) => value + (h / 6) * (a[i] + 2 * b[i] + 2 * c[i] + d[i]));
      }
      t = stop;
      return y;
    });
  };

  it('sir and lotka_volterra solve their equations', () => {
    for (const k of [1, 4, 8]) {
      const { theta: epidemic } = publishedObservation(benchmark.sir(), k);
      const people = 1e6;
      const infected = rungeKutta(
        ([s, i]) => [(-epidemic[0] * s * i) / people, (epidemic[0] * s * i) / people - epidemic[1] * i],
        [people - 1, 1],
        Array.from({ length: 10 }, (_, j) => 17 * j),
      ).map(([, i]) => i / people);
      infectedShares(epidemic).forEach((share, j) => expect(Math.abs(share - infected[j])).toBeLessThan(1e-7));

      const { theta: species } = publishedObservation(benchmark.lotkaVolterra(), k);
      const [alpha, beta, gamma, delta] = species;
      const states = rungeKutta(
        ([x, y]) => [alpha * x - beta * x * y, delta * x * y - gamma * y],
        [30, 1],
        Array.from({ length: 10 }, (_, j) => 2.1 * j),
      );
      logPopulations(species).forEach((log, j) =>
        expect(Math.abs(log - Math.log(states[j % 10][Math.floor(j / 10)]))).toBeLessThan(1e-5),
      );
    }
  });

  it('sir counts tests of the infected share, lotka_volterra has log-normal noise of .1', () => {
    const { theta: epidemic } = publishedObservation(benchmark.sir(), 1);
    const counts = simulateAt(benchmark.sir(), epidemic, n, 8);
    infectedShares(epidemic).forEach((p, j) => {
      if (p > 1e-4) expectMoments(counts, j, 1000 * p, 1000 * p * (1 - p));
      else expect(columnMoments(counts, j).mean).toBeLessThan(0.5);
    });
    const { theta: species } = publishedObservation(benchmark.lotkaVolterra(), 1);
    const logs = simulateAt(benchmark.lotkaVolterra(), species, n, 9).map((row) => row.map(Math.log));
    logPopulations(species).forEach((log, j) => expectMoments(logs, j, log, 0.01));
  });

  it.each([0.003, 0.3, 0.62, 0.999])('draws binomial counts: n = 12, p = %f', (p) => {
    const root = rng(1);
    const [trials, draws] = [12, 20_000];
    const counts = new Array<number>(trials + 1).fill(0);
    for (let i = 0; i < draws; i++) counts[binomial(trials, p, root)]++;
    let mass = (1 - p) ** trials;
    for (let k = 0; k <= trials; k++) {
      expect(Math.abs(counts[k] - draws * mass)).toBeLessThan(4 * Math.sqrt(draws * mass * (1 - mass)) + 1);
      mass *= ((trials - k) / (k + 1)) * (p / (1 - p));
    }
    expect([binomial(5, 0, root), binomial(5, 1, root)]).toEqual([0, 5]);
  });

  it('make NaN, not a wrong number, where the equation is not solved, and simulate refuses or drops it', async () => {
    const hopeless = [1e300, 1e300, 1e300, 1e300];
    expect(lotkaVolterra(hopeless, rng(1))).toEqual(new Array(20).fill(NaN));
    expect(sir([NaN, 0.1], rng(1))).toEqual(new Array(10).fill(NaN));
    const theta = [publishedObservation(benchmark.lotkaVolterra(), 1).theta, [1e30, 1e30, 1e30, 1e30]];
    const task = benchmark.lotkaVolterra();
    const options = { seed: 1, theta, workers: 0, progress: false } as const;
    await expect(simulate(task, 2, options)).rejects.toThrow(/NaN/);
    const kept = await simulate(task, 2, { ...options, invalid: 'drop' });
    expect([kept.x.shape[0], kept.dropped]).toEqual([1, 1]);
    kept.dispose();
  });

  it('are solved for every draw of their priors', async () => {
    for (const task of [benchmark.sir(), benchmark.lotkaVolterra()]) {
      const sims = await simulate(task, 3000, { seed: 2, workers: 0, progress: false });
      expect(sims.dropped).toBe(0);
      sims.dispose();
    }
  });
});

describe('the exact posteriors', () => {
  it('refuse observations that they are not known for, or that no parameters can make', () => {
    const [mixture, moons] = [benchmark.gaussianMixture(), benchmark.twoMoons()];
    expect(() => mixture.exactPosterior(new Array(13).fill([0, 0]))).toThrow(/at most 12/);
    expect(() => mixture.exactPosterior([[1000, 0]])).toThrow(/can make/);
    expect(() =>
      moons.exactPosterior([
        [0, 0],
        [0, 0],
      ]),
    ).toThrow(/one observation/);
    expect(() => moons.exactPosterior([[5, 0]])).toThrow(/can make/);
    expect(() => benchmark.gaussianLinearUniform().exactPosterior([[1, NaN]])).toThrow(InvalidInputError);
  });

  it.each([
    [
      'gaussian_mixture',
      benchmark.gaussianMixture(),
      [
        [9.7, -2],
        [9.9, -1.5],
      ],
      10,
    ],
    ['two_moons', benchmark.twoMoons(), [[-0.95, 0.2]], 1],
    ['two_moons within', benchmark.twoMoons(), [[0.28, 0]], 1],
  ])('are normalised where walls cut them: %s', (_, task, xObs, bound) => {
    const count = 600;
    const axis = Array.from({ length: count }, (__, i) => bound * ((2 * (i + 0.5)) / count - 1));
    const { logProb } = task.exactPosterior(xObs);
    const sum = axis.reduce(
      (total, a) => total + tf.tidy(() => tf.sum(tf.exp(logProb(tf.tensor2d(axis.map((b) => [a, b]))))).dataSync()[0]),
      0,
    );
    // the grid itself errs by 1% where a crescent ends within a cell; walls forgotten would be 70%
    expect(Math.abs(sum * ((2 * bound) / count) ** 2 - 1)).toBeLessThan(0.02);
  });
});

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
