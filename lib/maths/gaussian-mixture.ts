import { cholesky, type Matrix } from './linalg';
import { covariance } from './moments';
import type { Rng } from '../core/rng';

/** One Gaussian of a fitted mixture. */
export interface GaussianComponent {
  readonly weight: number;
  readonly mean: Float64Array;
  /** The covariance, row by row. */
  readonly covariance: Float64Array[];
}

/** The mean log density per row that a turn must gain. */
const smallestGain = 1e-4;
/** The weight, in rows, of the pooled covariance in each covariance, so that none becomes singular. */
const pooledRows = 1;

/**
 * A mixture of Gaussians with full covariances by expectation-maximisation, from a first assignment of rows to parts.
 *
 * The E step gives r_ik proportional to w_k N(z_i; m_k, C_k), the M step w_k, m_k and C_k their weighted moments, with
 * one row's worth of the pooled covariance.
 * @param rows [N, d].
 * @param groups the part that each row belongs to at the start [N].
 * @returns the parts, or undefined where one of them is left with fewer than d + 1 rows.
 */
export function expectationMaximisation(
  rows: Matrix,
  groups: ArrayLike<number>,
  parts: number,
  mostTurns = 100,
): GaussianComponent[] | undefined {
  const dim = rows[0].length;
  const count = rows.length;
  const pooled = covariance(rows);
  const shares = new Float64Array(count * parts);
  for (let i = 0; i < count; i++) shares[i * parts + groups[i]] = 1;
  let before = -Infinity;
  for (let turn = 0; ; turn++) {
    const components: GaussianComponent[] = [];
    for (let k = 0; k < parts; k++) {
      const component = weightedMoments(rows, shares, parts, k, pooled);
      if (!component || component.weight * count < dim + 1) return undefined;
      components.push(component);
    }
    const mean = responsibilities(components, rows, shares) / count;
    if (turn >= mostTurns || mean - before < smallestGain) return components;
    before = mean;
  }
}

function weightedMoments(
  rows: Matrix,
  shares: Float64Array,
  parts: number,
  k: number,
  pooled: Matrix,
): GaussianComponent | undefined {
  const dim = pooled.length;
  const mean = new Float64Array(dim);
  let total = 0;
  rows.forEach((row, i) => {
    const share = shares[i * parts + k];
    total += share;
    if (share > 0) for (let a = 0; a < dim; a++) mean[a] += share * row[a];
  });
  if (!(total > 0)) return undefined;
  for (let a = 0; a < dim; a++) mean[a] /= total;
  const sums = Array.from({ length: dim }, () => new Float64Array(dim));
  const centred = new Float64Array(dim);
  rows.forEach((row, i) => {
    const share = shares[i * parts + k];
    if (share < 1e-12) return;
    for (let a = 0; a < dim; a++) centred[a] = row[a] - mean[a];
    for (let a = 0; a < dim; a++) {
      const scaled = share * centred[a];
      const sum = sums[a];
      for (let b = 0; b <= a; b++) sum[b] += scaled * centred[b];
    }
  });
  const result = sums.map((sum, a) =>
    Float64Array.from(
      sum,
      (_, b) => ((b <= a ? sum[b] : sums[b][a]) + pooledRows * pooled[a][b]) / (total + pooledRows),
    ),
  );
  for (let a = 0; a < dim; a++) result[a][a] += 1e-9;
  return { weight: total / rows.length, mean, covariance: result };
}

/** Writes the parts' posterior shares in each row [N, K] into `shares`; returns the sum of the rows' log densities. */
export function responsibilities(components: readonly GaussianComponent[], rows: Matrix, shares: Float64Array): number {
  const parts = components.length;
  const logs = components.map(({ weight, mean, covariance }) => ({
    log: Math.log(weight),
    density: gaussianLogDensity(mean, covariance),
  }));
  const each = new Float64Array(parts);
  let sum = 0;
  rows.forEach((row, i) => {
    let top = -Infinity;
    for (let k = 0; k < parts; k++) top = Math.max(top, (each[k] = logs[k].log + logs[k].density(row)));
    let norm = 0;
    for (let k = 0; k < parts; k++) norm += each[k] = Math.exp(each[k] - top);
    for (let k = 0; k < parts; k++) shares[i * parts + k] = each[k] / norm;
    sum += top + Math.log(norm);
  });
  return sum;
}

/** The log density of N(mean, covariance) as a function of a row. */
export function gaussianLogDensity(mean: ArrayLike<number>, covariance: Matrix): (row: ArrayLike<number>) => number {
  const dim = mean.length;
  const factor = cholesky(covariance).map((row) => Float64Array.from(row));
  const inverseDiagonal = Float64Array.from(factor, (row, a) => 1 / row[a]);
  const logNorm = factor.reduce((sum, row, a) => sum + Math.log(row[a]), (dim / 2) * Math.log(2 * Math.PI));
  const z = new Float64Array(dim);
  return (row) => {
    let squares = 0;
    for (let a = 0; a < dim; a++) {
      const line = factor[a];
      let rest = row[a] - mean[a];
      for (let b = 0; b < a; b++) rest -= line[b] * z[b];
      rest *= inverseDiagonal[a];
      z[a] = rest;
      squares += rest * rest;
    }
    return -0.5 * squares - logNorm;
  };
}

/** The nearest of `parts` centres for each row, after a few turns of k-means. */
export function nearestCentres(rows: Matrix, parts: number, source: Rng): Int32Array {
  const dim = rows[0].length;
  const distance = (row: ArrayLike<number>, centre: ArrayLike<number>): number => {
    let sum = 0;
    for (let a = 0; a < dim; a++) sum += (row[a] - centre[a]) ** 2;
    return sum;
  };
  // k-means++: each new centre with a chance in proportion to its squared distance from those before
  const centres: Float64Array[] = [Float64Array.from(rows[source.integer(0, rows.length)])];
  const nearest = Float64Array.from(rows, (row) => distance(row, centres[0]));
  while (centres.length < parts) {
    let rest = source.uniform() * nearest.reduce((sum, value) => sum + value, 0);
    const index = nearest.findIndex((value) => (rest -= value) < 0);
    const centre = Float64Array.from(rows[index < 0 ? rows.length - 1 : index]);
    centres.push(centre);
    rows.forEach((row, i) => (nearest[i] = Math.min(nearest[i], distance(row, centre))));
  }
  const groups = new Int32Array(rows.length);
  for (let turn = 0; turn < 10; turn++) {
    rows.forEach((row, i) => {
      let best = Infinity;
      centres.forEach((centre, k) => {
        const d = distance(row, centre);
        if (d < best) [best, groups[i]] = [d, k];
      });
    });
    centres.forEach((centre, k) => {
      const sum = new Float64Array(dim);
      let total = 0;
      rows.forEach((row, i) => {
        if (groups[i] !== k) return;
        total++;
        for (let a = 0; a < dim; a++) sum[a] += row[a];
      });
      if (total > 0) for (let a = 0; a < dim; a++) centre[a] = sum[a] / total;
    });
  }
  return groups;
}
