import { dot, inverse, matrixProduct, symmetricEigen, transpose, type Matrix } from './linalg';
import { leastSquares, type LinearFit } from './moments';

/** Points that lines are taken to pass through where data do not tell otherwise. */
export interface Origin {
  /** Of the predictors [L]. */
  readonly x: readonly number[];
  /** Of what is predicted [D]. */
  readonly y: readonly number[];
}

/** Standard deviations from the mean beyond which an origin is none. */
const farOrigin = 100;
/** Added to the diagonals of matrices of scaled columns that may repeat each other. */
const ridge = 1e-9;

/**
 * Least squares of `y` [N, D] on `x` [N, L] in which coefficients, and intercepts at an origin, are zero where the data
 * do not tell them from zero: from the full fit of each column of y, the coefficient is left out whose loss raises
 * N log(residual variance) least, as long as that is less than log N, as the Bayesian information criterion has it.
 *
 * The whole is kept only where that criterion of all columns, N log det(residual covariance) + (coefficients) log N, is
 * better than with all coefficients, for left-out coefficients may matter where residuals are correlated.
 * @param origin where lines with no intercept pass. Default: zero.
 * @throws InvalidInputError as {@link leastSquares}.
 * Source: Schwarz (1978), "Estimating the dimension of a model".
 * @example
 * sparseRegression([[0, 1], [1, 0], [2, 2], [3, 1]], [[0.1], [1], [1.9], [3]]).weights; // [[0.96, 0]]
 */
export function sparseRegression(x: Matrix, y: Matrix, origin?: Origin): LinearFit {
  const full = leastSquares(x, y);
  const [inputs, outputs] = [x[0].length, y[0].length];
  const { x: atX, y: atY } = nearOrigin(origin, { inputs, outputs });
  const rows = x.map((row) => [...Array.from(row, (value, i) => value - atX[i]), 1]);
  const targets = y.map((row) => Array.from(row, (value, d) => value - atY[d]));
  const gram = momentMatrix(rows, rows);
  const cross = momentMatrix(targets, rows);
  const squares = momentMatrix(targets, targets);
  const inverted = inverse(gram.map((row, i) => row.map((value, j) => (i === j ? value * (1 + ridge) : value))));
  const coefficients = cross.map((products, d) => withoutInsignificant(inverted, products, squares[d][d], x.length));
  const weights = coefficients.map((row) => row.slice(0, inputs));
  const products = matrixProduct(coefficients, transpose(cross));
  const ofFit = matrixProduct(matrixProduct(coefficients, gram), transpose(coefficients));
  const kept = coefficients.map((row) => row.filter((value) => value !== 0).length);
  const residual = squares.map((row, d) =>
    row.map((value, e) => {
      const freedom = Math.max(1, x.length - (kept[d] + kept[e]) / 2);
      return ((value - products[d][e] - products[e][d] + ofFit[d][e]) * x.length) / freedom;
    }),
  );
  const count = kept.reduce((sum, each) => sum + each, 0);
  const ofFull = outputs * (inputs + 1);
  const units = squares.map((row, d) => Math.sqrt(row[d]) || 1);
  const cost = (covariance: Matrix, parameters: number): number =>
    x.length * logDeterminantIn(units, covariance) + parameters * Math.log(x.length);
  if (count === ofFull || cost(residual, count) >= cost(full.residualCovariance, ofFull)) return full;
  return {
    weights,
    intercept: coefficients.map((row, d) => row[inputs] + atY[d] - dot(row.slice(0, inputs), atX)),
    residualCovariance: residual,
  };
}

function nearOrigin(origin: Origin | undefined, { inputs, outputs }: { inputs: number; outputs: number }): Origin {
  const isNear = (values: readonly number[]): boolean => values.every((value) => Math.abs(value) <= farOrigin);
  if (origin && isNear(origin.x) && isNear(origin.y)) return origin;
  return { x: new Array<number>(inputs).fill(0), y: new Array<number>(outputs).fill(0) };
}

/** a^T b / N of rows [N, A] and [N, B]. */
function momentMatrix(a: readonly number[][], b: readonly number[][]): number[][] {
  const total = a[0].map(() => new Float64Array(b[0].length));
  for (let i = 0; i < a.length; i++)
    for (let k = 0; k < total.length; k++) for (let j = 0; j < b[i].length; j++) total[k][j] += a[i][k] * b[i][j];
  return total.map((row) => Array.from(row, (value) => value / a.length));
}

/**
 * The coefficients of one column by backward elimination.
 * @param inverted of all columns' moment matrix.
 */
function withoutInsignificant(inverted: Matrix, products: readonly number[], square: number, rows: number): number[] {
  let left = inverted.map((row) => Array.from(row));
  const coefficients = left.map((row) => dot(row, products));
  let residual = Math.max(square - dot(coefficients, products), 0);
  const active = new Set(coefficients.keys());
  while (active.size > 0) {
    const rise = (i: number): number => coefficients[i] ** 2 / left[i][i];
    const least = [...active].reduce((best, i) => (rise(i) < rise(best) ? i : best));
    const gain = rise(least);
    // where nothing is left over, rounding is
    if (!(rows * Math.log1p(gain / Math.max(residual, 1e-12 * square, Number.MIN_VALUE)) < Math.log(rows))) break;
    const [pivot, value] = [left[least], coefficients[least]];
    for (const i of active) coefficients[i] -= (left[i][least] * value) / pivot[least];
    coefficients[least] = 0;
    active.delete(least);
    left = left.map((row) => row.map((entry, j) => entry - (row[least] * pivot[j]) / pivot[least]));
    residual += gain;
  }
  return coefficients;
}

/** The log determinant of a covariance in units of each column, in which no variance counts as less than the ridge. */
function logDeterminantIn(units: readonly number[], covariance: Matrix): number {
  const scaled = covariance.map((row, i) => Array.from(row, (value, j) => value / (units[i] * units[j])));
  return symmetricEigen(scaled).values.reduce((sum, value) => sum + Math.log(Math.max(value, ridge)), 0);
}
