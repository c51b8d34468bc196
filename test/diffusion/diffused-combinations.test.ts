import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { diffusedBox } from '../../lib/diffusion/diffused-box';
import type { DiffusedDensity } from '../../lib/diffusion/diffused-density';
import { diffusedLogistic } from '../../lib/diffusion/diffused-logistic';
import { diffusedMixture } from '../../lib/diffusion/diffused-mixture';
import { diffusedNormal } from '../../lib/diffusion/diffused-normal';
import { diffusedProduct } from '../../lib/diffusion/diffused-product';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import { gaussianLogDensity } from '../../lib/maths/gaussian-mixture';
import { evaluate, levelOf } from './diffused-laws';

const mean = [0.5, -1];
const covariance = [
  [2, 0.6],
  [0.6, 0.5],
];
const points = [
  [0, 0],
  [1, -2],
  [-30, 4],
];
const stds = [0.002, 0.1, 0.6, 0.9999];

function expectClose(received: readonly number[], expected: readonly number[], relative = 1e-5): void {
  received.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(relative * (1 + Math.abs(expected[i]))),
  );
}

function at(density: DiffusedDensity, theta: number[][], std: number): ReturnType<typeof evaluate> {
  const result = tf.tidy(() => evaluate(density, theta, levelOf(std).tensors()));
  expectClose(result.score.flat(), result.gradient.flat());
  return result;
}

describe('diffusedNormal', () => {
  it.each([
    ['correlated', covariance],
    ['diagonal', [[4, 0], [0, 1e-4]]], // prettier-ignore
  ])('is the normal law of the scaled and widened covariance: %s', (_, own) => {
    for (const std of stds) {
      const { a, s, tensors } = levelOf(std);
      const wide = own.map((row, i) => row.map((value, j) => a * a * value + (i === j ? s * s : 0)));
      const density = gaussianLogDensity(mean.map((value) => a * value), wide); // prettier-ignore
      const { logProb, score } = at(diffusedNormal(mean, own), points, std);
      expectClose(logProb, points.map(density), 3e-5);
      const expected = tf.tidy(() => gaussianScore(mean, own)(tf.tensor2d(points), tensors()).arraySync());
      expectClose(score.flat(), expected.flat(), 3e-5);
    }
  });
});

describe('diffusedMixture', () => {
  const parts = [
    { weight: 0.25, density: diffusedNormal(mean, covariance) },
    { weight: 0.75, density: diffusedBox([-1, -3], [0, 3]) },
  ];

  it.each(stds)('is the sum of the diffused parts: std %d', (std) => {
    const inside = [[-0.4, 1], [-0.9, -2.9], [0.3, 0.4]]; // prettier-ignore
    const each = parts.map(({ density }) => at(density, inside, std));
    const { logProb, score } = at(diffusedMixture(parts), inside, std);
    inside.forEach((_, i) => {
      const masses = parts.map(({ weight }, k) => weight * Math.exp(each[k].logProb[i]));
      const total = masses[0] + masses[1];
      expectClose([logProb[i]], [Math.log(total)]);
      const mix = (d: number): number => (masses[0] * each[0].score[i][d] + masses[1] * each[1].score[i][d]) / total;
      expectClose(score[i], [mix(0), mix(1)], 1e-4);
    });
  });

  it('keeps its score where every part underflows', () => {
    const two = diffusedMixture([
      { weight: 0.5, density: diffusedBox([-3], [-2]) },
      { weight: 0.5, density: diffusedBox([2], [3]) },
    ]);
    const { score } = at(two, [[60], [-60]], 0.1);
    const alone = at(diffusedBox([2], [3]), [[60]], 0.1).score[0][0];
    expectClose(score.flat(), [alone, -alone]);
  });
});

describe('diffusedProduct', () => {
  it('adds the log densities of its parts and joins their scores', () => {
    const parts = [diffusedNormal(mean, covariance), diffusedLogistic([0], [1])];
    const { logProb, score } = at(diffusedProduct(parts), [[0, 1, 2]], 0.4);
    const [first, second] = [at(parts[0], [[0, 1]], 0.4), at(parts[1], [[2]], 0.4)];
    expectClose(logProb, [first.logProb[0] + second.logProb[0]]);
    expectClose(score[0], [...first.score[0], ...second.score[0]]);
  });
});

describe('standardised', () => {
  const centre = [100, -0.3];
  const scale = [0.5, 3];
  const far = diffusedNormal([100.2, 1], covariance);
  const cases: [string, DiffusedDensity, DiffusedDensity][] = [
    ['a box', diffusedBox([99, -2], [101, 4]), diffusedBox([-2, -1.7 / 3], [2, 4.3 / 3])],
    ['a logistic law', diffusedLogistic([101, 0], [0.3, 1]), diffusedLogistic([2, 0.1], [0.6, 1 / 3])],
    ['a normal law', far, diffusedNormal([0.4, 1.3 / 3], [[8, 0.4], [0.4, 0.5 / 9]])], // prettier-ignore
  ];
  const all = (pick: (one: (typeof cases)[number]) => DiffusedDensity): DiffusedDensity[] => cases.map(pick);
  const even = (densities: DiffusedDensity[]): DiffusedDensity =>
    diffusedMixture(densities.map((density) => ({ weight: 1 / 3, density })));
  cases.push(['a mixture', even(all(([, given]) => given)), even(all(([, , expected]) => expected))]);

  it.each(cases)('changes the variables before the noise: %s', (_, given, expected) => {
    for (const std of stds) {
      const [received, wanted] = [given.standardised(centre, scale), expected].map((law) => at(law, points, std));
      expectClose(received.logProb, wanted.logProb, 1e-4);
      expectClose(received.score.flat(), wanted.score.flat(), 1e-4);
    }
  });

  it('gives each part of a product its own numbers', () => {
    const product = diffusedProduct([diffusedBox([0], [1]), diffusedLogistic([1], [2])]).standardised([1, 2], [3, 4]);
    const expected = diffusedProduct([diffusedBox([-1 / 3], [0]), diffusedLogistic([-0.25], [0.5])]);
    expectClose(at(product, points, 0.3).score.flat(), at(expected, points, 0.3).score.flat(), 1e-4);
  });

  it('refuses numbers that do not fit', () => {
    for (const law of [far, diffusedBox([0, 0], [1, 1]), diffusedProduct([diffusedBox([0, 0], [1, 1])])]) {
      expect(() => law.standardised([0], [1, 1])).toThrow(InvalidInputError);
      expect(() => law.standardised([0, 0], [1])).toThrow(InvalidInputError);
      expect(() => law.standardised([0, 0], [1, 0])).toThrow(/positive/);
      expect(() => law.standardised([0, NaN], [1, 1])).toThrow(/finite/);
    }
  });
});
