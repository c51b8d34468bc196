import * as tf from '@tensorflow/tfjs';
import { mmdByChance, type MmdByChance } from '../../metrics/mmd-by-chance';

/** Draws of a round's posterior by which it is compared with the round before. */
export const comparedDraws = 1000;

/**
 * How far a posterior has moved from one round to the next, by draws of both [N, D], each parameter in units of its
 * standard deviation in the round before.
 * @param seed of the estimate by chance.
 */
export function posteriorMove(before: number[][], now: number[][], seed: number): MmdByChance {
  const [first, second] = tf.tidy(() => {
    const first = tf.tensor2d(before);
    const { mean, variance } = tf.moments(first, 0);
    const scale = tf.sqrt(tf.maximum(variance, 1e-30));
    return [first, tf.tensor2d(now)].map((rows): tf.Tensor2D => tf.div(tf.sub(rows, mean), scale));
  });
  const move = mmdByChance(first, second, seed);
  tf.dispose([first, second]);
  return move;
}
