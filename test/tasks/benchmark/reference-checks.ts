import '@tensorflow/tfjs-node';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, it } from 'vitest';
import { breathe } from '../../../lib/core/host';
import { unconstrained } from '../../../lib/distributions/unconstrained';
import { unconstrainedDensity } from '../../../lib/distributions/unconstrained-density';
import { publishedObservation, referencePosterior, type ReferencePosterior } from '../../../lib/io/reference-posterior';
import { squaredMmd, mmdFloor } from '../../../lib/metrics/squared-mmd';
import * as benchmark from '../../../lib/tasks/benchmark/index';
import { infectedShares, logPopulations, populationNoise } from '../../../lib/tasks/benchmark/ode-simulators';
import { unnormalisedPosterior } from '../../../lib/tasks/unnormalised-posterior';
import { describeIfThere } from '../../if-there';
import { columnMoments } from './simulate-at';

const need = {
  isThere: existsSync(join(__dirname, '..', '..', '..', 'data', 'sbibm', 'reference')),
  missing: 'The published posterior samples are not in data/sbibm/reference; npm run setup fetches them.',
};
const tasks = benchmark.all();

/** Checks that every column has mean `expected`, within so many standard errors of independent rows. */
function expectColumnMeans(rows: readonly (readonly number[])[], expected: number, errors: number, what: string): void {
  rows[0].forEach((_, i) => {
    const { mean, variance } = columnMoments(rows, i);
    expect(Math.abs(mean - expected), `${what}, column ${i}`).toBeLessThan(errors * Math.sqrt(variance / rows.length));
  });
}

