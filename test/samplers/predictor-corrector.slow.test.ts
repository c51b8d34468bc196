import '@tensorflow/tfjs-node';
import { describe, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { inverse } from '../../lib/maths/linalg';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { expectExact, paperCase, samples, xObs } from './exact-moments';
import { gaussianCase, matrix, momentsOf } from './exact-target';

describe('predictorCorrector with exact scores', () => {
  it.each([{ relativeStep: 1.5 }, { relativeStep: 0.5 }, { corrections: 2 }])('has them with %o', async (options) => {
    const target = paperCase(2);
    expectExact(await momentsOf(target.composed, predictorCorrector(options), samples), target, {
      mean: 0.02,
      variance: 0.03,
    });
  });

  it.each([1, 8])('has them where the parameters are correlated, for %i observations', async (n) => {
    const x = xObs.slice(0, n).map((row) => row.slice(0, 3));
    const target = gaussianCase(
      x,
      matrix(3, (i, j) => (i === j ? 1 : -0.45)),
      matrix(3, (i, j) => (i === j ? 1 : 0.3)),
    );
    expectExact(await momentsOf(target.composed, predictorCorrector(), samples), target, {
      mean: 0.02,
      variance: 0.02,
    });
  });

  it('has them where the data know the sum of the parameters a hundred times better than the rest', async () => {
    const noise = inverse(matrix(6, (i, j) => 20 + (i === j ? 0.05 : 0)));
    const target = gaussianCase(
      [
        [1, 1, 1, 1, 1, 1],
        [0.9, 1, 1, 1, 1.1, 1],
      ],
      noise,
    );
    expectExact(await momentsOf(target.composed, predictorCorrector(), samples), target, {
      mean: 0.02,
      variance: 0.03,
    });
  });

  it.each([
    { n: 50, noise: 0.01 },
    { n: 300, noise: 0.1 },
    { n: 4, noise: 0.002 },
  ])('holds where Algorithm 2 explodes: $n observations of noise variance $noise', async ({ n, noise }) => {
    const source = rng(6);
    const x = Array.from({ length: n }, () => [0.5 + Math.sqrt(noise) * source.normal(), -1 + source.normal()]);
    const target = gaussianCase(x, [
      [noise, 0],
      [0, 1],
    ]);
    // the last level is t = 1, whose noise of 3e-4 widens each observation's posterior by as much: 15% for a variance
    // of .002
    expectExact(await momentsOf(target.composed, predictorCorrector(), samples), target, {
      mean: 0.05,
      variance: noise < 0.01 ? 0.2 : 0.06,
    });
  });
});
