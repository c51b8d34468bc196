import type * as tf from '@tensorflow/tfjs';
import { dot, inverse, matrixProduct, matrixVector, transpose } from '../../maths/linalg';
import { sparseRegression, type Origin } from '../../maths/sparse-regression';
import { leastSquaresGaussian, linearGaussian, rowsOf, type LinearGaussian } from './linear-gaussian';

/** What is known of theta's law, in the units of the pairs. */
export interface LawOfTheta {
  /** The mean [D]. */
  readonly mean: readonly number[];
  /** The covariance [D, D]. */
  readonly covariance: readonly (readonly number[])[];
  /** Whether it is the Gaussian of these, so that a posterior may be one. */
  readonly isGaussian: boolean;
  /** Where theta and x are zero in their own units. */
  readonly origin: { readonly theta: readonly number[]; readonly x: readonly number[] };
}

/** Pairs for each coefficient from which on a likelihood is fitted. */
const enough = 10;
/** In units of the variances of x: keeps repeated columns apart. */
const ridge = 1e-9;

/**
 * The Gaussian nearest to theta | x where theta's mean and covariance are known: the posterior of theta ~ N(mean, P)
 * with the likelihood x | theta ~ N(A theta + b, S), which is fitted to pairs theta [N, D] and x [N, L].
 *
 * It is the least squares of theta on x with the covariance of theta that is known in the place of that of N draws. A
 * composition of n posteriors takes n - 1 priors away, so that a covariance that is off by 1 / sqrt(N) would cost it n
 * times that. Coefficients of A and b that the pairs do not tell from zero are zero, since what each adds to the error
 * grows with n as well. With fewer than ten pairs a coefficient it is {@link leastSquaresGaussian}. The caller disposes
 * the tensors.
 */
export function gaussianUnderLaw(theta: tf.Tensor2D, x: tf.Tensor2D, law: LawOfTheta): LinearGaussian {
  const [pairs, dim] = theta.shape;
  const width = x.shape[1];
  if (pairs < enough * (Math.max(dim, width) + 1)) return leastSquaresGaussian(theta, x);
  const origin: Origin = { x: law.origin.theta, y: law.origin.x };
  const { weights, intercept, residualCovariance } = sparseRegression(rowsOf(theta), rowsOf(x), origin);
  const prior = law.covariance;
  // A P [L, D], and A P A^T + S
  const cross = matrixProduct(weights, prior);
  const ofX = matrixProduct(cross, transpose(weights)).map((row, l) =>
    row.map((value, k) => value + residualCovariance[l][k]),
  );
  const gain = matrixProduct(
    inverse(ofX.map((row, l) => row.map((value, k) => (k === l ? value * (1 + ridge) + Number.EPSILON : value)))),
    cross,
  );
  const taken = matrixProduct(transpose(cross), gain);
  const meanOfX = matrixVector(weights, law.mean).map((value, l) => value + intercept[l]);
  const toTheta = transpose(gain);
  return linearGaussian({
    weights: toTheta,
    intercept: toTheta.map((row, d) => law.mean[d] - dot(row, meanOfX)),
    residualCovariance: prior.map((row, d) => row.map((value, e) => value - (taken[d][e] + taken[e][d]) / 2)),
  });
}
