import * as tf from '@tensorflow/tfjs';
import { polynomialFit } from '../maths/polynomial-fit';
import { logMillsRatio } from './log-mills-ratio';
import { halfLogTwoPi } from './normal-over-interval';

/** log density of x, and its derivative in x. */
interface LogDensityAndSlope {
  readonly logProb: tf.Tensor2D;
  readonly slope: tf.Tensor2D;
}

const evenly = (count: number, step: number, first: number): number[] =>
  Array.from({ length: count }, (_, k) => first + k * step);

/**
 * Nodes and log weights of the trapezoid rule over the noise. The integrand's poles are at least pi away, so that the
 * error is of the size of exp(-2 pi^2 / .75).
 */
const noises = evenly(19, 0.75, -6.75);
const logNoiseWeights = noises.map((e) => -0.5 * e * e - halfLogTwoPi + Math.log(0.75));

/**
 * Nodes l > 0 and weights of the trapezoid rule over the logistic variable, as far as a tilt of exp(l / 2) can matter.
 */
const places = evenly(40, 0.8, 0.8);
const logistic = (l: number): number => Math.exp(-l) / (1 + Math.exp(-l)) ** 2;
const totalWeight = logistic(0) + 2 * places.reduce((sum, l) => sum + logistic(l), 0);
const placeWeights = places.map((l) => (2 * logistic(l)) / totalWeight);

/**
 * Up to this product of x and the scale the integrand over the logistic variable is tilted so mildly that the nodes
 * reach far enough.
 */
const mostTilt = 0.5;

/**
 * (1 + q)^-2 = sum_n c_n q^(n-1) on [0, 1] to 4e-9 of itself, so that the logistic density is sum_n c_n exp(-n |l|):
 * the even powers of a fit in sqrt(q).
 */
const rates = evenly(13, 1, 1);
const shares = polynomialFit((root) => (1 + root * root) ** -2, 24).filter((_, power) => power % 2 === 0);

/**
 * The law of x = scale l + noise e with l standard logistic and e standard normal, the larger of `scale` and `noise`
 * being 1: its log density and slope, exact to float32 in the far tails too.
 *
 * Three ways, each where it is exact: a trapezoid rule over e where the logistic part is the larger, one over l where
 * the noise is the larger, and beyond that, where the exponential tail takes over, the logistic density as a sum of
 * exponentials, whose convolutions with a normal law are Mills ratios.
 * @param x [B, D].
 * @param scale [B or 1, D], from 0 to 1.
 * @param noise [B or 1, D], from 0 to 1.
 */
export function logisticWithNoise(x: tf.Tensor2D, scale: tf.Tensor2D, noise: tf.Tensor2D): LogDensityAndSlope {
  // not abs and sign, whose gradients are zero at zero
  const isRight = tf.greaterEqual(x, 0);
  const distance = tf.where(isRight, x, tf.neg(x));
  const isClear = tf.greaterEqual(scale, 1);
  const isTilted = tf.greaterEqual(tf.mul(distance, scale), mostTilt);
  const clear = overNoise(distance, noise);
  const core = overPlaces(distance, scale);
  const tail = overRates(distance, tf.where(isTilted, scale, tf.onesLike(distance)) as tf.Tensor2D);
  const choose = (pick: (of: LogDensityAndSlope) => tf.Tensor2D): tf.Tensor2D =>
    tf.where(isClear, pick(clear), tf.where(isTilted, pick(tail), pick(core))) as tf.Tensor2D;
  return {
    logProb: choose(({ logProb }) => logProb),
    slope: tf.mul(
      tf.where(isRight, tf.onesLike(x), tf.neg(tf.onesLike(x))),
      choose(({ slope }) => slope),
    ),
  };
}

/** The mean over e of the logistic density at x - noise e, for a scale of 1. */
function overNoise(distance: tf.Tensor2D, noise: tf.Tensor2D): LogDensityAndSlope {
  const l = tf.sub(tf.expandDims(distance, 2), tf.mul(tf.expandDims(noise, 2), tf.tensor1d(noises)));
  const size = tf.abs(l);
  const logs = tf.sub(tf.sub(tf.tensor1d(logNoiseWeights), size), tf.mul(2, tf.log1p(tf.exp(tf.neg(size)))));
  const slopes = tf.neg(tf.tanh(tf.div(l, 2)));
  return {
    logProb: tf.logSumExp(logs, 2) as tf.Tensor2D,
    slope: tf.sum(tf.mul(tf.softmax(logs), slopes), 2) as tf.Tensor2D,
  };
}

