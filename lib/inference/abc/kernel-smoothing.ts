import { cholesky, solveLower } from '../../maths/linalg';
import { effectiveSize, weightedCovariance } from '../../maths/weighted-moments';
import type { Population } from './particles';

/** Particles that a bandwidth is chosen on; more cost their square. */
const mostParticles = 1000;
/** Bandwidths that are tried, in units of Silverman's. */
const factors = Array.from({ length: 13 }, (_, k) => 2 ** (k / 2 - 5));
/** Added to each variance, as a share of it, so that no covariance is singular. */
const nugget = 1e-9;

/** The Cholesky factor [D, D] of the weighted covariance of a population in unconstrained coordinates. */
export function spreadOf({ particles, weights }: Population): number[][] {
  const rows = particles.map(({ z }) => z);
  const covariance = weightedCovariance(rows, weights);
  // a column that does not vary has no scale of its own
  return cholesky(
    covariance.map((row, i) =>
      row.map((value, j) => value + (i === j ? Math.max(nugget * value, Number.EPSILON * (1 + rows[0][i] ** 2)) : 0)),
    ),
  );
}

/**
 * The factor [D, D] of the normal kernel that smooths a population: h times that of its covariance, with the h in
 * [1/32, 2] times Silverman's that gives the particles the largest likelihood when each is left out in turn.
 * Source: Silverman (1986), "Density estimation", sections 3.4.4 and 4.3.2.
 */
export function smoothingKernel(population: Population): number[][] {
  const { particles, weights } = population;
  const factor = spreadOf(population);
  const dim = factor.length;
  const stride = Math.ceil(particles.length / mostParticles);
  const kept = particles.flatMap((_, i) => (i % stride === 0 && weights[i] > 0 ? [i] : []));
  const own = kept.map((i) => weights[i]);
  const whitened = kept.map((i) => solveLower(factor, particles[i].z));
  const squares = whitened.map((a) => whitened.map((b) => a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0)));
  const silverman = (4 / (effectiveSize(weights) * (dim + 2))) ** (1 / (dim + 4));
  const likelihood = (h: number): number =>
    own.reduce((sum, weight, i) => {
      let density = 0;
      for (let j = 0; j < own.length; j++) if (j !== i) density += own[j] * Math.exp(-squares[i][j] / (2 * h * h));
      // a particle that no other is near counts as much as a double holds
      return sum + weight * (Math.log(Math.max(density, Number.MIN_VALUE)) - dim * Math.log(h));
    }, 0);
  const bandwidths = factors.map((value) => value * silverman);
  const values = bandwidths.map(likelihood);
  const h = bandwidths[values.indexOf(Math.max(...values))];
  return factor.map((row) => row.map((value) => h * value));
}
