import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { normal } from '../../../lib/distributions/normal';
import { mixture } from '../../../lib/distributions/mixture';
import { compile } from '../../../lib/graph/compile';
import {
  fitGaussianPart,
  gaussianOfX,
  mixtureNoise,
  mixtureNoiseSum,
  partCount,
} from '../../../lib/nn/score/gaussian-part';
import { drawObservations } from '../../../lib/simulation/draw-observations';
import { gaussian10d } from '../../../lib/tasks/gaussian-linear';
import { mixture10d, multimodal2d } from '../../../lib/tasks/linear-mixture';
import { simulate } from '../../../lib/simulation/simulate';
import type { Task } from '../../../lib/tasks/task';

const levels = vpLevels();
const at = (t: number) => levels.at(tf.scalar(t, 'int32'));

async function fitted(task: Task, count: number, most = 8): Promise<tf.Tensor[]> {
  const sims = await simulate(task, count, { seed: 1, workers: 0, progress: false });
  const part = await fitGaussianPart(sims.theta, sims.x, most, rng(1));
  sims.dispose();
  return part;
}

describe('the Gaussian part', () => {
  it('is one Gaussian where the posterior is one', async () => {
    const part = await fitted(gaussian10d(), 2000);
    expect(partCount(part)).toBe(1);
    tf.dispose(part);
  });

  it.each([
    ['mixture-10d', mixture10d()],
    ['multimodal-2d', multimodal2d()],
  ])(
    'is the mixture that the posterior is: its diffused score at every level, within the error of the fit: %s',
    async (_, task) => {
      const part = await fitted(task, 10_000);
      expect(partCount(part)).toBe(2);
      const { xObs, theta: truth } = drawObservations(task, 1, 5);
      const { components } = task.exactPosterior(xObs);
      for (const t of [20, 100, 250]) {
        tf.tidy(() => {
          const level = at(t);
          const [meanCoeff, std] = [level.meanCoeff, level.std].map((each) => each.dataSync()[0]);
          const diffused = mixture(
            components.map(({ weight, component: { mean, covariance } }) => ({
              weight,
              component: normal({
                mean: mean.map((value) => meanCoeff * value),
                std: covariance.map((row, i) => Math.sqrt(meanCoeff ** 2 * row[i] + std ** 2)),
              }),
            })),
          );
          const around = tf.mul(meanCoeff, tf.tensor2d([truth]));
          const theta = tf.add(
            around,
            tf.mul(Math.max(std, 0.3), tf.randomNormal([64, task.prior.dim], 0, 1, 'float32', 3)),
          );
          const exact = tf.mul(-std, diffused.score(theta as tf.Tensor2D));
          const ofX = gaussianOfX(part, tf.tile(tf.tensor2d(xObs), [64, 1]));
          const off = tf.sub(mixtureNoise(part, theta as tf.Tensor2D, level, ofX), exact);
          const [error, size] = [off, exact].map((each) => tf.mean(tf.square(each)).dataSync()[0]);
          expect(Math.sqrt(error / size)).toBeLessThan(0.08);
        });
      }
      tf.dispose(part);
    },
  );

  it('sums over observations what it gives for each, eagerly and compiled, near and far from the origin', async () => {
    const task = mixture10d();
    const part = await fitted(task, 3000);
    const { xObs } = drawObservations(task, 6, 2);
    for (const shift of [0, 30]) {
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const x = tf.add(tf.tensor2d(xObs), shift) as tf.Tensor2D;
        const theta = tf.add(tf.randomNormal([40, 10], 0, 0.5, 'float32', 4), shift) as tf.Tensor2D;
        const level = at(40);
        const each = tf.split(x, 6).map((row) => {
          const ofX = gaussianOfX(part, tf.tile(row as tf.Tensor2D, [40, 1]));
          return mixtureNoise(part, theta, level, ofX);
        });
        const expected = tf.addN(each).dataSync();
        const program = compile((points: tf.Tensor2D, observed: tf.Tensor2D, tensors: tf.Tensor[]) =>
          mixtureNoiseSum(tensors, points, at(40), gaussianOfX(tensors, observed)),
        );
        const size = Math.max(...expected.map(Math.abs));
        [mixtureNoiseSum(part, theta, level, gaussianOfX(part, x)), program(theta, x, part)].forEach((sum) =>
          sum.dataSync().forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(2e-4 * size)),
        );
        program.dispose();
      });
      expect(tf.memory().numTensors).toBe(before);
    }
    tf.dispose(part);
  });

  it('is the same for the same seed, and one Gaussian where only one is asked for', async () => {
    const [a, b, one] = [
      await fitted(multimodal2d(), 1000),
      await fitted(multimodal2d(), 1000),
      await fitted(multimodal2d(), 1000, 1),
    ];
    a.forEach((tensor, i) => expect(Array.from(b[i].dataSync())).toEqual(Array.from(tensor.dataSync())));
    expect(partCount(one)).toBe(1);
    tf.dispose([a, b, one]);
  });
});
