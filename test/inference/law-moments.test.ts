import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { logNormal } from '../../lib/distributions/log-normal';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { uniform } from '../../lib/distributions/uniform';
import type { Prior } from '../../lib/distributions/prior';
import { fitFrame } from '../../lib/inference/frame';
import { priorMoments } from '../../lib/inference/law-moments';

function momentsOf(prior: Prior, isStandardised: boolean) {
  const theta = priorSamples(prior, 200, 1);
  return priorMoments(fitFrame(prior, { theta, x: tf.clone(theta) }, isStandardised), 20_000);
}

describe('priorMoments', () => {
  it('are exact for a Gaussian, in its units or in those of the simulations', () => {
    const prior = normal({
      mean: [3, -20],
      covariance: [
        [4, 1],
        [1, 2],
      ],
    });
    const { mean, covariance, isGaussian } = momentsOf(prior, false);
    expect(isGaussian).toBe(true);
    [3, -20].forEach((value, i) => expect(mean[i]).toBeCloseTo(value, 3));
    [4, 1, 1, 2].forEach((value, i) => expect(covariance.flat()[i]).toBeCloseTo(value, 4));
    const theta = priorSamples(prior, 200, 1);
    const frame = fitFrame(prior, { theta, x: tf.clone(theta) }, true);
    const [a, b] = frame.config.theta.std;
    expect(momentsOf(prior, true).covariance[0][1]).toBeCloseTo(1 / (a * b), 4);
  });

  it('are exact for what is Gaussian without its bounds', () => {
    const { mean, covariance } = momentsOf(logNormal({ mean: [1], std: [0.5] }), false);
    expect([mean[0], covariance[0][0]].map((value) => Number(value.toFixed(4)))).toEqual([1, 0.25]);
  });

  it('are those of draws elsewhere', () => {
    const { mean, covariance, isGaussian } = momentsOf(uniform({ lower: [-1], upper: [1] }), false);
    expect(isGaussian).toBe(false);
    // a logistic law: variance pi^2 / 3, kurtosis 4.2
    expect(Math.abs(mean[0])).toBeLessThan(4 * Math.sqrt(Math.PI ** 2 / 3 / 20_000));
    expect(Math.abs(covariance[0][0] / (Math.PI ** 2 / 3) - 1)).toBeLessThan(4 * Math.sqrt(3.2 / 20_000));
  });
});
