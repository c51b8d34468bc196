import * as tf from '@tensorflow/tfjs';
import { inverse, matrixVector } from '../maths/linalg';
import { covariance, isPositiveDefinite, mean, rowViews } from '../maths/moments';
import { priorSamples } from '../distributions/prior-samples';
import type { Frame } from './frame';

/** The mean [D] and covariance [D, D] of a law. */
export interface Moments {
  readonly mean: number[];
  readonly covariance: number[][];
  /** Whether the law is the Gaussian of these. */
  readonly isGaussian: boolean;
}

/** Draws at which a score is compared with a straight line's. */
const compared = 64;
/** How far it may be from that, in units of its size. */
const rounding = 1e-4;

/**
 * The prior's mean and covariance in a frame's coordinates: exact where its score is linear, as only a Gaussian's is,
 * else those of draws.
 * @param draws how many.
 */
export function priorMoments(frame: Frame, draws: number): Moments {
  const exact = gaussianMoments(frame);
  if (exact) return exact;
  return tf.tidy(() => {
    const y = frame.toNetwork(priorSamples(frame.prior, draws, 0));
    const rows = rowViews(y.dataSync<'float32'>(), frame.dims.theta);
    return { mean: mean(rows), covariance: covariance(rows), isGaussian: false };
  });
}

/** With the score s(y) = s(0) - P^{-1} y: the mean P s(0) and the covariance P. */
function gaussianMoments(frame: Frame): Moments | undefined {
  const dim = frame.dims.theta;
  const { scores, draws, ofDraws } = tf.tidy(() => {
    const y = frame.toNetwork(priorSamples(frame.prior, compared, 0));
    const points = tf.concat([tf.zeros([1, dim]), tf.eye(dim)]) as tf.Tensor2D;
    return {
      scores: frame.priorScore(points).arraySync() as number[][],
      draws: y.arraySync(),
      ofDraws: frame.priorScore(y).arraySync() as number[][],
    };
  });
  const [atZero, ...atAxes] = scores;
  const slope = atAxes.map((row) => row.map((value, j) => atZero[j] - value));
  const precision = slope.map((row, i) => row.map((value, j) => (value + slope[j][i]) / 2));
  const isLinear = draws.every((row, k) => {
    const expected = matrixVector(precision, row).map((value, j) => atZero[j] - value);
    const size = Math.max(1, ...expected.map(Math.abs));
    return expected.every((value, j) => Math.abs(value - ofDraws[k][j]) <= rounding * size);
  });
  if (!isLinear || !isPositiveDefinite(precision)) return undefined;
  const inverted = inverse(precision);
  return { mean: matrixVector(inverted, atZero), covariance: inverted, isGaussian: true };
}
