import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { breathe } from '../../../lib/core/host';
import { InvalidInputError } from '../../../lib/core/errors';
import * as benchmark from '../../../lib/tasks/benchmark/index';

// long synchronous stretches would keep the runner's messages waiting
afterEach(() => breathe());

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
