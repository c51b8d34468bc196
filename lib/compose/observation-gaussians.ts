import * as tf from '@tensorflow/tfjs';
import { demand, listOf, requireCount } from '../core/checks';
import { cholesky, inverse, matrixProduct, symmetricEigen, transpose, type Matrix } from '../maths/linalg';

/**
 * Gaussians about the posteriors of single observations, as compositions take them: what each observation adds to the
 * prior's precision, D_j = Sigma_j^{-1} - Sigma^{-1} with the prior's covariance Sigma.
 */
export type ObservationGaussians = {
  /** Sigma^{-1} [D, D]. */
  readonly prior: tf.Tensor2D;
  /** D_j [n, D, D], or one for all observations [1, D, D]. */
  readonly gains: tf.Tensor3D;
  /** The axes [D, D], a column each, of the precision of all, Sigma^{-1} + sum_j D_j = U diag(precisions) U^T. */
  readonly axes: tf.Tensor2D;
  /** That precision along the axes [1, D]. */
  readonly precisions: tf.Tensor2D;
};

/** The least share of the prior's variance that an observation is taken to leave, along any axis. */
const leastShare = 1e-6;

/**
 * The Gaussians of observations from the covariances of their posteriors; the caller disposes the tensors.
 *
 * No observation widens the prior: where a covariance exceeds the prior's along an axis, as estimates do by chance, it
 * is taken for the prior's there, so that the precision of all is never less than the prior's.
 * @param n the number of observations.
 * @param covariances of the posteriors of the single observations: n matrices [D, D], or one for all of them.
 * @param prior the prior's covariance [D, D], positive definite.
 * @throws InvalidInputError for another number of covariances or another size, and for a prior's that is not positive
 * definite.
 * Source: Linhart et al. (2024), "Diffusion posterior sampling for simulation-based inference in tall data settings",
 * section 3.2, for the precisions; that they do not fall below the prior's is ours.
 * @example
 * compose.observationGaussians(8, [[[0.5]]], [[1]]).precisions; // [[9]]
 */
export function observationGaussians(n: number, covariances: readonly Matrix[], prior: Matrix): ObservationGaussians {
  requireCount('observationGaussians: n', n);
  listOf('observationGaussians: covariances', covariances, 'an array of [D, D] matrices');
  const count = covariances.length;
  demand('observationGaussians: covariances', count === n || count === 1, `1 or ${n}`, `${count}`);
  const dim = listOf('observationGaussians: prior', prior, 'a [D, D] matrix').length;
  const isFitting = covariances.every((each) => each.length === dim);
  demand('observationGaussians: covariances', isFitting, `[${dim}, ${dim}] matrices`, 'another size');
  // in coordinates in which the prior is N(0, I)
  const whitening = inverseLower(cholesky(prior));
  const gains = covariances.map((covariance) => {
    const { values, vectors } = symmetricEigen(
      symmetric(matrixProduct(matrixProduct(whitening, covariance), transpose(whitening))),
    );
    const added = values.map((value) => 1 / Math.min(1, Math.max(leastShare, value)) - 1);
    const rows = matrixProduct(vectors, whitening);
    return weightedSquares(rows, added);
  });
  const precision = inverse(prior).map((row, i) =>
    row.map((value, j) => value + (n / count) * gains.reduce((sum, gain) => sum + gain[i][j], 0)),
  );
  const { values, vectors } = symmetricEigen(precision);
  return {
    prior: tf.tensor2d(inverse(prior)),
    gains: tf.tensor3d(gains),
    axes: tf.tensor2d(transpose(vectors)),
    precisions: tf.tensor2d([values]),
  };
}

/** sum_k weight_k row_k^T row_k. */
function weightedSquares(rows: readonly number[][], weights: readonly number[]): number[][] {
  const columns = transpose(rows);
  return columns.map((left) => columns.map((right) => left.reduce((sum, v, k) => sum + weights[k] * v * right[k], 0)));
}

function inverseLower(lower: Matrix): number[][] {
  const size = lower.length;
  const result = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let j = 0; j < size; j++)
    for (let i = j; i < size; i++) {
      let rest = i === j ? 1 : 0;
      for (let k = j; k < i; k++) rest -= lower[i][k] * result[k][j];
      result[i][j] = rest / lower[i][i];
    }
  return result;
}

function symmetric(matrix: Matrix): number[][] {
  return matrix.map((row, i) => Array.from(row, (value, j) => (value + matrix[j][i]) / 2));
}
