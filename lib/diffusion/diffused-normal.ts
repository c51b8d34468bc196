import * as tf from '@tensorflow/tfjs';
import { symmetricEigen, transpose, type Matrix } from '../maths/linalg';
import { standardisedPlaces, standardisedWidths, type DiffusedDensity } from './diffused-density';
import type { NoiseLevel, Score } from './noise-level';
import { halfLogTwoPi } from './normal-over-interval';

/** A covariance by its principal axes: the variances along unit vectors, or along the parameters without `vectors`. */
export interface PrincipalAxes {
  readonly values: readonly number[];
  readonly vectors?: Matrix;
}

/**
 * N(mean, covariance), diffused: N(meanCoeff mean, meanCoeff^2 C + std^2 I).
 * @param mean D numbers.
 * @param covariance D x D, symmetric and positive definite; its principal axes are found at the first use.
 * @example
 * diffusedNormal([0, 0], [[1, 0.5], [0.5, 1]]).score(theta, vpLevels().at(tf.scalar(100, 'int32'))); // shape [1000, 2]
 */
export function diffusedNormal(mean: readonly number[], covariance: Matrix): DiffusedDensity {
  let known: PrincipalAxes | undefined;
  const axes = (): PrincipalAxes => (known ??= principalAxes(covariance));
  return {
    dim: mean.length,
    logProb: (theta, level) =>
      tf.tidy(() => {
        const { variance, along } = inAxes(mean, axes(), theta, level);
        const logs = tf.sub(tf.div(tf.div(tf.square(along), variance), -2), tf.div(tf.log(variance), 2));
        return tf.sum(tf.sub(logs, halfLogTwoPi), 1) as tf.Tensor1D;
      }),
    score: (theta, level) => scoreInAxes(mean, axes())(theta, level),
    standardised: (centre, std) =>
      diffusedNormal(
        standardisedPlaces(mean, centre, std),
        covariance.map((row, i) => standardisedWidths(Array.from(row), std).map((value) => value / std[i])),
      ),
  };
}

/** The diffused score of a normal law with known principal axes. */
export function scoreInAxes(mean: readonly number[], axes: PrincipalAxes): Score {
  return (theta, level) =>
    tf.tidy(() => {
      const { variance, along, vectors } = inAxes(mean, axes, theta, level);
      const pull = tf.neg(tf.div(along, variance)) as tf.Tensor2D;
      return vectors ? tf.matMul(pull, vectors, false, true) : pull;
    });
}

function principalAxes(covariance: Matrix): PrincipalAxes {
  const isDiagonal = covariance.every((row, i) => Array.from(row).every((value, j) => i === j || value === 0));
  return isDiagonal ? { values: covariance.map((row, i) => row[i]) } : symmetricEigen(covariance);
}

function inAxes(
  mean: readonly number[],
  axes: PrincipalAxes,
  theta: tf.Tensor2D,
  { meanCoeff, std }: NoiseLevel,
): { variance: tf.Tensor; along: tf.Tensor2D; vectors?: tf.Tensor2D } {
  const variance = tf.add(tf.mul(tf.square(meanCoeff), tf.tensor1d([...axes.values])), tf.square(std));
  const centred = tf.sub(theta, tf.mul(meanCoeff, tf.tensor2d([[...mean]]))) as tf.Tensor2D;
  if (!axes.vectors) return { variance, along: centred };
  const vectors = tf.tensor2d(transpose(axes.vectors));
  return { variance, along: tf.matMul(centred, vectors), vectors };
}
