import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { misspecification } from '../../lib/diagnostics/misspecification';
import { posteriorPredictive } from '../../lib/diagnostics/posterior-predictive';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';

const task = gaussianLinear([0.5, 1]);
const normals = (seed: number, count: number, width: number): number[][] => {
  const source = rng(seed);
  return Array.from({ length: count }, () => Array.from({ length: width }, () => source.normal()));
};

describe('posteriorPredictive', () => {
  const options = { seed: 1, draws: 200, progress: false };

  it('passes data of the model, and fails such as it does not make, by name', async () => {
    const before = tf.memory().numTensors;
    const own = await posteriorPredictive(task, task.exactPosterior([[0.5, -1]]), [[0.5, -1]], options);
    expect([own.passes, own.statistics.map(({ name }) => name)]).toEqual([true, ['x₁', 'x₂']]);
    const foreign = await posteriorPredictive(task, task.exactPosterior([[9, 0]]), [[9, 0]], {
      ...options,
      labels: ['a', 'b'],
    });
    // theta_1 given 9 is about N(6, 1/3), x_1 about N(6, 5/6): three standard deviations
    expect(foreign.passes).toBe(false);
    expect(foreign.statistics[0].beyond).toBeLessThan(0.03);
    expect(foreign.verdict).toMatch(/do not look like data simulated from 200 draws.*: a, /);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('compares means and standard deviations of several observations, or statistics of one’s own', async () => {
    const xObs = normals(1, 8, 2).map((row) => row.map((value) => 4 * value));
    const found = await posteriorPredictive(task, task.exactPosterior(xObs), xObs, options);
    expect(found.statistics.map(({ name }) => name)).toEqual(['mean of x₁', 'mean of x₂', 'sd of x₁', 'sd of x₂']);
    expect(found.statistics.slice(2).map(({ beyond }) => beyond)).toEqual([0, 0]);
    const largest = { largest: (x: readonly (readonly number[])[]) => Math.max(...x.flat()) };
    const own = await posteriorPredictive(task, task.exactPosterior(xObs), xObs, { ...options, statistics: largest });
    expect(own.statistics[0].observed).toBe(Math.fround(Math.max(...xObs.flat())));
    expect(own.passes).toBe(false);
  });

  it('is conservative: right models fail at most as often as the level says', async () => {
    const seeds = 30;
    let fails = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const source = rng(seed);
      const theta = task.prior.sample(source);
      const x = [theta.map((value, d) => value + Math.sqrt(task.noiseVariance[d]) * source.normal())];
      const { mean, covariance } = task.exactPosterior(x);
      const ofNormal = (row: number[]): number[] => row.map((z, d) => mean[d] + z * Math.sqrt(covariance[d][d]));
      const posterior = normals(seed + 1000, 100, 2).map(ofNormal);
      const { passes } = await posteriorPredictive(task, posterior, x, {
        seed,
        level: 0.2,
        progress: false,
        workers: 0,
      });
      fails += Number(!passes);
    }
    expect(fails / seeds).toBeLessThan(0.2 + 4 * Math.sqrt(0.16 / seeds));
  });

  it('refuses data and draws of another width, few draws, and statistics that are no numbers', async () => {
    const draws = normals(1, 20, 2);
    await expect(posteriorPredictive(task, draws, [[1, 2, 3]], options)).rejects.toThrow(
      /rows of 2 values, as simulated/,
    );
    await expect(posteriorPredictive(task, normals(1, 20, 3), [[1, 2]], options)).rejects.toThrow(/posterior/);
    await expect(posteriorPredictive(task, draws.slice(1), [[1, 2]], options)).rejects.toThrow(/at least 20 draws/);
    const bad = { ...options, statistics: { a: () => NaN } };
    await expect(posteriorPredictive(task, draws, [[1, 2]], bad)).rejects.toThrow(/statistic "a": expected a number/);
  });
});

describe('misspecification', () => {
  it('fails observations of the model as often as its level says', () => {
    const simulated = normals(1, 150, 2);
    const seeds = 150;
    const level = 0.2;
    let [fails, byDistance, byDensity] = [0, 0, 0];
    const observed = normals(2, seeds, 2);
    for (const [seed, row] of observed.entries()) {
      // fresh simulations for each: p-values given the same ones are alike
      const own = simulated.map(([a, b], i) =>
        [a, b].map((value, d) => (i % seeds === seed ? observed[(seed + 1) % seeds][d] : value)),
      );
      const found = misspecification(own, [row], { level, most: 150 });
      fails += Number(!found.passes);
      byDistance += Number(found.observations[0].distancePValue <= level);
      byDensity += Number(found.observations[0].densityPValue <= level);
    }
    // the simulations' own quantiles of 150 and 75 rows are uncertain, too
    const error = Math.sqrt(level * (1 - level) * (1 / seeds + 1 / 75));
    expect(fails / seeds).toBeLessThan(level + 4 * error);
    for (const share of [byDistance / seeds, byDensity / seeds])
      expect(Math.abs(share - level)).toBeLessThan(4 * error);
  }, 60_000);

  it('finds data far out, and data that break how values hang together', () => {
    const before = tf.memory().numTensors;
    const correlated = normals(1, 1000, 2).map(([a, b]) => [a, 0.95 * a + 0.3 * b]);
    const found = misspecification(correlated, [
      [0.5, 0.4],
      [1.5, -1.5],
    ]);
    expect(found.passes).toBe(false);
    expect(found.observations[0].densityPValue).toBeGreaterThan(0.1);
    // each of the two values alone is ordinary
    expect(found.observations[1].densityPValue).toBeLessThan(0.005);
    expect(found.verdict).toMatch(/^1 of 2 observations is unlike 1,000 simulations/);
    const far = misspecification(correlated, [[30, 30]]);
    expect([far.passes, far.observations[0].distancePValue]).toEqual([false, 1 / 1001]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('looks at features, and at columns that do not vary', () => {
    const simulated = normals(1, 200, 2).map(([a]) => [a, 7]);
    const sum = (x: tf.Tensor2D): tf.Tensor2D => tf.sum(x, 1, true);
    expect(misspecification(simulated, [[0, 7]], { features: sum }).passes).toBe(true);
    expect(misspecification(simulated, [[0, 17]], { features: sum }).passes).toBe(false);
    expect(misspecification(simulated, [[0, 7]]).passes).toBe(true);
    expect(misspecification(simulated, [[0, 17]]).passes).toBe(false);
  });

  it('refuses few simulations, other widths and features that are NaN', () => {
    const simulated = normals(1, 200, 2);
    expect(() => misspecification(simulated.slice(0, 99), [[0, 0]])).toThrow(/at least 100 simulations, received 99/);
    expect(() => misspecification(simulated, [[0]])).toThrow(/xObs/);
    expect(() => misspecification(simulated, [[0, 0]], { features: (x) => tf.log(x) })).toThrow(/features/);
  });
});
