import {
  expectationMaximisation,
  gaussianLogDensity,
  nearestCentres,
  responsibilities,
  type GaussianComponent,
} from '../../maths/gaussian-mixture';
import { breathe } from '../../core/host';
import { inverse, matrixProduct, type Matrix } from '../../maths/linalg';
import { leastSquares } from '../../maths/moments';
import type { Rng } from '../../core/rng';

/** One part of p(theta | x) = sum_k r_k(x) N(W_k x + b_k, C_k), with r_k(x) proportional to w_k N(x; m_k, S_k). */
export interface RegressionPart {
  /** W_k [D, L]. */
  readonly weights: Matrix;
  /** b_k [D]. */
  readonly intercept: ArrayLike<number>;
  /** C_k [D, D]. */
  readonly residualCovariance: Matrix;
  /** w_k. */
  readonly share: number;
  /** m_k [L]. */
  readonly xMean: ArrayLike<number>;
  /** S_k [L, L]. */
  readonly xCovariance: Matrix;
}

/** More rows than this teach a few Gaussians nothing new; fewer are enough to choose their number. */
const mostRows = 20_000;
const choiceRows = 5_000;
/** Turns after which the better of two starts is told. */
const firstTurns = 15;
/** Rows that each part of the mixture must have on average, per dimension of (theta, x). */
const rowsPerDimension = 5;
/** Dimensions of (theta, x) up to which a mixture is tried. */
const mostDimensions = 60;

/**
 * The mixture of linear regressions that a mixture of Gaussians of the pairs (theta, x) implies, with the number of
 * parts chosen by the log density of held-out theta given x; undefined where one Gaussian is as good.
 * @param most parts at most.
 */
export async function fitJointMixture(
  theta: Matrix,
  x: Matrix,
  most: number,
  source: Rng,
): Promise<RegressionPart[] | undefined> {
  const dim = theta[0].length;
  const joint = theta.slice(0, mostRows).map((row, i) => Float64Array.from([...Array.from(row), ...Array.from(x[i])]));
  const width = joint[0].length;
  if (width > mostDimensions) return undefined;
  const order = shuffled(joint, source.fork(0)).slice(0, choiceRows);
  const heldOut = order.slice(0, Math.ceil(order.length / 5));
  const training = order.slice(heldOut.length);
  const one = expectationMaximisation(training, new Int32Array(training.length), 1);
  if (!one) return undefined;
  let best = { parts: 1, components: one, logs: conditionalLogDensities(one, heldOut, dim) };
  let worse = 0;
  for (let parts = 2; parts <= most && worse < 2; parts++) {
    if (training.length < parts * rowsPerDimension * width) break;
    await breathe();
    const first = starts(training, dim, parts, source.fork(parts))
      .map((groups) => expectationMaximisation(training, groups, parts, firstTurns))
      .filter((each) => each !== undefined)
      .map((each) => ({ each, fit: sum(conditionalLogDensities(each, training, dim)) }))
      .sort((a, b) => b.fit - a.fit)[0];
    const components = first && expectationMaximisation(training, groupsOf(first.each, training), parts);
    const logs = components ? conditionalLogDensities(components, heldOut, dim) : [];
    const gains = logs.map((value, i) => value - best.logs[i]);
    // a part more must be worth it beyond chance
    if (components && mean(gains) > 2 * standardError(gains)) {
      best = { parts, components, logs };
      worse = 0;
    } else worse++;
  }
  if (best.parts === 1) return undefined;
  await breathe();
  const all = expectationMaximisation(joint, groupsOf(best.components, joint), best.parts) ?? best.components;
  return all.map((component) => regression(component, dim));
}

function regression({ weight, mean, covariance }: GaussianComponent, dim: number): RegressionPart {
  const block = (from: [number, number], to: [number, number]): number[][] =>
    covariance.slice(...from).map((row) => Array.from(row.subarray(...to)));
  const width = mean.length;
  const [t, x]: [number, number][] = [
    [0, dim],
    [dim, width],
  ];
  const xCovariance = block(x, x);
  const cross = block(t, x);
  const weights = matrixProduct(cross, inverse(xCovariance));
  const explained = matrixProduct(weights, block(x, t));
  const residual = block(t, t).map((row, a) => row.map((value, b) => value - explained[a][b]));
  return {
    weights,
    intercept: weights.map((row, a) => row.reduce((rest, w, i) => rest - w * mean[dim + i], mean[a])),
    residualCovariance: residual.map((row, a) => row.map((value, b) => (value + residual[b][a]) / 2)),
    share: weight,
    xMean: mean.subarray(dim),
    xCovariance,
  };
}

/** log p(theta | x) of each row: the joint density over that of x. */
function conditionalLogDensities(components: readonly GaussianComponent[], rows: Matrix, dim: number): number[] {
  const parts = components.map(({ weight, mean, covariance }) => ({
    log: Math.log(weight),
    joint: gaussianLogDensity(mean, covariance),
    ofX: gaussianLogDensity(
      mean.subarray(dim),
      covariance.slice(dim).map((row) => row.subarray(dim)),
    ),
  }));
  return rows.map((row) => {
    const x = (row as Float64Array).subarray(dim);
    return (
      logSumExp(parts.map((part) => part.log + part.joint(row))) -
      logSumExp(parts.map((part) => part.log + part.ofX(x)))
    );
  });
}

/** First guesses: rows alike, and rows whose theta is equally well told by a linear regression. */
function starts(rows: readonly Float64Array[], dim: number, parts: number, source: Rng): Int32Array[] {
  const theta = rows.map((row) => row.subarray(0, dim));
  const x = rows.map((row) => row.subarray(dim));
  const { weights, intercept, residualCovariance } = leastSquares(x, theta);
  const density = gaussianLogDensity(new Float64Array(dim), residualCovariance);
  const logs = rows.map((_, i) =>
    density(weights.map((row, a) => row.reduce((rest, w, j) => rest - w * x[i][j], theta[i][a] - intercept[a]))),
  );
  const sorted = [...logs].sort((a, b) => a - b);
  const limits = Array.from({ length: parts - 1 }, (_, k) => sorted[Math.floor(((k + 1) * rows.length) / parts)]);
  return [
    Int32Array.from(logs, (value) => limits.filter((limit) => value >= limit).length),
    nearestCentres(rows, parts, source),
  ];
}

/** The likeliest part of each row. */
function groupsOf(components: readonly GaussianComponent[], rows: Matrix): Int32Array {
  const shares = new Float64Array(rows.length * components.length);
  responsibilities(components, rows, shares);
  return Int32Array.from(rows, (_, i) => {
    const own = shares.subarray(i * components.length, (i + 1) * components.length);
    return own.indexOf(Math.max(...own));
  });
}

function shuffled(rows: readonly Float64Array[], source: Rng): Float64Array[] {
  const order = [...rows];
  for (let i = order.length - 1; i > 0; i--) {
    const j = source.integer(0, i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
function standardError(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1) / values.length);
}
function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(sum(values.map((value) => Math.exp(value - top))));
}
