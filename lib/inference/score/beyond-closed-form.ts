import * as tf from '@tensorflow/tfjs';
import { foldKey, randomKey, randomNormal } from '../../graph/random';
import { predictNoise, type ScoreModel, type ScoreModelTensors } from '../../nn/score/score-model';
import type { LevelWeighting } from '../../training/level-law';

/** Draws of level and noise for each pair. */
const repeats = 64;
/** Standard errors by which the network is to be better: one that is so by chance once in 15 times is not kept. */
const enough = 1.5;

/**
 * Whether a network is better on held-out pairs than the closed form beside which it was trained, by more than chance:
 * the mean over pairs of what it takes off their loss is above one and a half of its standard errors.
 *
 * Where data are Gaussian and linear, nothing is left to learn, and the best of many epochs is better by luck only;
 * what it has learned is then an error, which observations that are put together add up.
 * @param pairs held-out targets [N, D] and conditions [N, L]; kept by the caller.
 */
export function isBeyondClosedForm(
  model: ScoreModel,
  tensors: ScoreModelTensors,
  { law, errorLoss }: LevelWeighting,
  [theta, x]: readonly [tf.Tensor2D, tf.Tensor2D],
  seed: number,
): boolean {
  return tf.tidy(() => {
    const rows = theta.shape[0];
    const key = randomKey(seed);
    const ofX = model.closedForm.ofX(tensors.closedForm, x);
    const gains = Array.from({ length: repeats }, (_, k) =>
      tf.tidy(() => {
        const own = foldKey(key, k);
        const level = law(foldKey(own, 0), rows);
        const eps = randomNormal<tf.Tensor2D>(foldKey(own, 1), theta.shape);
        const noisy = tf.add(tf.mul(level.meanCoeff, theta), tf.mul(level.std, eps)) as tf.Tensor2D;
        const lossOf = (noise: tf.Tensor): tf.Tensor => errorLoss(tf.sub(noise, eps) as tf.Tensor2D, level);
        const known = model.closedForm.noise(tensors.closedForm, noisy, level, ofX);
        return tf.sub(lossOf(known), lossOf(predictNoise(model, tensors, { theta: noisy, level, x })));
      }),
    );
    const { mean, variance } = tf.moments(tf.div(tf.addN(gains), repeats));
    const [gain, spread] = [mean, variance].map((value) => value.dataSync()[0]);
    return gain > enough * Math.sqrt(spread / rows);
  });
}
