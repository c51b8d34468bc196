/**
 * Small dense algebra in float64, for the d x d matrices of Gaussians (d up to a few hundred).
 *
 * Matrices are arrays of rows; nothing here knows tensors. The symmetric eigen-decomposition is that of mathjs,
 * which is loaded at the first use (about .3 s); mathjs has no Cholesky factor, so that is written out here.
 */
import { demand, refuse } from '../core/checks';

/** A matrix as rows of equally many numbers; typed arrays are rows too. */
export type Matrix = readonly ArrayLike<number>[];

/** `matrix` transposed. */
export function transpose(matrix: Matrix): number[][] {
  return Array.from({ length: matrix[0]?.length ?? 0 }, (_, j) => matrix.map((row) => row[j]));
}

/** The product `a b` of an [n, k] and a [k, m] matrix: [n, m]. */
export function matrixProduct(a: Matrix, b: Matrix): number[][] {
  const inner = a[0]?.length ?? 0;
  demand('matrixProduct', inner === b.length, `${inner} rows on the right`, `${b.length}`);
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
}

/** The product `matrix vector`. */
export function matrixVector(matrix: Matrix, vector: ArrayLike<number>): number[] {
  return matrix.map((row) => dot(row, vector));
}

/** The [n, n] matrix with `diagonal` on its diagonal and zeros elsewhere. */
export function diagonalMatrix(diagonal: ArrayLike<number>): number[][] {
  return Array.from({ length: diagonal.length }, (_, i) =>
    Array.from({ length: diagonal.length }, (_, j) => (i === j ? diagonal[i] : 0)),
  );
}

/**
 * The lower triangular L with L L' = `matrix`.
 * @param matrix symmetric and positive definite; only its lower triangle is read.
 * @throws InvalidInputError where the matrix is not square or not positive definite (names the pivot).
 * @example
 * cholesky([[4, 2], [2, 5]]); // [[2, 0], [1, 2]]
 */
export function cholesky(matrix: Matrix): number[][] {
  const n = squareSize(matrix, 'cholesky');
  const factor = diagonalMatrix(new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i][j];
      for (let k = 0; k < j; k++) rest -= factor[i][k] * factor[j][k];
      if (i !== j) factor[i][j] = rest / factor[j][j];
      else if (rest > 1e-14 * Math.abs(matrix[i][i])) factor[i][i] = Math.sqrt(rest);
      else {
        refuse(
          'cholesky',
          'a symmetric positive definite matrix',
          `a matrix whose pivot ${i} is ${rest}`,
          'Look for a repeated or constant column, or add a small number to the diagonal.',
        );
      }
    }
  }
  return factor;
}

/** Solves L x = `right` for a lower triangular L. */
export function solveLower(lower: Matrix, right: ArrayLike<number>): number[] {
  const x = new Array<number>(lower.length).fill(0);
  for (let i = 0; i < x.length; i++) {
    let rest = right[i];
    for (let k = 0; k < i; k++) rest -= lower[i][k] * x[k];
    x[i] = rest / lower[i][i];
  }
  return x;
}

/**
 * Solves A x = `right` for a symmetric positive definite A, through its Cholesky factor.
 * @throws InvalidInputError where A is not positive definite or the sizes differ.
 * @example
 * solve([[4, 2], [2, 5]], [8, 12]); // [1, 2]
 */
export function solve(matrix: Matrix, right: ArrayLike<number>): number[] {
  const isFitting = right.length === matrix.length;
  demand('solve', isFitting, `a right side of ${matrix.length} numbers`, `${right.length}`);
  return solveFactored(cholesky(matrix), right);
}

/**
 * The inverse of a symmetric positive definite matrix; exactly symmetric.
 * @throws InvalidInputError where the matrix is not positive definite.
 */
export function inverse(matrix: Matrix): number[][] {
  const factor = cholesky(matrix);
  const result = diagonalMatrix(new Float64Array(matrix.length).fill(1)).map((unit) => solveFactored(factor, unit));
  return result.map((row, i) => row.map((value, j) => (value + result[j][i]) / 2));
}

/** log |A| of a symmetric positive definite matrix. */
export function logDeterminant(matrix: Matrix): number {
  return 2 * cholesky(matrix).reduce((sum, row, i) => sum + Math.log(row[i]), 0);
}

/** A symmetric matrix as V diag(values) V': `values` ascending, `vectors[k]` the unit vector of `values[k]`. */
export interface Eigen {
  readonly values: number[];
  readonly vectors: number[][];
}

/**
 * The eigenvalues (ascending) and orthonormal eigenvectors of a symmetric matrix; accurate to about 1e-12 of the
 * largest.
 * @throws InvalidInputError where the matrix is not square or not symmetric.
 * @example
 * symmetricEigen([[2, 1], [1, 2]]).values; // [1, 3]
 */
export function symmetricEigen(matrix: Matrix): Eigen {
  const n = squareSize(matrix, 'symmetricEigen');
  const rows = matrix.map((row) => Array.from(row));
  const scale = rows.reduce((most, row) => row.reduce((m, value) => Math.max(m, Math.abs(value)), most), 0);
  rows.forEach((row, i) =>
    row.forEach((value, j) => {
      if (!(Math.abs(value - rows[j][i]) <= 1e-9 * scale))
        refuse('symmetricEigen', 'a symmetric matrix', `${value} at (${i}, ${j}) and ${rows[j][i]} at (${j}, ${i})`);
    }),
  );
  if (scale === 0)
    return { values: new Array<number>(n).fill(0), vectors: diagonalMatrix(new Float64Array(n).fill(1)) };
  const scaled = rows.map((row, i) => row.map((value, j) => (value + rows[j][i]) / (2 * scale)));
  const mathjs = require('mathjs') as typeof import('mathjs');
  const pairs = mathjs.eigs(scaled).eigenvectors.map(({ value, vector }) => {
    const entries = vector as number[];
    const length = Math.sqrt(dot(entries, entries));
    return { value: Number(value) * scale, vector: entries.map((entry) => entry / length) };
  });
  pairs.sort((a, b) => a.value - b.value);
  return { values: pairs.map((pair) => pair.value), vectors: pairs.map((pair) => pair.vector) };
}

/** The sum of the products of two vectors' entries. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function solveFactored(lower: Matrix, right: ArrayLike<number>): number[] {
  const x = solveLower(lower, right);
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}

function squareSize(matrix: Matrix, what: string): number {
  const other = matrix.find((row) => row.length !== matrix.length);
  demand(
    what,
    matrix.length > 0 && !other,
    'a square matrix',
    `${matrix.length} rows of ${other?.length ?? 0} numbers`,
  );
  return matrix.length;
}
