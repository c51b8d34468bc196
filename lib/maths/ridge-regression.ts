import { dot, inverse, matrixProduct, transpose, type Matrix } from './linalg';
import { leastSquares, mean, type LinearFit } from './moments';

/** Rows for each coefficient from which on least squares needs no ridge. */
const enough = 10;

/** Ridges that are tried, in units of the scaled columns' variance. */
const ridges = Array.from({ length: 13 }, (_, k) => 10 ** (k / 2 - 4));

/**
 * Least squares of `y` [N, D] on `x` [N, L] where there are ten rows a coefficient; with fewer, ridge regression with
 * the ridge, from 1e-4 to 100, whose predictions of rows that are left out, one at a time, are the best.
 *
 * Its residual covariance is then that of these predictions, (1 / N) sum_i e_i e_i^T with e_i = r_i / (1 - h_i) for
 * the residuals r_i and the leverages h_i: least squares through as many rows as coefficients leaves no residual, and
 * is far off everywhere else.
 * Source: Allen (1974), "The relationship between variable selection and data augmentation"; Hastie, Tibshirani and
 * Friedman (2009), equation (7.64).
 * @throws InvalidInputError as {@link leastSquares}.
 */
export function ridgeRegression(x: Matrix, y: Matrix): LinearFit {
  const inputs = x[0]?.length ?? 0;
  if (x.length >= enough * (inputs + 1) || x.length < 3) return leastSquares(x, y);
  const z = scaledColumns(x);
  const centre = mean(y);
  const target = y.map((row) => centre.map((c, d) => row[d] - c));
  const [gram, products] = [z.rows, target].map((table) =>
    matrixProduct(transpose(z.rows), table).map((row) => row.map((value) => value / x.length)),
  );
  const fits = ridges.map((ridge) => {
    const inverted = inverse(gram.map((row, i) => row.map((value, j) => value + (i === j ? ridge : 0))));
    const slope = matrixProduct(inverted, products);
    const predicted = matrixProduct(z.rows, slope);
    const errors = matrixProduct(z.rows, inverted).map((row, i) => {
      const leverage = (1 + dot(row, z.rows[i])) / x.length;
      return centre.map((_, d) => (target[i][d] - predicted[i][d]) / (1 - leverage));
    });
    return { slope, errors, loss: errors.reduce((sum, row) => sum + dot(row, row), 0) };
  });
  const { slope, errors } = fits.reduce((best, fit) => (fit.loss < best.loss ? fit : best));
  const weights = centre.map((_, d) => z.std.map((s, i) => (s > 0 ? slope[i][d] / s : 0)));
  return {
    weights,
    intercept: weights.map((row, d) => row.reduce((rest, w, i) => rest - w * z.mean[i], centre[d])),
    residualCovariance: matrixProduct(transpose(errors), errors).map((row) => row.map((value) => value / x.length)),
  };
}

/** Columns of mean 0 and variance 1; constant ones become 0. */
function scaledColumns(x: Matrix): { rows: number[][]; mean: number[]; std: number[] } {
  const centre = mean(x);
  const std = centre.map((c, j) => {
    const variance = x.reduce((sum, row) => sum + (row[j] - c) ** 2, 0) / x.length;
    return variance > 1e-24 * c ** 2 ? Math.sqrt(variance) : 0;
  });
  const rows = x.map((row) => centre.map((c, j) => (std[j] > 0 ? (row[j] - c) / std[j] : 0)));
  return { rows, mean: centre, std };
}
