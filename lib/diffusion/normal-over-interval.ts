import * as tf from '@tensorflow/tfjs';
import { logMillsRatio } from './log-mills-ratio';

/** log sqrt(2 pi). */
export const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/** Below this noise a law on a box counts as one with this noise, whose walls are as sharp to float32. */
export const leastNoise = 1e-12;

/** The Gauss-Legendre rule of order 8 on [-1, 1], its positive half; the weights add up to one. */
const nodes = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
const weights = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];

/** An interval for the standard normal law; its numbers are [B or 1, D]. */
export interface Interval {
  readonly centre: tf.Tensor2D;
  /** Half the width, at least 0. */
  readonly half: tf.Tensor2D;
  /** |centre| - half: how far zero is outside of the interval. Given apart, since the difference would lose digits. */
  readonly gap: tf.Tensor2D;
}

/**
 * The mean of the standard normal density phi over [centre - half, centre + half], in logarithms, and its slope in the
 * centre: exact to float32 however far the interval is, wide or narrow, down to a width of zero.
 *
 * With a = gap and b = |centre| + half, and Q(x) = phi(x) m(x) the tail beyond x >= 0, the mass is
 * Q(a) - Q(b) where zero lies outside of the interval, and 1 - Q(-a) - Q(b) inside. Both lose digits only where
 * the interval is narrow and near zero; there a quadrature rule is exact.
 */
export function normalOverInterval({ centre, half, gap }: Interval): {
  readonly logMean: tf.Tensor2D;
  readonly slope: tf.Tensor2D;
} {
  // not abs and sign, whose gradients are zero at zero
  const isRight = tf.greaterEqual(centre, 0);
  const distance = tf.where(isRight, centre, tf.neg(centre));
  const product = tf.mul(distance, half);
  const isNarrow = tf.greaterEqual(1, tf.maximum(half, product));
  const narrow = overNarrow(distance, half, product);
  const wide = overWide({ distance, half, gap, product, unused: isNarrow });
  return {
    logMean: tf.where(isNarrow, narrow.logMean, wide.logMean) as tf.Tensor2D,
    slope: tf.mul(
      tf.where(isRight, tf.onesLike(distance), tf.neg(tf.onesLike(distance))),
      tf.where(isNarrow, narrow.slope, wide.slope),
    ),
  };
}

interface MeanDensity {
  readonly logMean: tf.Tensor;
  readonly slope: tf.Tensor;
}

/** phi(c) times the mean of cosh(c h v) exp(-h^2 v^2 / 2) over v in [0, 1]; at most 1 for h and c h. */
function overNarrow(distance: tf.Tensor, half: tf.Tensor, product: tf.Tensor): MeanDensity {
  const h = tf.minimum(half, 1);
  const tilt = tf.minimum(product, 1);
  const bells = nodes.map((node, k) => tf.mul(weights[k], tf.exp(tf.mul(-(node ** 2) / 2, tf.square(h)))));
  const sum = tf.addN(nodes.map((node, k) => tf.mul(bells[k], tf.cosh(tf.mul(tilt, node)))));
  const first = tf.addN(nodes.map((node, k) => tf.mul(tf.mul(bells[k], node), tf.sinh(tf.mul(tilt, node)))));
  return {
    logMean: tf.add(tf.sub(tf.div(tf.square(distance), -2), halfLogTwoPi), tf.log(sum)),
    slope: tf.sub(tf.mul(h, tf.div(first, sum)), distance),
  };
}

/** The tails by Mills ratios, over phi(a) outside; numbers that `unused` marks only stay finite. */
function overWide({ distance, half, gap, product, unused }: Record<string, tf.Tensor>): MeanDensity {
  const isOutside = tf.greaterEqual(gap, 0);
  const near = tf.where(isOutside, gap, tf.neg(gap));
  const near2 = tf.div(tf.square(near), -2);
  // phi(b) / phi(a)
  const ratio = tf.exp(tf.mul(product, -2));
  const nearTail = tf.exp(logMillsRatio(near));
  const farTail = tf.mul(ratio, tf.exp(logMillsRatio(tf.add(distance, half))));
  const density = tf.exp(tf.sub(near2, halfLogTwoPi));
  const mass = tf.where(isOutside, tf.sub(nearTail, farTail), tf.sub(1, tf.mul(density, tf.add(nearTail, farTail))));
  const safe = tf.where(unused, tf.onesLike(mass), mass);
  const height = tf.where(isOutside, tf.onesLike(density), density);
  const logHeight = tf.where(isOutside, tf.sub(near2, halfLogTwoPi), tf.zerosLike(near2));
  const width = tf.mul(2, tf.where(unused, tf.onesLike(mass), half));
  return {
    logMean: tf.sub(tf.add(logHeight, tf.log(safe)), tf.log(width)),
    slope: tf.div(tf.mul(tf.sub(ratio, 1), height), safe),
  };
}
