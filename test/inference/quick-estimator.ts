import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { rng } from '../../lib/core/rng';
import type { Prior } from '../../lib/distributions/prior';
import { npse } from '../../lib/inference/score/npse';
import type { NpseOptions, TrainedScoreEstimator } from '../../lib/inference/score/train-score-estimator';
import type { Posterior } from '../../lib/inference/posterior';
import type { ScoreEstimator } from '../../lib/inference/score/score-estimator';

export const quiet = { progress: false };
export const noise = 0.3;

/** An estimator of theta from x = theta + noise, quickly trained. */
export async function trained(prior: Prior, options: Partial<NpseOptions> = {}): Promise<TrainedScoreEstimator> {
  const source = rng(3);
  const theta = Array.from({ length: 1000 }, () => prior.sample(source));
  const sims = {
    theta: tf.tensor2d(theta),
    x: tf.tensor2d(theta.map((row) => row.map((value) => value + noise * source.normal()))),
  };
  const network = { width: 16, hidden: 1, activation: 'silu' as const };
  try {
    return await npse.train(sims, { prior, seed: 1, maxEpochs: 5, emulated: 0, network, ...quiet, ...options });
  } finally {
    tf.dispose([sims.theta, sims.x]);
  }
}

/** Runs with the posterior given observations, and checks that it leaves nothing but the estimator's graphs. */
export async function withPosterior<T>(
  estimator: ScoreEstimator,
  xObs: number[][],
  work: (posterior: Posterior) => Promise<T>,
): Promise<T> {
  const before = tf.memory().numTensors;
  const posterior = estimator.given(xObs);
  const result = await work(posterior).finally(() => posterior.dispose());
  expect(tf.memory().numTensors).toBe(before);
  return result;
}

/** The values of a tensor that comes later, which is disposed. */
export async function valuesOf(tensor: Promise<tf.Tensor>): Promise<number[]> {
  const own = await tensor;
  const values = Array.from(own.dataSync());
  own.dispose();
  return values;
}
