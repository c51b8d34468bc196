import { mixture, type MixturePrior } from '../../distributions/mixture';
import { normal, type NormalPrior } from '../../distributions/normal';
import {
  cholesky,
  dot,
  inverse,
  logDeterminant,
  matrixProduct,
  matrixVector,
  solveLower,
  symmetricEigen,
  transpose,
  type Matrix,
} from '../../maths/linalg';
import { isPositiveDefinite } from '../../maths/moments';
import type { Standardisation } from '../standardisation';

/**
 * exp(-u' P u / 2 + h' u) up to a constant: a Gaussian of precision P and mean P^-1 h, or, with a P that is not
 * positive definite, a quotient of two; with P = 0 and h = 0 it is flat. JSON.
 */
export interface NaturalGaussian {
  /** P [D, D]. */
  readonly precision: number[][];
  /** h [D]. */
  readonly shift: number[];
}

/** One Gaussian of a mixture. */
export interface WeightedGaussian extends NaturalGaussian {
  readonly logWeight: number;
}

/** A Gaussian from its mean and the lower triangular factor L of its precision L L'. */
export function naturalGaussian(mean: readonly number[], factor: Matrix): NaturalGaussian {
  const precision = matrixProduct(factor, transpose(factor));
  return { precision, shift: matrixVector(precision, mean) };
}

/** Its mean and covariance. */
export function momentsOf({ precision, shift }: NaturalGaussian): { mean: number[]; covariance: number[][] } {
  const covariance = inverse(precision);
  return { mean: matrixVector(covariance, shift), covariance };
}

/** The same law of u = centre + scale t, from that of t. */
export function unstandardised(
  { precision, shift }: NaturalGaussian,
  { mean: centre, std: scale }: Pick<Standardisation, 'mean' | 'std'>,
): NaturalGaussian {
  const scaled = precision.map((row, i) => row.map((value, j) => value / scale[i] / scale[j]));
  const moved = matrixVector(scaled, centre);
  return { precision: scaled, shift: shift.map((value, i) => value / scale[i] + moved[i]) };
}

/** The law of t = (u - centre) / scale, from that of u: undoes {@link unstandardised}. */
export function standardised(
  { precision, shift }: NaturalGaussian,
  { mean: centre, std: scale }: Pick<Standardisation, 'mean' | 'std'>,
): NaturalGaussian {
  const moved = matrixVector(precision, centre);
  return {
    precision: precision.map((row, i) => row.map((value, j) => value * scale[i] * scale[j])),
    shift: shift.map((value, i) => (value - moved[i]) * scale[i]),
  };
}

/**
 * The Gaussian of the same mean that is nowhere wider than another: in the coordinates in which that has precision 1,
 * precisions below 1 become 1.
 */
export function noWiderThan(widest: NaturalGaussian, { precision, shift }: NaturalGaussian): NaturalGaussian {
  const factor = cholesky(widest.precision);
  const half = transpose(precision.map((row) => solveLower(factor, row)));
  const { values, vectors } = symmetricEigen(transpose(half.map((row) => solveLower(factor, row))));
  if (values.every((value) => value >= 1)) return { precision, shift };
  const scaled = matrixProduct(factor, transpose(vectors));
  const narrowed = matrixProduct(
    scaled.map((row) => row.map((value, k) => value * Math.max(1, values[k]))),
    transpose(scaled),
  );
  return { precision: narrowed, shift: matrixVector(narrowed, momentsOf({ precision, shift }).mean) };
}

/** log of the integral of exp(-u' P u / 2 + h' u), less D / 2 log 2 pi. */
export function logIntegral({ precision, shift }: NaturalGaussian): number {
  const { mean } = momentsOf({ precision, shift });
  return 0.5 * dot(shift, mean) - 0.5 * logDeterminant(precision);
}

/**
 * A mixture of Gaussians over one Gaussian, times another: precision P_k - P_over + P_times and so with h; each
 * component's weight changes with its integral. A quotient that is no Gaussian comes back as the number of its
 * component, `broken`.
 * Source: Papamakarios and Murray (2016), appendix C.
 */
export function correctedMixture(
  components: readonly WeightedGaussian[],
  over: NaturalGaussian,
  times: NaturalGaussian,
): { readonly mixture: WeightedGaussian[]; readonly broken: number } {
  const changed = components.map(({ precision, shift }) => ({
    precision: precision.map((row, i) => row.map((value, j) => value - over.precision[i][j] + times.precision[i][j])),
    shift: shift.map((value, i) => value - over.shift[i] + times.shift[i]),
  }));
  const broken = changed.findIndex(({ precision }) => !isPositiveDefinite(precision));
  if (broken >= 0) return { mixture: [], broken };
  const logWeights = changed.map((each, k) => components[k].logWeight + logIntegral(each) - logIntegral(components[k]));
  const top = Math.max(...logWeights);
  const sum = top + Math.log(logWeights.reduce((total, value) => total + Math.exp(value - top), 0));
  return { mixture: changed.map((each, k) => ({ ...each, logWeight: logWeights[k] - sum })), broken };
}

/** A mixture as a law; components without weight are left out. */
export function mixtureLaw(components: readonly WeightedGaussian[]): MixturePrior<NormalPrior> {
  return mixture(
    components
      .map((each) => ({ weight: Math.exp(each.logWeight), component: normal(momentsOf(each)) }))
      .filter(({ weight }) => weight > 0),
  );
}
