import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { fitted, numbers, x, y } from './regression';

describe('a fit from given weights', () => {
  it('starts at their validation loss, and leaves them as they are to the caller', async () => {
    let values: number[] = [];
    const start = await fitted({ maxEpochs: 30 }, { look: (result) => void (values = numbers(result)) });
    const first = [tf.tensor2d(values.slice(0, 2), [2, 1]), tf.tensor1d(values.slice(2))];
    const { history, validationLoss } = await fitted({ maxEpochs: 60 }, { first });
    expect(history[0].validation).toBe(start.validationLoss);
    expect(validationLoss).toBeLessThan(start.validationLoss);
    expect(numbers({ weights: first })).toEqual(values);
    tf.dispose(first);
  });

  it('refuses weights of other shapes or another number, and says both', async () => {
    const first = tf.tidy(() => [tf.zeros([2, 1]), tf.zeros([2])]);
    for (const wrong of [first, first.slice(0, 1), [...first, first[0]], []])
      await expect(fitted({}, { first: wrong })).rejects.toThrow(InvalidInputError);
    await expect(fitted({}, { first })).rejects.toThrow(
      'training: first weights: expected weights of the shapes [2,1] [1], received [2,1] [2].',
    );
    tf.dispose(first);
  });

  it('is judged by the first rows of each part alone', async () => {
    const first = [tf.tensor2d([1, 1], [2, 1]), tf.tensor1d([0])];
    const options = { maxEpochs: 1, validationFraction: 0.1 };
    const { history } = await fitted(options, { first, partSizes: [100, 300] });
    const heldOut = [...x.keys()].filter((row) => row < 10 || (row >= 100 && row < 130));
    const errors = heldOut.map((row) => (x[row][0] + x[row][1] - y[row][0]) ** 2);
    expect(history[0].validation).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / 40, 4);
    tf.dispose(first);
  });
});
