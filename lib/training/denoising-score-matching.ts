import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../diffusion/noise-level';
import { foldKey, randomNormal, type Key } from '../graph/random';
import type { LevelWeighting } from './level-law';
import type { Loss } from './loss';

/** The noise that a network sees in theta_t [B, D], given x [B, L]; with a key, as in training, with dropout. */
export type NoisePrediction = (
  weights: tf.Tensor[],
  rows: { theta: tf.Tensor2D; level: NoiseLevel; x: tf.Tensor2D },
  key?: Key,
) => tf.Tensor2D;

/**
 * The denoising score matching loss: the mean over rows of a loss of eps_hat(theta_t, t, x) - eps with theta_t =
 * meanCoeff theta + std eps, eps ~ N(0, I), and levels of the given law: for the paper the squared norm, and t uniform
 * on {1, ..., T - 1}.
 *
 * With score = -eps_hat / std this is (2) of the paper with each level weighted by std^2.
 *
 * @param levels the law of the levels, and what an error counts there.
 * @returns a loss over rows [theta, x], or [theta, x, w] with weights w [B, 1] of mean 1.
 * Source: Geffner et al., equation (2) and appendix B.1.
 */
export function denoisingScoreMatching(predict: NoisePrediction, { law, errorLoss }: LevelWeighting): Loss {
  return (weights, [theta, x, weight], key, inTraining) => {
    const [count, dim] = theta.shape;
    const level = law(foldKey(key, 0), count);
    const eps = randomNormal<tf.Tensor2D>(foldKey(key, 1), [count, dim]);
    const noisy = tf.add(tf.mul(level.meanCoeff, theta), tf.mul(level.std, eps)) as tf.Tensor2D;
    const noise = predict(weights, { theta: noisy, level, x }, inTraining ? foldKey(key, 2) : undefined);
    const each = errorLoss(tf.sub(noise, eps), level);
    return tf.mean(weight ? tf.mul(each, tf.squeeze(weight, [1])) : each) as tf.Scalar;
  };
}
