import '@tensorflow/tfjs-node';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { breathe } from '../../../lib/core/host';
import { checkPrior } from '../../../lib/distributions/check-prior';
import { publishedObservation } from '../../../lib/io/reference-posterior';
import * as benchmark from '../../../lib/tasks/benchmark/index';
import { simulate } from '../../../lib/simulation/simulate';
import { build, buildWorker } from '../../simulation/build-worker';
import { bytesOf } from '../fixtures';
import { simulateAt } from './simulate-at';

const tasks = benchmark.all();
const quiet = { seed: 3, progress: false } as const;
const ks = Array.from({ length: 10 }, (_, i) => i + 1);

// long synchronous stretches would keep the runner's messages waiting
afterEach(() => breathe());

describe('the benchmark tasks', () => {
  it('bear the published names', () => {
    const file = join(__dirname, '..', '..', '..', 'data', 'sbibm', 'observations.json');
    const published = Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object);
    expect(tasks.map(({ name }) => name).sort()).toEqual(published.sort());
  });

  it.each([
    ['gaussian_linear', 10, 10, [-Infinity, Infinity]],
    ['gaussian_linear_uniform', 10, 10, [-1, 1]],
    ['slcp', 5, 8, [-3, 3]],
    ['slcp_distractors', 5, 100, [-3, 3]],
    ['bernoulli_glm', 10, 10, [-Infinity, Infinity]],
    ['bernoulli_glm_raw', 10, 100, [-Infinity, Infinity]],
    ['gaussian_mixture', 2, 2, [-10, 10]],
    ['two_moons', 2, 2, [-1, 1]],
    ['sir', 2, 10, [0, Infinity]],
    ['lotka_volterra', 4, 20, [0, Infinity]],
  ])('%s has %i parameters, %i values and its box', async (name, dim, dataDim, [low, high]) => {
    const task = tasks.find((each) => each.name === name)!;
    expect(task.prior.dim).toBe(dim);
    expect(task.dataDim).toBe(dataDim);
    checkPrior(task.prior);
    const { lower, upper } = task.prior.support ?? { lower: [-Infinity], upper: [Infinity] };
    expect(new Set(lower)).toEqual(new Set([low]));
    expect(new Set(upper)).toEqual(new Set([high]));
    const [one, same, other] = await Promise.all(
      [3, 3, 4].map((seed) => simulate(task, 50, { ...quiet, seed, workers: 0 }).then(bytesOf)),
    );
    expect(one.x).toHaveLength(50 * dataDim);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    for (const k of ks) {
      const { theta, xObs } = publishedObservation(task, k);
      expect(theta).toHaveLength(dim);
      expect(xObs.map((row) => row.length)).toEqual([dataDim]);
      theta.forEach((value) => expect(value > low && value < high).toBe(true));
    }
  });

  it.each(tasks.map((task) => [task.name, task] as const))(
    'the published observations are plausible draws at their true parameters: %s',
    (_, task) => {
      const n = 1000;
      // the rank of each published value among simulated ones, in (0, 1), ties shared
      const ranks = ks.map((k) => {
        const { theta, xObs } = publishedObservation(task, k);
        const rows = simulateAt(task, theta, n, k);
        return xObs[0].map((value, i) => {
          const x = Math.fround(value);
          const below = rows.reduce((count, row) => count + (close(row[i], x) ? 0.5 : row[i] < x ? 1 : 0), 0);
          return (below + 0.5) / (n + 1);
        });
      });
      ranks[0].forEach((_, i) => {
        const z = ranks.reduce((sum, rank) => sum + (rank[i] - 0.5), 0) * Math.sqrt(12 / 10);
        expect(Math.abs(z), `value ${i}`).toBeLessThan(4);
      });
      // no more values in the outer hundredth on either side than a binomial count allows
      const all = ranks.flat();
      const outer = all.filter((rank) => Math.abs(rank - 0.5) > 0.49).length;
      expect(outer).toBeLessThan(0.02 * all.length + 4 * Math.sqrt(0.02 * all.length) + 1);
    },
  );

  it('lists new values each time', () => {
    expect(benchmark.all()[0]).not.toBe(tasks[0]);
  });
});

/** Equal but for the rounding of sums: the counts and sums of the discrete tasks tie often. */
function close(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-5 * Math.max(1, Math.abs(b));
}

describe('the benchmark simulators in workers', () => {
  beforeAll(() => {
    buildWorker();
    for (const file of ['ode-simulators', 'slcp-simulator']) build(join('tasks', 'benchmark', `${file}.ts`));
  }, 60_000);

  it.each(
    tasks.filter(({ name }) => /moons|distractors|sir|lotka/.test(name)).map((task) => [task.name, task] as const),
  )('give the same bytes for 0 and 2 workers: %s', async (_, task) => {
    const [none, two] = await Promise.all(
      [0, 2].map((workers) => simulate(task, 101, { ...quiet, workers }).then(bytesOf)),
    );
    expect(two).toEqual(none);
  });
});
