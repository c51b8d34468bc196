import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InterruptedError, NonFiniteError } from '../../lib/core/errors';
import { installHost, silentHost } from '../../lib/core/host';
import type { Loss } from '../../lib/training/loss';
import { fitted, numbers, specs, squaredError } from './regression';

const shapes = specs.map(({ shape }) => shape);

describe('a fit that is stopped', () => {
  it('by an interrupt ends within a second with the best weights so far, and at once by a signal that came before', async () => {
    const controller = new AbortController();
    let aborted = 0;
    const onFirstValidation = (): void => {
      aborted ||= performance.now();
      controller.abort();
    };
    const before = installHost({
      ...silentHost,
      report: () => ({ update: onFirstValidation, resize: () => {}, curve: () => {}, end: () => {} }),
    });
    const result = await fitted(
      { maxEpochs: 1_000_000, signal: controller.signal, progress: true },
      { look: ({ weights }) => expect(weights.map(({ shape }) => shape)).toEqual(shapes) },
    ).finally(() => installHost(before));
    expect(performance.now() - aborted).toBeLessThan(1000);
    expect(result.ended).toBe('interrupted');
    expect(result.stopped).toBeInstanceOf(InterruptedError);
    expect(result.stopped!.message).toMatch(/interrupted at epoch \d+ of at most 1000000/);
    expect(result.validationLoss).toBeLessThan(result.history[0].validation!);
    const again = await fitted({ signal: controller.signal });
    expect(again.stopped).toBeInstanceOf(InterruptedError);
    expect(again.steps).toBeLessThan(10);
  });

  it('by NaN names the steps, and gives the best weights so far', async () => {
    // the root of what falls below zero once w has gone far enough down the slope
    const failing: Loss = ([w, b], rows) =>
      tf.sqrt(tf.add(tf.add(0.5, tf.sum(b)), tf.mul(0, tf.add(tf.sum(w), tf.sum(rows[0]))))) as tf.Scalar;
    const result = await fitted(
      { batchSize: 320, learningRate: 0.005 },
      { loss: failing, look: (best) => expect(numbers(best).every(Number.isFinite)).toBe(true) },
    );
    expect(result.stopped).toBeInstanceOf(NonFiniteError);
    expect(result.stopped!.message).toMatch(/between steps \d+ and \d+\. Lower the learning rate \(now 0\.005\)/);
    expect(result.ended).toBe('not finite');
    expect(result.bestEpoch).toBe(64);
    expect(result.validationLoss).toBeLessThan(Math.sqrt(0.5));
  });

  it('by a validation that is not finite says where: before the first step, or later', async () => {
    const onRows =
      (from: number): Loss =>
      (w, rows, key) =>
        rows[0].shape[0] === 80
          ? (tf.add(squaredError(w, rows, key), tf.div(1, tf.relu(tf.sub(from, tf.abs(tf.sum(w[1])))))) as tf.Scalar)
          : squaredError(w, rows, key);
    for (const [from, where] of [
      [0, /before the first step/],
      [0.01, /validation after step \d+/],
    ] as const) {
      const result = await fitted({}, { loss: onRows(from) });
      expect(result.stopped).toBeInstanceOf(NonFiniteError);
      expect(result.stopped!.message).toMatch(where);
      expect([result.ended, result.bestEpoch]).toEqual(['not finite', 0]);
    }
  });

  it('by what the loss throws hands that on', async () => {
    const none: Loss = () => {
      throw new Error('no loss');
    };
    await expect(fitted({}, { loss: none })).rejects.toThrow('no loss');
    let calls = 0;
    const later: Loss = (...args) => {
      if (++calls > 1) throw new Error('no loss later');
      return squaredError(...args);
    };
    await expect(fitted({}, { loss: later })).rejects.toThrow('no loss later');
  });
});
