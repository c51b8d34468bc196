import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { foldKey, randomKey, randomNormal, type Key } from '../../lib/graph/random';
import { fit } from '../../lib/training/fit';
import type { Loss } from '../../lib/training/loss';
import { maximumLikelihood } from '../../lib/training/maximum-likelihood';
import { validationLoss } from '../../lib/training/validation';

/** log N(x; w x_0, 1), of rows [x, x_0]. */
const regression = maximumLikelihood(
  ([w], [x, before]) =>
    tf.sub(
      tf.mul(-0.5, tf.sum(tf.square(tf.sub(x, tf.mul(w, before))), 1)),
      0.5 * Math.log(2 * Math.PI),
    ) as tf.Tensor1D,
);

const key = randomKey(1);

describe('maximumLikelihood', () => {
  it('is minus the mean log density', () => {
    tf.tidy(() => {
      const rows = [tf.tensor2d([[1], [4]]), tf.tensor2d([[1], [2]])];
      // residuals 1 - .5 and 4 - 1
      const expected = (0.5 ** 2 + 3 ** 2) / 4 + 0.5 * Math.log(2 * Math.PI);
      expect(regression([tf.scalar(0.5)], rows, randomKey(1), true).dataSync()[0]).toBeCloseTo(expected, 5);
    });
  });

  it('judges held-out rows as it trains, but for 1e-4, where none lies far out', () => {
    tf.tidy(() => {
      const rows = [tf.tensor2d([[1], [0.4]]), tf.tensor2d([[1], [2]])];
      const [training, heldOut] = [true, false].map(
        (each) => regression([tf.scalar(0.5)], rows, key, each).dataSync()[0],
      );
      expect(Math.abs(heldOut - training)).toBeLessThan(2e-4);
    });
  });

  it('is not decided by one held-out row that lies far out', () => {
    tf.tidy(() => {
      // 99 rows at .5, where w = .5 is right, and one at 1e4
      const x = tf.tensor2d(Array.from({ length: 100 }, (_, i) => [i === 0 ? 1e4 : 0.5]));
      const at = (w: number, inTraining: boolean): number =>
        regression([tf.scalar(w)], [x, tf.onesLike(x)], key, inTraining).dataSync()[0];
      expect(at(0.5, false)).toBeLessThan(at(100, false));
      expect(at(0.5, true)).toBeGreaterThan(at(100, true));
    });
  });

  it('has its minimum at the least squares of a Gaussian', async () => {
    const source = rng(4);
    const before = Array.from({ length: 500 }, () => source.normal());
    const x = before.map((value) => 0.7 * value + source.normal());
    const rows = [tf.tensor2d(x, [500, 1]), tf.tensor2d(before, [500, 1])];
    const { weights } = await fit(
      { weights: [{ name: 'w', shape: [], initialStd: 0 }], loss: regression, rows },
      {
        seed: 1,
        learningRate: 0.02,
        maxEpochs: 300,
        cosineDecay: true,
        batchSize: 100,
        progress: false,
      },
    );
    // the weight of the best step, chosen on 100 held-out rows: 4 standard errors of theirs
    expect(Math.abs(weights[0].dataSync()[0] - 0.7)).toBeLessThan(4 / Math.sqrt(100));
    tf.dispose([rows, weights]);
  });

  it('is validated on each held-out row once, since it has no noise', () => {
    const noise = (key: Key): tf.Scalar => tf.mean(randomNormal(key, [4])) as tf.Scalar;
    // a loss that looks at its key tells how often it was asked
    const telling: Loss = Object.assign((_w: tf.Tensor[], _rows: tf.Tensor2D[], key: Key) => noise(key), {
      noiseless: regression.noiseless,
    });
    const validate = validationLoss(telling);
    const [rows, key] = [[tf.tensor2d([[1], [2], [6]])], randomKey(1)];
    const first = tf.tidy(() => noise(foldKey(key, 0)).dataSync()[0]);
    expect(validate([tf.scalar(0)], rows, key)).toBeCloseTo(first, 6);
    validate.dispose();
    tf.dispose([rows, key]);
  });
});
