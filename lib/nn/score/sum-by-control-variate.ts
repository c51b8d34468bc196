import * as tf from '@tensorflow/tfjs';
import { whileLoop } from '../../graph/loop';
import { rangeFrom, sumInChunks } from '../../graph/sum-in-chunks';

/** The sum of a function over the observations whose numbers are `index`, at particles that it was made for, [B, D]. */
type SumOver = (index: tf.Tensor1D) => tf.Tensor2D;

/** Pairs of a particle and an observation that are seen at once: more are not faster, and this bounds the memory. */
const pairsAtOnce = 8192;
/** Anchors for each of the D + 1 coefficients that are fitted to them. */
const anchorsPerCoefficient = 3;
/** Chunks of observations from which on it pays not to see all, and those that are seen before the error is told. */
const manyChunks = 8;
const fewestChunks = 4;

/** A sum over observations, and how exact it is to be. */
export interface SumOverObservations {
  /** The number of observations. */
  readonly n: number;
  /** The sums of f at particles. */
  at(particles: tf.Tensor2D): SumOver;
  /**
   * The error of the sum, the root of its mean square over particles and directions, in standard deviations of the
   * particles: e^T Cov(theta) e = tolerance^2 D for an error e of the score. With 0 all pairs are seen.
   */
  readonly tolerance: number;
  /** How many scores the sum is. */
  readonly unit: tf.Tensor;
}

/**
 * sum_j f_j(theta) [B, D] over n observations at particles theta [B, D], with fewer than B n evaluations of f where
 * both are many.
 *
 * Particles of a posterior given many observations lie so close together that f_j is almost linear among them. With P f
 * the linear fit to f at a few particles, the anchors, sum_j f_j = sum_j P f_j + sum_j (f_j - P f_j). The second sum is
 * small, and is estimated from chunks of observations, one after the other, until its standard error is within the
 * tolerance. Where it is not until the end, as with particles in several far modes, all pairs have been seen, and the
 * sum is exact. The first sum, at the anchors, is taken in the same way, with a constant in the place of the linear
 * fit, and that constant in full.
 *
 * Evaluations: 3 n + 3 (D + 1) m + B m' for m and m' of the observations; B n where n or B is small.
 * Source: ours; a regression as control variate is in Owen, "Monte Carlo theory, methods and examples", chapter 8.
 */
export function sumByControlVariate(theta: tf.Tensor2D, sum: SumOverObservations): tf.Tensor2D {
  return sumBeyond(theta, theta.shape[1] + 1, sum, inWidths(theta, sum.unit));
}

/** The sum beyond a fit to the anchors of `coefficients`: D + 1 for a linear one, 1 for a constant, 0 for none. */
function sumBeyond(
  theta: tf.Tensor2D,
  coefficients: number,
  sum: SumOverObservations,
  squaredError: (error: tf.Tensor2D) => tf.Scalar,
): tf.Tensor2D {
  const { n, tolerance } = sum;
  const particles = theta.shape[0];
  const size = Math.min(n, Math.max(1, Math.floor(pairsAtOnce / particles)));
  const chunks = Math.floor(n / size);
  const anchors = anchorsPerCoefficient * coefficients;
  const over = sum.at(theta);
  const isWorthIt = coefficients > 0 && chunks >= manyChunks && particles >= 4 * anchors && tolerance > 0;
  if (!isWorthIt) return sumInChunks(n, size, tf.zerosLike(theta), over);

  const ofAnchors = (values: tf.Tensor2D): tf.Tensor2D => tf.slice(values, [0, 0], [anchors, -1]);
  const basis = orthonormalBasis(theta, anchors, coefficients);
  const fit = (atAnchors: tf.Tensor2D): tf.Tensor2D =>
    tf.matMul(basis, tf.matMul(ofAnchors(basis), atAnchors, true)) as tf.Tensor2D;
  const few = ofAnchors(theta);
  const atAnchors = sumBeyond(few, coefficients > 1 ? 1 : 0, sum, squaredError);
  const order = tf.tensor1d(scattered(n), 'int32');
  const rest = chunks * size < n ? over(tf.slice(order, [chunks * size], [-1])) : tf.zerosLike(theta);
  const left = estimated({
    chunks,
    deviation: (c) => {
      const found = over(tf.gather(order, rangeFrom(tf.mul(c, tf.scalar(size, 'int32')), size)));
      return tf.sub(found, fit(ofAnchors(found)));
    },
    nothing: tf.zerosLike(theta),
    squaredError,
    tolerance,
  });
  return tf.addN([fit(tf.sub(atAnchors, ofAnchors(rest))), rest, left]);
}

