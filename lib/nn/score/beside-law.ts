import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel, Score } from '../../diffusion/noise-level';
import type { ClosedForm } from './closed-form';

/**
 * A closed form to which the score of a known law of theta is added in the place of that of N(0, I), so that the
 * network learns what data add to the law: the score of a diffused likelihood.
 *
 * noise + (-std grad log p_t(theta_t) - std theta_t), in units in which meanCoeff^2 + std^2 = 1.
 * @param law the diffused score of the law.
 */
export function besideLaw(form: ClosedForm, law: Score): ClosedForm {
  const more = (theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor =>
    tf.neg(tf.mul(level.std, tf.add(law(theta, level), theta)));
  return {
    ...form,
    noise: (tensors, theta, level, ofX) => tf.add(form.noise(tensors, theta, level, ofX), more(theta, level)),
    noiseSum: (tensors, theta, level, ofX) => {
      const n = ofX.shares.shape[0];
      const total = Object.fromEntries(Object.entries(ofX).map(([name, rows]) => [name, tf.sum(rows, 0, true)]));
      const known = form.noiseSum
        ? form.noiseSum(tensors, theta, level, ofX)
        : form.noise(tensors, tf.mul(n, theta), level, total as typeof ofX);
      return tf.add(known, tf.mul(n, more(theta, level)));
    },
  };
}
