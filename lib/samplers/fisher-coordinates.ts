import * as tf from '@tensorflow/tfjs';
import { inverseRoot } from './inverse-root';

/** Particles per parameter from which on their second moments are taken in full; with fewer, direction by direction. */
const particlesPerParameter = 8;

/**
 * Coordinates in which a density is round, R F R^T = I, by its Fisher information F = E[s s^T], which for a Gaussian is
 * the inverse covariance.
 */
export interface FisherCoordinates {
  /** R^T R s of rows s [B, D]: F^{-1} s. */
  drift(score: tf.Tensor2D): tf.Tensor2D;
  /** R^T eta of rows eta [B, D]: of N(0, F^{-1}) for eta ~ N(0, I). */
  spread(noise: tf.Tensor2D): tf.Tensor2D;
  /** F v of rows v [B, D]. */
  times(rows: tf.Tensor2D): tf.Tensor2D;
  /** The largest eigenvalue of F, or at most D^(1/16) times that; a scalar. */
  steepest(): tf.Tensor;
  /** The largest eigenvalue of F^{-1}, or at most D^(1/16) times that; a scalar. */
  widest(): tf.Tensor;
}

/**
 * F as the mean of s s^T over the scores [B, D] of particles; of its diagonal where they are few.
 * @param least is added to F's diagonal, so that no step is longer than least^(-1/2). Default 0.
 */
export function fisherCoordinates(score: tf.Tensor2D, least = 0): FisherCoordinates {
  const [count, dim] = score.shape;
  return dim > 1 && count >= particlesPerParameter * dim ? inFull(score, least) : byDirection(score, least);
}

function inFull(score: tf.Tensor2D, least: number): FisherCoordinates {
  const [count, dim] = score.shape;
  const mean = tf.div(tf.matMul(score, score, true), count) as tf.Tensor2D;
  const information = least > 0 ? tf.add<tf.Tensor2D>(mean, tf.mul(least, tf.eye(dim))) : mean;
  const root = inverseRoot(information);
  return {
    drift: (score) => tf.matMul(tf.matMul(score, root, false, true), root),
    spread: (noise) => tf.matMul(noise, root),
    times: (rows) => tf.matMul(rows, information),
    steepest: () => largestEigenvalue(information),
    widest: () => largestEigenvalue(tf.matMul(root, root, true)),
  };
}

function byDirection(score: tf.Tensor2D, least: number): FisherCoordinates {
  const squares = tf.add(tf.mean(tf.square(score), 0, true), Math.max(least, 1e-12));
  return {
    drift: (score) => tf.div(score, squares),
    spread: (noise) => tf.div(noise, tf.sqrt(squares)),
    times: (rows) => tf.mul(rows, squares),
    steepest: () => tf.max(squares),
    widest: () => tf.div(1, tf.min(squares)),
  };
}

/** |F^8|^(1/8): the largest eigenvalue of a positive definite matrix, or at most D^(1/16) times that. */
function largestEigenvalue(matrix: tf.Tensor2D): tf.Tensor {
  const trace = tf.add(tf.sum(tf.mul(matrix, tf.eye(matrix.shape[0]))), 1e-12);
  let power = tf.div(matrix, trace) as tf.Tensor2D;
  for (let k = 0; k < 3; k++) power = tf.matMul(power, power);
  return tf.mul(trace, tf.pow(tf.sum(tf.square(power)), 1 / 16));
}
