import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { compile } from '../../../lib/graph/compile';
import { fitClosedForm } from '../../../lib/nn/score/closed-form';
import { mixtureNoise, mixtureNoiseSum, mixtureOfX, type MixturePart } from '../../../lib/nn/score/mixture-noise';
import { drawObservations } from '../../../lib/simulation/draw-observations';
import { simulate } from '../../../lib/simulation/simulate';
import { mixture10d } from '../../../lib/tasks/linear-mixture';
import { at } from './models';

describe('the noise of a mixture', () => {
  it('sums over observations what it gives for each, eagerly and compiled, near and far from the origin', async () => {
    const task = mixture10d();
    const sims = await simulate(task, 3000, { seed: 1, workers: 0, progress: false });
    const { parts } = (await fitClosedForm([sims.theta, sims.x], { most: 8, isScaled: false }, rng(1))) as {
      parts: MixturePart[];
    };
    sims.dispose();
    const { xObs } = drawObservations(task, 6, 2);
    for (const shift of [0, 30]) {
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const x = tf.add(tf.tensor2d(xObs), shift) as tf.Tensor2D;
        const theta = tf.add(tf.randomNormal([40, 10], 0, 0.5, 'float32', 4), shift) as tf.Tensor2D;
        const level = at(40);
        const each = tf.split(x, 6).map((row) => {
          const ofX = mixtureOfX(parts, tf.tile(row as tf.Tensor2D, [40, 1]));
          return mixtureNoise(parts, theta, level, ofX);
        });
        const expected = tf.addN(each).dataSync();
        const program = compile((points: tf.Tensor2D, observed: tf.Tensor2D, tensors: MixturePart[]) =>
          mixtureNoiseSum(tensors, points, at(40), mixtureOfX(tensors, observed)),
        );
        const size = Math.max(...expected.map(Math.abs));
        [mixtureNoiseSum(parts, theta, level, mixtureOfX(parts, x)), program(theta, x, parts)].forEach((sum) =>
          sum.dataSync().forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(2e-4 * size)),
        );
        program.dispose();
      });
      expect(tf.memory().numTensors).toBe(before);
    }
    tf.dispose(parts as unknown as tf.TensorContainer);
  });
});
