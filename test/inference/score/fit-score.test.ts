import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { randomKey, randomNormal } from '../../../lib/graph/random';
import { disposeFitted, fitScore } from '../../../lib/inference/score/fit-score';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';

it('a network that is better than the closed form by chance is left out where the posterior may be Gaussian', async () => {
  const before = tf.memory().numTensors;
  const theta = tf.tidy(() => randomNormal<tf.Tensor2D>(randomKey(1), [300, 1]));
  const x = tf.tidy(() => tf.add(theta, randomNormal(randomKey(2), [300, 1])) as tf.Tensor2D);
  const known = { mean: [0], covariance: [[1]], origin: { theta: [0], x: [0] } };
  const network = denoisingNetwork({ width: 8, hidden: 1 });
  const best: number[] = [];
  for (const isGaussian of [true, false]) {
    const problem = { rows: [theta, x] as [tf.Tensor2D, tf.Tensor2D], moments: { ...known, isGaussian } };
    const fitted = await fitScore(problem, { network }, { seed: 1, maxEpochs: 30, progress: false });
    best.push(fitted.fit.bestEpoch);
    disposeFitted(fitted);
  }
  expect(best[0]).toBe(0);
  expect(best[1]).toBeGreaterThan(0);
  tf.dispose([theta, x]);
  expect(tf.memory().numTensors).toBe(before);
});
