import { demand } from '../core/checks';
import { cholesky, inverse, matrixProduct, type Matrix } from './linalg';

/** The mean of each column of an [N, D] table. */
export function mean(rows: Matrix): number[] {
  const width = checkedWidth(rows, 'mean');
  const sum = new Float64Array(width);
  for (const row of rows) for (let j = 0; j < width; j++) sum[j] += row[j];
  return Array.from(sum, (value) => value / rows.length);
}

/**
 * The covariance [D, D] of the columns of an [N, D] table: the sum of centred products over N - 1.
 * @throws InvalidInputError for fewer than two rows or ragged rows.
 */
export function covariance(rows: Matrix): number[][] {
  const width = checkedWidth(rows, 'covariance');
  demand('covariance', rows.length >= 2, 'at least two rows', `${rows.length}`);
  return scatter(rows, mean(rows), width).map((row) => Array.from(row, (value) => value / (rows.length - 1)));
}

/** The best linear prediction of y from x: m(x) = W x + b, with the covariance of the residuals. */
export interface LinearFit {
  /** W [D, L]: the row of each predicted column. */
  readonly weights: number[][];
  /** b [D]. */
  readonly intercept: number[];
  /** The covariance [D, D] of y - m(x), with N - L - 1 degrees of freedom. */
  readonly residualCovariance: number[][];
}

/**
 * Least squares of `y` [N, D] on `x` [N, L] with an intercept, in float64.
 *
 * The columns are centred, and x scaled to unit variance, before the normal equations (Z'Z / N + ridge I) B = Z'Y / N,
 * so a tiny ridge is enough for repeated columns, and constant columns get the weight zero.
 * @param ridge in units of the scaled columns' variance. Default 1e-9.
 * @throws InvalidInputError where the tables differ in length, are ragged or have fewer than two rows.
 * @example
 * leastSquares([[0], [1], [2]], [[1], [3], [5]]).weights; // [[2]]
 */
export function leastSquares(x: Matrix, y: Matrix, ridge = 1e-9): LinearFit {
  const inputs = checkedWidth(x, 'leastSquares: x');
  const outputs = checkedWidth(y, 'leastSquares: y');
  demand(
    'leastSquares',
    x.length === y.length && x.length >= 2,
    'two tables of equally many rows, at least two',
    `${x.length} and ${y.length} rows`,
  );
  const joint = x.map((row, i) => {
    const both = new Float64Array(inputs + outputs);
    both.set(Array.from(row));
    both.set(Array.from(y[i]), inputs);
    return both;
  });
  const means = mean(joint);
  const total = scatter(joint, means, inputs + outputs).map((row) => row.map((value) => value / x.length));
  const std = Array.from({ length: inputs }, (_, i) =>
    total[i][i] > 1e-24 * means[i] ** 2 ? Math.sqrt(total[i][i]) : 0,
  );
  const unit = (value: number, scale: number): number => (scale > 0 ? value / scale : 0);
  const gram = std.map((si, i) => std.map((sj, j) => unit(unit(total[i][j], si), sj) + (i === j ? ridge : 0)));
  const cross = std.map((si, i) => Array.from(total[i].subarray(inputs), (value) => unit(value, si)));
  const scaled = matrixProduct(inverse(gram), cross);
  const weights = Array.from({ length: outputs }, (_, d) => std.map((si, i) => unit(scaled[i][d], si)));
  const intercept = weights.map((row, d) => row.reduce((rest, w, i) => rest - w * means[i], means[inputs + d]));
  const left = joint.map((both) =>
    weights.map((row, d) => row.reduce((rest, w, i) => rest - w * both[i], both[inputs + d] - intercept[d])),
  );
  const freedom = Math.max(1, x.length - inputs - 1);
  const residualCovariance = scatter(left, mean(left), outputs).map((row) =>
    Array.from(row, (value) => value / freedom),
  );
  return { weights, intercept, residualCovariance };
}

/** A flat table [N * columns] as N row views, without copying. */
export function rowViews(values: Float32Array | Float64Array, columns: number): (Float32Array | Float64Array)[] {
  return Array.from({ length: values.length / columns }, (_, i) => values.subarray(i * columns, (i + 1) * columns));
}

/** Whether a symmetric matrix is positive definite. */
export function isPositiveDefinite(matrix: Matrix): boolean {
  try {
    cholesky(matrix);
    return true;
  } catch {
    return false;
  }
}

function scatter(rows: Matrix, centre: readonly number[], width: number): Float64Array[] {
  const sums = Array.from({ length: width }, () => new Float64Array(width));
  const centred = new Float64Array(width);
  for (const row of rows) {
    for (let j = 0; j < width; j++) centred[j] = row[j] - centre[j];
    for (let i = 0; i < width; i++) for (let j = 0; j <= i; j++) sums[i][j] += centred[i] * centred[j];
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) sums[j][i] = sums[i][j];
  return sums;
}

function checkedWidth(rows: Matrix, what: string): number {
  const width = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== width);
  demand(
    what,
    width > 0 && ragged < 0,
    'at least one row, and equally many numbers in each',
    ragged >= 0
      ? `${rows[ragged].length} numbers in row ${ragged}, ${width} in row 0`
      : `${rows.length} rows of ${width} numbers`,
  );
  return width;
}
