import { demand } from '../../core/checks';
import { inverse, matrixProduct } from '../../maths/linalg';
import { weightedCovariance } from '../../maths/weighted-moments';
import type { Population } from './particles';

/** The ridge of the normal equations, in units of the scaled columns' variance: enough for repeated columns. */
const ridge = 1e-9;

/** The fewest particles that a regression on L data values needs. */
export const fewestToRegress = (width: number): number => width + 2;

/**
 * The particles as if their data had been the observation: z_i - B'(x_i - x_o), by a linear regression of z on x around
 * x_o with the weights w_i (1 - (d_i / tolerance)^2), in unconstrained coordinates, so that no particle leaves the
 * prior's support.
 * @throws InvalidInputError for too few particles to regress on L data values.
 * Source: Beaumont, Zhang and Balding (2002), "Approximate Bayesian computation in population genetics".
 */
export function regressionAdjusted({ particles, weights, tolerance }: Population): Population {
  const width = particles[0].difference.length;
  const fewest = fewestToRegress(width);
  demand(
    'abc: regression',
    particles.length >= fewest,
    `at least ${fewest} particles, to regress on ${width} data value(s)`,
    particles.length,
    "Accept more, or summarise the data by fewer values, or leave the particles as they are: regression: 'none'.",
  );
  // Epanechnikov's kernel; at a tolerance of 0 all are as near as can be
  const near = particles.map(({ distance }, i) => weights[i] * (tolerance > 0 ? 1 - (distance / tolerance) ** 2 : 1));
  const sum = near.reduce((total, value) => total + value, 0);
  const local = sum > 0 ? Float64Array.from(near, (value) => value / sum) : weights;
  const joint = particles.map(({ difference, z }) => [...difference, ...z]);
  const covariance = weightedCovariance(joint, local);
  const std = covariance.slice(0, width).map((row, k) => (row[k] > 0 ? Math.sqrt(row[k]) : 0));
  const unit = (value: number, scale: number): number => (scale > 0 ? value / scale : 0);
  const gram = std.map((si, i) => std.map((sj, j) => unit(unit(covariance[i][j], si), sj) + (i === j ? ridge : 0)));
  const cross = std.map((si, i) => covariance[i].slice(width).map((value) => unit(value, si)));
  const slopes = matrixProduct(inverse(gram), cross).map((row, i) => row.map((value) => unit(value, std[i])));
  return {
    particles: particles.map((particle) => ({
      ...particle,
      z: particle.z.map((value, d) => particle.difference.reduce((rest, x, k) => rest - slopes[k][d] * x, value)),
    })),
    weights: local,
    tolerance,
  };
}
