import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { toTensor2D } from '../../lib/core/rows';

describe('toTensor2D', () => {
  it('takes arrays and tensors and hands back a new tensor', () => {
    const before = tf.memory().numTensors;
    const given = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const same = toTensor2D(given, 'x');
    given.dispose();
    expect(same.arraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const whole = toTensor2D(
      tf.tidy(() => [[1, 2, 3]]),
      'x',
      3,
    );
    expect(whole.shape).toEqual([1, 3]);
    tf.dispose([same, whole]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['one row without its brackets', [1, 2, 3], /One row alone/],
    ['no rows', [], /at least one row/],
    ['ragged rows', [[1, 2], [3]], /row 1/],
    ['another width', [[1, 2]], /rows? of 3|of 3 numbers/],
    ['NaN', [[1, 2, NaN]], /NaN in row 0, column 2/],
    ['infinity', [[1, Infinity, 2]], /Infinity in row 0, column 1/],
  ])('refuses %s', (_, rows, message) => {
    const before = tf.memory().numTensors;
    const attempt = (): unknown => toTensor2D(rows as number[][], 'xObs', _ === 'ragged rows' ? undefined : 3);
    expect(attempt).toThrow(InvalidInputError);
    expect(attempt).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});