/** A sum over chunks, of which as many are seen as its error wants. */
interface Estimated {
  readonly chunks: number;
  /** The term of chunk c, [B, D]. */
  deviation(c: tf.Scalar): tf.Tensor2D;
  readonly nothing: tf.Tensor2D;
  /** The squared size of an error [B, D] of the sum, a scalar. */
  squaredError(error: tf.Tensor2D): tf.Scalar;
  readonly tolerance: number;
}

/** chunks times the mean of the terms of the first m chunks, the first m that are enough. */
function estimated({ chunks, deviation, nothing, squaredError, tolerance }: Estimated): tf.Tensor2D {
  const zero = tf.scalar(0);
  const { sum, seen } = whileLoop(
    ({ seen, sum, squares }) => {
      const m = tf.cast(seen, 'float32');
      // of the mean of m terms, drawn without return: s^2 / m (1 - m / chunks)
      const variance = tf.div(tf.sub(squares, tf.mul(m, squaredError(tf.div(sum, m)))), tf.sub(m, 1));
      const error = tf.mul(tf.mul(chunks ** 2, variance), tf.sub(tf.div(1, m), 1 / chunks));
      const isOpen = tf.logicalOr(tf.less(seen, fewestChunks), tf.greater(error, tolerance ** 2));
      return tf.logicalAnd(isOpen, tf.less(seen, chunks));
    },
    ({ seen, sum, squares }) => {
      const term = deviation(seen);
      return {
        seen: tf.add(seen, tf.scalar(1, 'int32')) as tf.Scalar,
        sum: tf.add(sum, term) as tf.Tensor2D,
        squares: tf.add(squares, squaredError(term)) as tf.Scalar,
      };
    },
    { seen: tf.scalar(0, 'int32') as tf.Scalar, sum: nothing, squares: zero as tf.Scalar },
  );
  return tf.mul(tf.div(chunks, tf.cast(seen, 'float32')), sum);
}

/** The mean over particles of e^T Cov(theta) e / D for an error e [B, D] of the sum. */
function inWidths(theta: tf.Tensor2D, unit: tf.Tensor): (error: tf.Tensor2D) => tf.Scalar {
  const own = tf.sub(theta, tf.mean(theta, 0, true)) as tf.Tensor2D;
  const covariance = tf.div(tf.matMul(own, own, true), theta.shape[0]) as tf.Tensor2D;
  return (error) => {
    const scores = tf.mul(error, unit) as tf.Tensor2D;
    return tf.mean(tf.mul(tf.matMul(scores, covariance), scores)) as tf.Scalar;
  };
}

/**
 * The constant and functions of theta [B, count] that span the linear ones with it, and whose values at the first
 * `anchors` particles are orthonormal: Gram and Schmidt's, each column twice.
 */
function orthonormalBasis(theta: tf.Tensor2D, anchors: number, count: number): tf.Tensor2D {
  const ofAnchors = (values: tf.Tensor): tf.Tensor => tf.slice(values, [0, 0], [anchors, -1]);
  let basis = tf.fill([theta.shape[0], 1], 1 / Math.sqrt(anchors)) as tf.Tensor2D;
  for (let i = 0; i < count - 1; i++) {
    let column = tf.slice(theta, [0, i], [-1, 1]) as tf.Tensor;
    for (let k = 0; k < 2; k++) {
      column = tf.sub(column, tf.matMul(basis, tf.matMul(ofAnchors(basis), ofAnchors(column), true)));
      column = tf.div(column, tf.sqrt(tf.add(tf.sum(tf.square(ofAnchors(column))), smallest)));
    }
    basis = tf.concat([basis, column as tf.Tensor2D], 1);
  }
  return basis;
}

/** Keeps a parameter in which all particles agree from being divided by 0. */
const smallest = 1e-30;

/**
 * The numbers 0 to n - 1, any few in a row of which are spread evenly over all: k p modulo n, with p by the golden
 * ratio.
 */
function scattered(n: number): Int32Array {
  let step = Math.max(1, Math.round(n * 0.6180339887498949));
  while (commonDivisor(step, n) > 1) step++;
  return Int32Array.from({ length: n }, (_, k) => (k * step) % n);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
