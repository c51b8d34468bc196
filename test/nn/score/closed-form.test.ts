import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { closedFormOf, gaussianMixture, oneGaussian, type ClosedFormTensors } from '../../../lib/nn/score/closed-form';
import { gaussianNoise, leastSquaresGaussian, meanOfX } from '../../../lib/nn/score/linear-gaussian';
import { gaussian10d } from '../../../lib/tasks/gaussian-linear';
import { multimodal2d } from '../../../lib/tasks/linear-mixture';
import { expectClose, normals } from '../support';
import { expectTruth, fitted, free } from './closed-form-truth';

const levels = vpLevels();
const at = (t: number) => levels.at(tf.scalar(t, 'int32'));

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

  it('is the mixture that the posterior is: its diffused score at every level, within the error of the fit', async () => {
    await expectTruth(multimodal2d());
  });

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