/** phi(x) times the mean over l of exp(scale x l - scale^2 l^2 / 2), for a noise of 1 and a mild tilt scale x. */
function overPlaces(distance: tf.Tensor2D, scale: tf.Tensor2D): LogDensityAndSlope {
  const tilt = tf.minimum(tf.mul(distance, scale), mostTilt);
  const l = tf.tensor1d(places);
  const tilted = tf.mul(tf.expandDims(tilt, 2), l);
  const bells = tf.mul(tf.tensor1d(placeWeights), tf.exp(tf.div(tf.square(tf.mul(tf.expandDims(scale, 2), l)), -2)));
  const sum = tf.add(logistic(0) / totalWeight, tf.sum(tf.mul(bells, tf.cosh(tilted)), 2));
  const first = tf.sum(tf.mul(tf.mul(bells, l), tf.sinh(tilted)), 2);
  return {
    logProb: tf.add(tf.sub(tf.div(tf.square(distance), -2), halfLogTwoPi), tf.log(sum)) as tf.Tensor2D,
    slope: tf.sub(tf.mul(scale, tf.div(first, sum)), distance) as tf.Tensor2D,
  };
}

/**
 * The sum over n of c_n phi(x) / scale [m(n / scale - x) + m(n / scale + x)] with the Mills ratio m, for a noise of 1;
 * the slope follows from m'(y) = y m(y) - 1.
 */
function overRates(distance: tf.Tensor2D, scale: tf.Tensor2D): LogDensityAndSlope {
  const x = tf.expandDims(distance, 2);
  const k = tf.expandDims(scale, 2);
  const pace = tf.div(tf.tensor1d(rates), k);
  const below = tf.sub(pace, x);
  const logBelow = tf.add(tf.div(tf.square(tf.minimum(below, 0)), 2), logMillsBeyondHump(below));
  const logAbove = logMillsRatio(tf.add(pace, x));
  const [first] = tf.split(below, [1, rates.length - 1], 2);
  // m falls, so the first is the largest
  const [logTop] = tf.split(logBelow, [1, rates.length - 1], 2);
  const left = tf.mul(tf.tensor1d(shares), tf.exp(tf.sub(logBelow, logTop)));
  const right = tf.mul(tf.tensor1d(shares), tf.exp(tf.sub(logAbove, logTop)));
  const sum = tf.sum(tf.add(left, right), 2);
  const slope = tf.div(tf.sum(tf.mul(pace, tf.sub(right, left)), 2), sum) as tf.Tensor2D;
  // (y^2 - x^2) / 2 with y = 1 / scale - x < 0, without the difference of two large numbers
  const inTail = tf.div(tf.sub(tf.div(1, tf.mul(2, k)), x), k);
  const exponent = tf.where(tf.greaterEqual(first, 0), tf.div(tf.square(x), -2), inTail);
  const logs = tf.sub(tf.sub(tf.add(exponent, logMillsBeyondHump(first)), tf.log(k)), halfLogTwoPi);
  return { logProb: tf.add(tf.squeeze(logs, [2]), tf.log(sum)) as tf.Tensor2D, slope };
}

/** log m(y) of any y, less the y^2 / 2 that it has for y < 0: m(y) = sqrt(2 pi) exp(y^2 / 2) - m(-y) there. */
function logMillsBeyondHump(y: tf.Tensor): tf.Tensor {
  const log = logMillsRatio(tf.abs(y));
  const missing = tf.exp(tf.sub(tf.sub(log, tf.div(tf.square(y), 2)), halfLogTwoPi));
  // half is the most that can be missing below zero
  const whole = tf.add(halfLogTwoPi, tf.log1p(tf.neg(tf.minimum(missing, 0.5))));
  return tf.where(tf.greaterEqual(y, 0), log, whole);
}
