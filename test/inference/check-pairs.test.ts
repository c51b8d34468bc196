import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { normal } from '../../lib/distributions/normal';
import type { Prior } from '../../lib/distributions/prior';
import { uniform } from '../../lib/distributions/uniform';
import { checkPairs } from '../../lib/inference/check-pairs';
import { fmpe } from '../../lib/inference/score/fmpe';
import { npse } from '../../lib/inference/score/npse';
import { pairsOf, quick } from './quick-estimator';

const prior = normal({ mean: [0, 0, 0] });
let pairs: { theta: tf.Tensor2D; x: tf.Tensor2D };
let tensors: number;
beforeEach(() => {
  pairs = pairsOf(prior, 2, 20);
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
  tf.dispose([pairs.theta, pairs.x]);
});

/** The message with which pairs are refused. */
function refused(change: (theta: tf.Tensor2D, x: tf.Tensor2D) => Partial<typeof pairs>, of: Prior = prior): string {
  return tf.tidy(() => {
    try {
      checkPairs('npse.train', { ...pairs, ...change(pairs.theta, pairs.x) }, of);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      return (error as InvalidInputError).message;
    }
    return expect.unreachable('nothing was refused');
  });
}

describe('checkPairs', () => {
  it('refuses pairs that do not fit the prior or each other', () => {
    expect(refused(() => ({}), normal({ mean: [0, 0] }))).toMatch(
      /theta: expected 2 columns, the prior's parameters, received the shape \[20,3\]/,
    );
    expect(refused((_, x) => ({ x: x.slice([0, 0], [19, -1]) }))).toMatch(/rows of theta as of x, received 20 and 19/);
  });

  it('counts NaN and infinity, in data and parameters, and says what to do', () => {
    const broken = [
      [NaN, 1],
      [Infinity, -Infinity],
    ];
    expect(
      refused((_, x) => ({ x: tf.concat([x.slice([0, 0], [18, -1]), tf.tensor2d(broken)]) as tf.Tensor2D })),
    ).toMatch(/npse\.train: x.*3 that are NaN or infinite.*invalid: 'drop'/);
    expect(refused((theta) => ({ theta: tf.mul(theta, NaN) as tf.Tensor2D }))).toMatch(/npse\.train: theta.*60 that/);
  });

  it('refuses discrete parameters, and ones that the prior cannot have drawn', () => {
    const half = (theta: tf.Tensor2D): tf.Tensor2D =>
      tf.concat([theta.slice([0, 0], [-1, 1]), tf.round(tf.mul(theta.slice([0, 1], [-1, 2]), 3)) as tf.Tensor2D], 1);
    expect(refused((theta) => ({ theta: half(theta) }))).toMatch(
      /npse\.train: theta: expected continuous parameters, received only whole numbers in column 1\. .*leave it out/,
    );
    expect(refused(() => ({}), uniform({ lower: [-9, -9, 9], upper: [9, 9, 10] }))).toMatch(
      /within the prior's support, received 20 of 20 rows outside/,
    );
  });

  it('takes large parameters, which are all whole numbers in float32', () => {
    const large = tf.tidy(() => tf.round(tf.mul(pairs.theta, 1e9)) as tf.Tensor2D);
    checkPairs('npse.train', { ...pairs, theta: large }, normal({ mean: [0, 0, 0], std: 1e9 }));
    large.dispose();
  });

  it.each([
    ['npse.train', npse.train],
    ['fmpe.train', fmpe.train],
  ])('is what %s asks before any work, in its own name', async (what, train) => {
    await expect(train(pairs, { ...quick, prior: normal({ mean: [0, 0] }) })).rejects.toThrow(`${what}: theta`);
  });
});