/** The tests of the published samples of some observations, each by its first `count` samples. */
export function describeReference(ks: readonly number[], count: number): void {
  describeIfThere('the published posterior samples', need, () => {
    // long synchronous stretches would keep the runner's messages waiting
    afterEach(() => breathe());

    const firstSamples = (task: { readonly name: string }, k: number): ReferencePosterior => {
      const reference = referencePosterior(task, k);
      return { ...reference, samples: reference.samples.slice(0, count) };
    };

    it.each(tasks.map((task) => [task.name, task] as const))('are 10,000 rows inside the prior: %s', (_, task) => {
      for (const k of ks) {
        const { samples, xObs, theta } = referencePosterior(task, k);
        expect({ xObs, theta }).toEqual(publishedObservation(task, k));
        expect(samples).toHaveLength(10_000);
        const { dim, support } = task.prior;
        const inside = samples.every(
          (row) =>
            row.length === dim &&
            row.every(
              (value, i) =>
                Number.isFinite(value) && (!support || (value >= support.lower[i] && value <= support.upper[i])),
            ),
        );
        expect(inside).toBe(true);
      }
    });

    it.each([
      ['gaussian_linear', benchmark.gaussianLinear()],
      ['gaussian_linear_uniform', benchmark.gaussianLinearUniform()],
      ['gaussian_mixture', benchmark.gaussianMixture()],
      ['two_moons', benchmark.twoMoons()],
    ])('have the moments of the exact posterior: %s', async (_, task) => {
      for (const k of ks) {
        const { samples, xObs } = firstSamples(task, k);
        const exact = task.exactPosterior(xObs);
        const own = await exact.sample(count, { seed: k });
        const rows = own.arraySync();
        own.dispose();
        // theta, its square and neighbours' products
        const features = (row: readonly number[]): number[] => [
          ...row,
          ...row.map((value) => value * value),
          ...row.slice(1).map((value, i) => value * row[i]),
        ];
        const [published, mine] = [samples, rows].map((set) => set.map(features));
        published[0].forEach((__, i) => {
          const [a, b] = [columnMoments(published, i), columnMoments(mine, i)];
          const spread = Math.sqrt((a.variance + b.variance) / count);
          expect(Math.abs(a.mean - b.mean), `observation ${k}, feature ${i}`).toBeLessThan(4.5 * spread);
        });
      }
    });

    it.each([
      ['gaussian_linear', benchmark.gaussianLinear()],
      ['gaussian_linear_uniform', benchmark.gaussianLinearUniform()],
      ['gaussian_mixture', benchmark.gaussianMixture()],
      ['two_moons', benchmark.twoMoons()],
    ])('are as far from exact draws as exact draws are from each other: %s', async (_, task) => {
      const { samples, xObs } = referencePosterior(task, ks[0]);
      const exact = task.exactPosterior(xObs);
      const rows = Math.min(count, 3000) / 10;
      const own = await exact.sample(rows, { seed: 1 });
      const { quantile95 } = await mmdFloor((seed) => exact.sample(rows, { seed }), { repeats: 8, seed: 5 });
      expect(squaredMmd(samples.slice(0, rows), own)).toBeLessThan(2 * quantile95);
      own.dispose();
    });

    it.each([
      ['gaussian_linear_uniform', benchmark.gaussianLinearUniform()],
      ['gaussian_mixture', benchmark.gaussianMixture()],
      ['two_moons', benchmark.twoMoons()],
    ])('have the mean log density of exact draws: %s', async (_, task) => {
      for (const k of ks) {
        const { samples, xObs } = firstSamples(task, k);
        const exact = task.exactPosterior(xObs);
        const own = await exact.sample(count, { seed: k + 20 });
        const [a, b] = tf
          .tidy(() => [exact.logProb(tf.tensor2d(samples)).arraySync(), exact.logProb(own).arraySync()])
          .map((values) =>
            columnMoments(
              values.map((value) => [value]),
              0,
            ),
          );
        own.dispose();
        expect(Math.abs(a.mean - b.mean), `observation ${k}`).toBeLessThan(
          4.5 * Math.sqrt((a.variance + b.variance) / count),
        );
      }
    });

    // With p(z) the posterior on all of R^D: E[d log p / dz_i] = 0 and E[z_i d log p / dz_i] = -1
    it.each([
      ['gaussian_linear', benchmark.gaussianLinear()],
      ['gaussian_linear_uniform', benchmark.gaussianLinearUniform()],
      ['gaussian_mixture', benchmark.gaussianMixture()],
      ['slcp', benchmark.slcp()],
      ['slcp_distractors', benchmark.slcpDistractors()],
      ['bernoulli_glm', benchmark.bernoulliGlm()],
      ['bernoulli_glm_raw', benchmark.bernoulliGlmRaw()],
    ])('fit the log likelihood, by the identities of the score: %s', (_, task) => {
      for (const k of ks) {
        const { samples, xObs } = firstSamples(task, k);
        const map = unconstrained(task.prior);
        const density = unconstrainedDensity(unnormalisedPosterior(task, xObs));
        const [z, score] = tf.tidy(() => {
          const inR = map.toUnconstrained(tf.tensor2d(samples));
          return [inR.arraySync(), density.score(inR).arraySync()];
        });
        expectColumnMeans(score, 0, 4.5, `score, observation ${k}`);
        expectColumnMeans(
          score.map((row, j) => row.map((value, i) => value * z[j][i])),
          -1,
          4.5,
          `z score, observation ${k}`,
        );
      }
    });

    const logBinomial = (count: number, p: number): number =>
      (count > 0 ? count * Math.log(p) : 0) + (1000 - count) * Math.log1p(-p);

    it.each<[string, (typeof tasks)[number], (theta: readonly number[], x: readonly number[]) => number]>([
      [
        'sir',
        benchmark.sir(),
        (theta, x) => infectedShares(theta).reduce((sum, p, j) => sum + logBinomial(x[j], p), 0),
      ],
      [
        'lotka_volterra',
        benchmark.lotkaVolterra(),
        (theta, x) =>
          logPopulations(theta).reduce((sum, log, j) => sum - 0.5 * ((Math.log(x[j]) - log) / populationNoise) ** 2, 0),
      ],
    ])(
      'fit the differential equation, by the identities of the score in log theta: %s',
      (name, task, logLikelihood) => {
        const [mean, std] =
          name === 'sir'
            ? [
                [Math.log(0.4), Math.log(0.125)],
                [0.5, 0.2],
              ]
            : [
                [-0.125, -3, -0.125, -3],
                [0.5, 0.5, 0.5, 0.5],
              ];
        for (const k of ks) {
          const { samples, xObs } = referencePosterior(task, k);
          const step = 1e-4;
          const scores = samples.slice(0, count / 10).map((theta) =>
            theta.map((value, i) => {
              const at = (sign: number): number =>
                logLikelihood(
                  theta.map((each, j) => (j === i ? each * Math.exp(sign * step) : each)),
                  xObs[0],
                );
              return (at(1) - at(-1)) / (2 * step) - (Math.log(value) - mean[i]) / std[i] ** 2;
            }),
          );
          expectColumnMeans(scores, 0, 4.5, `score, observation ${k}`);
          // around the prior's mean, so that the product's variance stays small
          const centre = scores[0].map(
            (_, i) => samples.reduce((sum, row) => sum + Math.log(row[i]), 0) / samples.length,
          );
          expectColumnMeans(
            scores.map((row, j) => row.map((value, i) => value * (Math.log(samples[j][i]) - centre[i]))),
            -1,
            4.5,
            `z score, observation ${k}`,
          );
        }
      },
    );
  });
}
