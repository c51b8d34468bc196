import '@tensorflow/tfjs-node';
import { afterEach, describe, expect, it } from 'vitest';
import { breathe } from '../../../lib/core/host';
import { rng } from '../../../lib/core/rng';
import { publishedObservation } from '../../../lib/io/reference-posterior';
import * as benchmark from '../../../lib/tasks/benchmark/index';
import {
  binomial,
  infectedShares,
  logPopulations,
  lotkaVolterra,
  sir,
} from '../../../lib/tasks/benchmark/ode-simulators';
import { simulate } from '../../../lib/simulation/simulate';
import { columnMoments, expectMoments, simulateAt } from './simulate-at';

const n = 4000;

// long synchronous stretches would keep the runner's messages waiting
afterEach(() => breathe());

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
