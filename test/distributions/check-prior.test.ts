import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { checkPrior } from '../../lib/distributions/check-prior';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { mixture } from '../../lib/distributions/mixture';
import { normal } from '../../lib/distributions/normal';
import type { Prior } from '../../lib/distributions/prior';
import { unconstrainedPrior } from '../../lib/distributions/unconstrained-prior';
import { uniform } from '../../lib/distributions/uniform';
import { expectNoLeak } from './laws';

const exponential: Prior = {
  dim: 1,
  sample: (rng) => [-Math.log(1 - rng.uniform())],
  logProb: (theta) =>
    tf.tidy(() => tf.where(theta.greaterEqual(0).all(1), theta.sum(1).neg(), -Infinity) as tf.Tensor1D),
  support: { lower: [0], upper: [Infinity] },
};

describe('checkPrior', () => {
  it('accepts the built-in priors, their unconstrained forms and an own prior without score', () => {
    const gaussian = normal({
      mean: [100, 0],
      covariance: [
        [4, 0.1],
        [0.1, 0.01],
      ],
    });
    const priors = [
      gaussian,
      uniform({ lower: [0, -5], upper: [1e-3, 1e3] }),
      logNormal({ mean: [0, 3], std: 0.5 }),
      mixture([
        { weight: 1, component: gaussian },
        { weight: 2, component: normal({ mean: [90, 1] }) },
      ]),
      independent([gaussian, exponential]),
      exponential,
    ];
    for (const prior of priors) {
      expectNoLeak(() => checkPrior(prior));
      checkPrior(unconstrainedPrior(prior));
    }
  });

  it('accepts a density with a kink', () => {
    checkPrior({
      dim: 1,
      sample: (rng) => [Math.sign(rng.uniform(-1, 1)) * -Math.log(1 - rng.uniform())],
      logProb: (theta) => tf.tidy(() => theta.abs().sum<tf.Tensor1D>(1).neg().sub(Math.LN2)),
    });
  });

  it.each<[string, Partial<Prior>, RegExp]>([
    ['a dim that is not whole', { dim: 1.5 }, /prior\.dim/],
    ['a missing sample', { sample: undefined as never }, /prior\.sample.*function/],
    ['draws of another length', { sample: () => [1, 2] }, /prior\.sample.*2 numbers/],
    ['draws that are not finite', { sample: () => [NaN] }, /NaN in dimension 0/],
    ['draws outside the support', { sample: () => [-1] }, /inside the support/],
    ['a support of another length', { support: { lower: [0, 0], upper: [1, 1] } }, /support\.lower/],
    ['a crossed support', { support: { lower: [1], upper: [0] } }, /lower < upper/],
    [
      'a log density of another shape',
      { logProb: (theta) => theta.sum().reshape([1]) as tf.Tensor1D },
      /prior\.logProb.*\[64\]/,
    ],
    [
      'an infinite log density at its own draws',
      { logProb: (theta) => theta.sum<tf.Tensor1D>(1).mul(-Infinity) },
      /finite value/,
    ],
    ['a log density that draws', { logProb: (theta) => tf.randomNormal([theta.shape[0]]) as tf.Tensor1D }, /random/],
    ['a score of the wrong sign', { score: (theta) => tf.onesLike(theta) }, /prior\.score.*-1\.0/],
    ['a score of another shape', { score: (theta) => theta.sum(1) as never }, /prior\.score.*\[64,1\]/],
  ])('refuses %s', (_, wrong, message) => {
    const attempt = (): void => checkPrior({ ...exponential, ...wrong });
    expectNoLeak(() => {
      expect(attempt).toThrow(InvalidInputError);
      expect(attempt).toThrow(message);
    });
  });

  it('refuses null for a prior, and leaves the score alone on request', () => {
    expect(() => checkPrior(null as never)).toThrow(/null/);
    checkPrior({ ...exponential, score: (theta) => tf.onesLike(theta) }, { score: false, draws: 2, seed: 3 });
  });
});
