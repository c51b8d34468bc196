import { rng } from '../core/rng';

/** What is known of the distribution function of N uniform numbers, looked at in many places at once. */
export interface UniformEcdf {
  /** The places z in (0, 1). */
  readonly places: readonly number[];
  /**
   * The probability that N uniform numbers leave the binomial law of their counts at some place at least as far as
   * these do.
   */
  pValue(values: ArrayLike<number>): number;
  /** Between which shares all of N uniform numbers' distribution function lies with probability 1 - tail, by place. */
  band(tail: number): { readonly lower: readonly number[]; readonly upper: readonly number[] };
  /** The distribution function of values at the places. */
  shares(values: ArrayLike<number>): readonly number[];
}

/** Simulated sets of uniform numbers that the simultaneous law comes from. */
const simulatedSets = 4000;
const mostPlaces = 100;

/**
 * The law of the empirical distribution function of `count` uniform numbers, simultaneously at up to 99 places.
 *
 * The count below z is binomial, and min(P(B <= k), P(B >= k)) tells how far a count k is from the ordinary; the least
 * of these over all places, in simulated sets of uniform numbers, gives the p-value and the band, which are two views
 * of one test: the curve leaves the band of 1 - tail where the p-value is at most `tail`.
 * Source: Säilynoja, Bürkner and Vehtari (2022), "Graphical test for discrete uniformity and its applications in
 * goodness-of-fit evaluation and multiple sample comparison", section 2.
 */
export function uniformEcdf(count: number): UniformEcdf {
  if (last?.count !== count) last = { count, law: simulatedLaw(count) };
  return last.law;
}

/** The law that was asked for last, which the diagnostics of the same pairs share. */
let last: { readonly count: number; readonly law: UniformEcdf } | undefined;

function simulatedLaw(count: number): UniformEcdf {
  const parts = Math.max(2, Math.min(count, mostPlaces));
  const places = Array.from({ length: parts - 1 }, (_, j) => (j + 1) / parts);
  const tails = places.map((place) => binomialTails(count, place));
  const least = (counts: Int32Array): number => tails.reduce((lowest, tail, j) => Math.min(lowest, tail[counts[j]]), 1);
  const source = rng(0);
  const simulated = Float64Array.from({ length: simulatedSets }, () => {
    const numbers = Float64Array.from({ length: count }, () => source.uniform());
    return least(countsBelow(numbers, parts));
  }).sort();
  return {
    places,
    pValue: (values) => {
      const observed = least(countsBelow(values, parts));
      const lower = simulated.findIndex((each) => each > observed);
      return (1 + (lower < 0 ? simulatedSets : lower)) / (simulatedSets + 1);
    },
    band: (tail) => {
      const outside = Math.floor(tail * (simulatedSets + 1));
      const threshold = outside > 0 ? simulated[outside - 1] : 0;
      const isInside = (each: number): boolean => each >= threshold;
      return {
        lower: tails.map((each) => each.findIndex(isInside) / count),
        upper: tails.map((each) => (count - Float64Array.from(each).reverse().findIndex(isInside)) / count),
      };
    },
    shares: (values) => Array.from(countsBelow(values, parts), (each) => each / count),
  };
}

/** How many of the values in [0, 1] lie below 1 / parts, ..., (parts - 1) / parts. */
function countsBelow(values: ArrayLike<number>, parts: number): Int32Array {
  const counts = new Int32Array(parts);
  for (let i = 0; i < values.length; i++) counts[Math.min(parts - 1, Math.floor(values[i] * parts))]++;
  for (let j = 1; j < parts; j++) counts[j] += counts[j - 1];
  return counts.subarray(0, parts - 1);
}

/** The lesser of P(B <= k) and P(B >= k) for a binomial count B, by k from 0 to n. */
function binomialTails(n: number, p: number): Float64Array {
  const masses = new Float64Array(n + 1);
  const logOdds = Math.log(p) - Math.log1p(-p);
  let logMass = n * Math.log1p(-p);
  for (let k = 0; k <= n; k++) {
    masses[k] = Math.exp(logMass);
    logMass += Math.log((n - k) / (k + 1)) + logOdds;
  }
  const tails = new Float64Array(n + 1);
  for (let k = 0, below = 0; k <= n; k++) tails[k] = below += masses[k];
  for (let k = n, above = 0; k >= 0; k--) tails[k] = Math.min(tails[k], (above += masses[k]));
  return tails;
}
