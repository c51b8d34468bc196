import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { normal } from '../../../lib/distributions/normal';
import { mixture } from '../../../lib/distributions/mixture';
import {
  closedFormOf,
  fitClosedForm,
  gaussianMixture,
  oneGaussian,
  type ClosedFormTensors,
} from '../../../lib/nn/score/closed-form';
import { gaussianNoise, leastSquaresGaussian, meanOfX } from '../../../lib/nn/score/linear-gaussian';
import { mixtureNoise, mixtureOfX, type MixturePart } from '../../../lib/nn/score/mixture-noise';
import { drawObservations } from '../../../lib/simulation/draw-observations';
import { gaussian10d } from '../../../lib/tasks/gaussian-linear';
import { mixture10d, multimodal2d } from '../../../lib/tasks/linear-mixture';
import { simulate } from '../../../lib/simulation/simulate';
import type { Task } from '../../../lib/tasks/task';
import { expectClose, normals } from '../support';

const levels = vpLevels();
const at = (t: number) => levels.at(tf.scalar(t, 'int32'));

async function fitted(task: Task, count: number, most = 8, isScaled = false): Promise<ClosedFormTensors> {
  const sims = await simulate(task, count, { seed: 1, workers: 0, progress: false });
  const fit = await fitClosedForm([sims.theta, sims.x], { most, isScaled }, rng(1));
  sims.dispose();
  return fit;
}
const free = (...all: ClosedFormTensors[]): void => tf.dispose(all as unknown as tf.TensorContainer);
/** All numbers of a closed form. */
const numbers = (tensors: ClosedFormTensors): number[] => {
  const values: number[] = [];
  const collect = (each: unknown): void => {
    if (each instanceof tf.Tensor) values.push(...each.dataSync());
    else Object.values(each as object).forEach(collect);
  };
  collect(tensors);
  return values;
};

describe('the closed form', () => {
  it('is one Gaussian where the posterior is one', async () => {
    const one = await fitted(gaussian10d(), 2000);
    expect(Object.keys(one)).toEqual(['gaussian']);
    expect(closedFormOf(one, () => tf.scalar(0))).toBe(oneGaussian);
    free(one);
  });

  it.each([
    ['mixture-10d', mixture10d()],
    ['multimodal-2d', multimodal2d()],
  ])(
    'is the mixture that the posterior is: its diffused score at every level, within the error of the fit: %s',
    async (_, task) => {
      const { parts } = (await fitted(task, 10_000)) as { parts: MixturePart[] };
      expect(parts.length).toBe(2);
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
          const ofX = mixtureOfX(parts, tf.tile(tf.tensor2d(xObs), [64, 1]));
          const off = tf.sub(mixtureNoise(parts, theta as tf.Tensor2D, level, ofX), exact);
          const [error, size] = [off, exact].map((each) => tf.mean(tf.square(each)).dataSync()[0]);
          expect(Math.sqrt(error / size)).toBeLessThan(0.08);
        });
      }
      free({ parts });
    },
  );

  it('is the same for the same seed, and one Gaussian where only one is asked for', async () => {
    const [a, b, one] = [
      await fitted(multimodal2d(), 1000),
      await fitted(multimodal2d(), 1000),
      await fitted(multimodal2d(), 1000, 1),
    ];
    expect(numbers(b)).toEqual(numbers(a));
    expect(Object.keys(one)).toEqual(['gaussian']);
    free(a, b, one);
  });

  it('is nothing where none is asked for, and what is known of theta alone then', async () => {
    const none = await fitted(multimodal2d(), 1000, 0);
    expect(none).toEqual({});
    const known = (theta: tf.Tensor2D): tf.Tensor => tf.mul(2, theta);
    const form = closedFormOf(none, known);
    tf.tidy(() => {
      const theta = normals(4, 2);
      expect([form.scaling(none), form.ofX(none, normals(4, 2))]).toEqual([undefined, {}]);
      expectClose(form.noise(none, theta, at(7), {}), known(theta), 1e-7);
    });
  });

  it('has one Gaussian beside a mixture to scale by, where that is asked for: the least squares', async () => {
    const [beside, alone] = [await fitted(multimodal2d(), 1000, 8, true), await fitted(multimodal2d(), 1000)];
    const one = (await fitted(multimodal2d(), 1000, 1, true)) as ClosedFormTensors;
    expect([Object.keys(beside).sort(), Object.keys(alone)]).toEqual([['gaussian', 'parts'], ['parts']]);
    expect(closedFormOf(beside, () => tf.scalar(0))).toBe(gaussianMixture);
    expect([gaussianMixture.scaling(beside), gaussianMixture.scaling(alone)]).toEqual([beside.gaussian, undefined]);
    expect(numbers({ gaussian: beside.gaussian })).toEqual(numbers(one));
    free(beside, alone, one);
  });

  it('of one Gaussian gives the noise of sums from sums', () => {
    tf.tidy(() => {
      const gaussian = leastSquaresGaussian(normals(50, 3, 8), normals(50, 4, 9));
      const [theta, x] = [normals(4, 3, 2), normals(4, 4, 3)];
      const ofX = oneGaussian.ofX({ gaussian }, x);
      expect(oneGaussian.noiseSum).toBeUndefined();
      expectClose(
        oneGaussian.noise({ gaussian }, theta, at(30), ofX),
        gaussianNoise(gaussian, theta, at(30), meanOfX(gaussian, x)),
        1e-7,
      );
    });
  });
});
