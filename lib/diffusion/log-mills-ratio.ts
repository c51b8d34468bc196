import * as tf from '@tensorflow/tfjs';
import { millsRatio } from '../maths/mills-ratio';
import { polynomialFit } from '../maths/polynomial-fit';

/** t = pole / (pole + x) runs from 1 at x = 0 to 0 in the far tail; of a few tried, this number gives the best fit. */
const pole = 2.83;

/** log(m(x) / t) as a polynomial in 2 t - 1, to about 1e-9. */
const coefficients = polynomialFit((y) => {
  const t = (1 + y) / 2;
  return Math.log(millsRatio(pole * (1 / t - 1)) / t);
}, 13);

/** log m(x) of x >= 0, with the Mills ratio m of the standard normal law: float32's accuracy at any x. */
export function logMillsRatio<T extends tf.Tensor>(x: T): T {
  const t = tf.div(pole, tf.add(x, pole));
  const y = tf.sub(tf.mul(t, 2), 1);
  const polynomial = coefficients.reduceRight<tf.Tensor>(
    (sum, coefficient) => tf.add(tf.mul(sum, y), coefficient),
    tf.zerosLike(y),
  );
  return tf.add(tf.log(t), polynomial);
}
