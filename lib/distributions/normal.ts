import * as tf from '@tensorflow/tfjs';
import { demand, listOf, objectOf, requireEach } from '../core/checks';
import { diffusedNormal } from '../diffusion/diffused-normal';
import { cholesky, diagonalMatrix, matrixVector, solveLower, transpose, type Matrix } from '../maths/linalg';
import { describedPrior } from './described-prior';
import type { ScoredPrior } from './prior';
import { perDimension, type PerDimension } from './per-dimension';

/** A normal law with its mean and covariance. */
export interface NormalPrior extends ScoredPrior {
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
}

/** The parameters of `normal`: a mean, and either standard deviations or a full covariance. */
export interface NormalParameters {
  readonly mean: PerDimension;
  /** Standard deviations, positive. Default 1. */
  readonly std?: PerDimension;
  /** The covariance [D, D], symmetric and positive definite. */
  readonly covariance?: Matrix;
}

/**
 * The normal law N(mean, covariance).
 *
 * log p = -|L^-1 (theta - mean)|^2 / 2 - log |L| - D/2 log 2 pi and score = -covariance^-1 (theta - mean), with the
 * Cholesky factor L in float64.
 * @throws InvalidInputError for sizes that differ, a std that is not positive, a covariance that is not positive
 * definite, or both at once.
 * @example
 * normal({ mean: [0, 0] }); // standard, 2-D
 * normal({ mean: 0, std: [1, 10] });
 * normal({ mean: [0, 0], covariance: [[1, 0.9], [0.9, 1]] });
 */
export function normal(parameters: NormalParameters): NormalPrior {
  const { mean, factor, covariance } = factorOf(
    objectOf('normal', parameters, '{ mean, std } or { mean, covariance }'),
  );
  const dim = mean.length;
  // z = W (theta - mean) is standard normal for W = L^-1
  const whitening = transpose(diagonalMatrix(new Float64Array(dim).fill(1)).map((unit) => solveLower(factor, unit)));
  const isDiagonal = factor.every((row, i) => row.every((value, j) => i === j || value === 0));
  const precision = whitening.map((row, i) => row[i]);
  const logNorm = factor.reduce((sum, row, i) => sum + Math.log(row[i]), (dim / 2) * Math.log(2 * Math.PI));
  const whiten = (theta: tf.Tensor2D): tf.Tensor2D => {
    const centred = theta.sub(tf.tensor1d(mean));
    return isDiagonal ? centred.mul(tf.tensor1d(precision)) : tf.matMul(centred, tf.tensor2d(whitening), false, true);
  };
  return describedPrior('normal', {
    dim,
    mean,
    covariance,
    sample: (rng) => {
      const z = Array.from({ length: dim }, () => rng.normal());
      return matrixVector(factor, z).map((value, i) => value + mean[i]);
    },
    logProb: (theta) => tf.tidy(() => whiten(theta).square().sum<tf.Tensor1D>(1).mul(-0.5).sub(logNorm) as tf.Tensor1D),
    score: (theta) =>
      tf.tidy(() => {
        const z = whiten(theta).neg<tf.Tensor2D>();
        return isDiagonal ? z.mul(tf.tensor1d(precision)) : tf.matMul(z, tf.tensor2d(whitening));
      }),
    diffused: diffusedNormal(mean, covariance),
  });
}

function factorOf({ mean: centre, std, covariance }: NormalParameters): {
  mean: number[];
  factor: number[][];
  covariance: number[][];
} {
  if (covariance === undefined) {
    const { mean, std: scale } = perDimension('normal', { mean: centre, std: std ?? 1 });
    requireEach('normal: mean', mean, 'finite numbers', Number.isFinite);
    requireEach('normal: std', scale, 'positive, finite numbers', (value) => value > 0 && Number.isFinite(value));
    return { mean, factor: diagonalMatrix(scale), covariance: diagonalMatrix(scale.map((value) => value * value)) };
  }
  demand('normal', std === undefined, 'std or covariance', 'both');
  listOf('normal: covariance', covariance, 'a [D, D] matrix');
  covariance.forEach((row, i) => listOf(`normal: covariance row ${i}`, row, 'an array of numbers'));
  const { mean } = perDimension('normal', {
    mean: typeof centre === 'number' ? new Array<number>(covariance.length).fill(centre) : centre,
  });
  requireEach('normal: mean', mean, 'finite numbers', Number.isFinite);
  const full = covariance.map((row) => Array.from(row));
  demand(
    'normal: covariance',
    full.length === mean.length && full.every((row) => row.length === mean.length),
    `a [${mean.length}, ${mean.length}] matrix`,
    `[${full.length}, ${full[0]?.length ?? 0}]`,
  );
  full.forEach((row, i) =>
    requireEach(
      'normal: covariance',
      row,
      'a symmetric matrix',
      (value, j) => Math.abs(value - full[j][i]) <= 1e-9 * (Math.abs(full[i][i]) + Math.abs(full[j][j])),
    ),
  );
  return { mean, factor: cholesky(full), covariance: full };
}
