import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomKey } from '../../lib/graph/random';
import { adamStart, adamStep } from '../../lib/training/adam';
import { trainingProgram, trainingStart } from '../../lib/training/training-program';

const first = [0.5, -0.5];
/** The gradient of the first step, of length 5,000, and of the second, of length 1.3. */
const gradients = [
  [3000, -4000],
  [0.5, 1.2],
];

/** The weights after a step for each gradient, which are the rows of the only table. */
function weightsAfter(gradientNorm?: number): Float32Array {
  return tf.tidy(() => {
    const loss = ([w]: tf.Tensor[], [row]: tf.Tensor2D[]): tf.Scalar => tf.sum(tf.mul(w, row));
    const settings = { learningRate: 0.1, cosineDecay: false, ema: 0, gradientNorm };
    const program = trainingProgram(loss, settings, 2, [[2]]);
    const state = trainingStart([tf.tensor1d(first)]);
    const order = tf.tensor2d([[0], [1]], [2, 1], 'int32');
    const [start, count] = [tf.scalar(0, 'int32'), tf.scalar(2, 'int32')];
    const after = program(state, [tf.tensor2d(gradients)], order, start, count, start, randomKey(1));
    program.dispose();
    return after.weights.dataSync<'float32'>();
  });
}

/** What Adam makes of these gradients. */
function byAdam(each: readonly (readonly number[])[]): Float32Array {
  return tf.tidy(() => {
    let weights = tf.tensor1d(first);
    let state = adamStart(weights);
    each.forEach((gradient, k) => {
      ({ weights, state } = adamStep(weights, tf.tensor1d([...gradient]), state, tf.scalar(k + 1), tf.scalar(0.1)));
    });
    return weights.dataSync<'float32'>();
  });
}

const expectSame = (received: Float32Array, expected: Float32Array): void =>
  received.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-6));

describe('the longest gradient', () => {
  it('is any without a setting', () => expectSame(weightsAfter(), byAdam(gradients)));

  it('is shortened to the setting, and shorter ones are left alone', () => {
    expectSame(weightsAfter(5), byAdam([[3, -4], gradients[1]]));
    expect(Math.abs(weightsAfter(5)[0] - weightsAfter()[0])).toBeGreaterThan(1e-3);
  });
});
