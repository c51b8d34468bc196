import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { leastSquares } from '../../lib/maths/moments';
import { foldKey, randomNormal } from '../../lib/graph/random';
import type { Loss } from '../../lib/training/loss';
import { fitted, numbers, slope, specs, squaredError, x, y } from './regression';

describe('fit', () => {
  it('finds the closed form of a linear regression', async () => {
    const { weights, intercept } = leastSquares(x, y);
    // the best of the steps is chosen on 80 held-out rows: within 4 standard errors .1 / (.5 sqrt(80)) of their own
    // closed form
    await fitted(
      { cosineDecay: true, maxEpochs: 600 },
      {
        look: (result) => {
          const [w0, w1, b] = numbers(result);
          [w0 - weights[0][0], w1 - weights[0][1], b - intercept[0]].forEach((difference) =>
            expect(Math.abs(difference)).toBeLessThan(0.09),
          );
          expect(result.validationLoss).toBeLessThan(0.02);
          expect(result.ended).toBe('epoch limit');
        },
      },
    );
  });

  it('gives the same bytes for the same seed, whatever the clock says, and others for another', async () => {
    // a loss with noise of its own
    const noisy: Loss = (w, rows, key) =>
      tf.add(
        squaredError(w, rows, key),
        tf.mul(0.1, tf.mean(tf.mul(randomNormal(foldKey(key, 1), [2, 1]), w[0]))),
      ) as tf.Scalar;
    const run = async (seed: number): Promise<number[]> => {
      let values: number[] = [];
      const { validationLoss, bestEpoch, steps } = await fitted(
        { seed, maxEpochs: 60 },
        { loss: noisy, look: (result) => void (values = numbers(result)) },
      );
      return [...values, validationLoss, bestEpoch, steps];
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
    const clock = vi.spyOn(performance, 'now');
    try {
      for (const jump of [0, 1000]) {
        let time = 0;
        clock.mockImplementation(() => (time += jump));
        expect(await run(1)).toEqual(first);
      }
    } finally {
      clock.mockRestore();
    }
  });

  it('keeps the best weights, not the last, and stops after the patience', async () => {
    // 320 of 400 rows in batches of 160: 2 steps an epoch, 32 epochs between validations
    const result = await fitted(
      { batchSize: 160, learningRate: 1.5, patience: 40, maxEpochs: 2000 },
      {
        look: ({ history, bestEpoch, validationLoss, ended, weights }) => {
          const losses = history.map((point) => point.validation!);
          expect(validationLoss).toBe(Math.min(...losses));
          expect(history[losses.indexOf(validationLoss)].epoch).toBe(bestEpoch);
          expect(ended).toBe('converged');
          const last = history.at(-1)!.epoch;
          expect(last - bestEpoch).toBeGreaterThanOrEqual(40);
          expect(last - bestEpoch).toBeLessThan(40 + 32);
          // the weights have the loss that is told of them, but for the choice of the rows
          const error = tf.tidy(
            () => squaredError(weights, [tf.tensor2d(x), tf.tensor2d(y)], tf.tensor1d([1, 1], 'int32')).dataSync()[0],
          );
          expect(error).toBeLessThan(3 * validationLoss + 0.02);
        },
      },
    );
    expect(result.steps).toBe(result.history.at(-1)!.epoch * 2);
  });

  it('keeps the first weights where training makes nothing better', async () => {
    const atZero: Loss = ([w, b], rows, key) =>
      tf.add(
        tf.add(tf.sum(tf.square(w)), tf.sum(tf.square(b))),
        tf.mul(0, squaredError([w, b], rows, key)),
      ) as tf.Scalar;
    const weights = specs.map((spec) => ({ ...spec, initialStd: 0 }));
    const result = await fitted(
      { patience: 30 },
      { weights, loss: atZero, look: (kept) => expect(numbers(kept)).toEqual([0, 0, 0]) },
    );
    expect([result.bestEpoch, result.ended, result.validationLoss]).toEqual([0, 'converged', 0]);
    expect(result.stopped).toBeUndefined();
  });

  it('takes a batch larger than the data as all of it, and few rows', async () => {
    const whole = await fitted({ batchSize: 10_000, maxEpochs: 100 }, { rows: 50 });
    expect(whole.steps).toBe(100);
    const tiny = await fitted({ maxEpochs: 3, validationFraction: 0.01 }, { rows: 3 });
    expect(tiny.steps).toBe(3);
  });

  it('runs the epochs that were asked for and no more', async () => {
    for (const maxEpochs of [1, 7, 100]) {
      // 1 step an epoch: validations are 64 epochs apart
      const { steps, history, ended } = await fitted({ maxEpochs, batchSize: 320 });
      expect([steps, history.at(-1)!.epoch, ended]).toEqual([maxEpochs, maxEpochs, 'epoch limit']);
      expect(history.map(({ epoch }) => epoch)).toEqual(maxEpochs === 100 ? [0, 64, 100] : [0, maxEpochs]);
    }
  });

  it('validates after as many epochs as were asked for', async () => {
    for (const [epochsPerValidation, epochs] of [
      [1, [0, 1, 2, 3, 4, 5, 6, 7]],
      [3, [0, 3, 6, 7]],
      [100, [0, 7]],
    ] as const) {
      const { history, steps } = await fitted({ maxEpochs: 7, epochsPerValidation, batchSize: 160 });
      expect([history.map(({ epoch }) => epoch), steps]).toEqual([epochs, 14]);
    }
  });

  it('tells the mean training loss of each stretch', async () => {
    const constant: Loss = ([w, b], rows) =>
      tf.add(tf.mul(0, tf.add(tf.sum(w), tf.sum(b))), tf.add(tf.mul(0, tf.sum(rows[0])), 2.5)) as tf.Scalar;
    const { history } = await fitted({ maxEpochs: 100, batchSize: 320 }, { loss: constant });
    expect(history.map(({ training }) => training)).toEqual([undefined, 2.5, 2.5]);
    expect(history.map(({ validation }) => validation)).toEqual([2.5, 2.5, 2.5]);
  });

  it('lowers the rate along a half cosine to zero', async () => {
    // with the gradient always 1 Adam's step is the rate itself: the sum of rates is the distance gone
    const distance = async (cosineDecay: boolean): Promise<number> => {
      let bias = NaN;
      await fitted(
        { cosineDecay, maxEpochs: 128, batchSize: 320, learningRate: 0.01 },
        { loss: slope, look: (result) => void (bias = numbers(result)[2]) },
      );
      return -bias;
    };
    expect(await distance(false)).toBeCloseTo(1.28, 3);
    // sum over k of (1 + cos(pi k / 128)) / 2 = 64.5
    expect(await distance(true)).toBeCloseTo(0.645, 3);
  });

  it('keeps a running average of the weights where asked to', async () => {
    let average = 0;
    // keep_k = min(.9, (k + 1) / (k + 10)), after step k with the weight at -.01 (k + 1)
    for (let k = 0; k < 64; k++) {
      const keep = Math.min(0.9, (k + 1) / (k + 10));
      average = keep * average + (1 - keep) * -0.01 * (k + 1);
    }
    await fitted(
      { ema: 0.9, maxEpochs: 64, batchSize: 320, learningRate: 0.01 },
      { loss: slope, look: (result) => expect(numbers(result)[2]).toBeCloseTo(average, 4) },
    );
  });
});
