import type { Rng } from '../core/rng';
import { chiSquaredTail } from '../maths/chi-squared';
import { kolmogorovDistance, kolmogorovTail } from '../maths/kolmogorov';

/** Ranks of truths among their draws. */
export interface Ranks {
  /** How many of K draws lie below the truth, by pair; equal ones count at random. From 0 to K, each as likely. */
  readonly ranks: Int32Array;
  /** (rank + U) / (K + 1) with U uniform in [0, 1): uniform for a right posterior. */
  readonly uniform: Float64Array;
}

/** The rank of a number among `draws` others of which so many lie below it and so many equal it, and as uniform. */
export function randomisedRank(below: number, equal: number, draws: number, source: Rng): [number, number] {
  const rank = below + (equal > 0 ? source.integer(0, equal + 1) : 0);
  return [rank, (rank + source.uniform()) / (draws + 1)];
}

/**
 * The ranks of `count` truths among `draws` numbers each.
 * @param truth of a pair.
 * @param drawn the numbers of a pair.
 */
export function ranksOf(
  { count, draws }: { readonly count: number; readonly draws: number },
  truth: (pair: number) => number,
  drawn: (pair: number, k: number) => number,
  source: Rng,
): Ranks {
  const ranks = new Int32Array(count);
  const uniform = new Float64Array(count);
  for (let pair = 0; pair < count; pair++) {
    const value = truth(pair);
    let [below, equal] = [0, 0];
    for (let k = 0; k < draws; k++) {
      const other = drawn(pair, k);
      if (other < value) below++;
      else if (other === value) equal++;
    }
    [ranks[pair], uniform[pair]] = randomisedRank(below, equal, draws, source);
  }
  return { ranks, uniform };
}

/** Counts in equal parts of [0, 1]. */
export function histogramOf(values: ArrayLike<number>, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) counts[Math.min(bins - 1, Math.floor(values[i] * bins))]++;
  return counts;
}

/** The p-value of Pearson's chi-squared test that the values are uniform, from a histogram of so many bins. */
export function chiSquaredOf(values: ArrayLike<number>, bins: number): number {
  const expected = values.length / bins;
  const statistic = histogramOf(values, bins).reduce((sum, each) => sum + (each - expected) ** 2 / expected, 0);
  return chiSquaredTail(statistic, bins - 1);
}

/** The p-value of the Kolmogorov-Smirnov test that the values are uniform. */
export function kolmogorovSmirnovOf(values: ArrayLike<number>): number {
  return kolmogorovTail(kolmogorovDistance(values), values.length);
}

/** The mean of uniform numbers, and the mean of (2u - 1)^2, in standard errors from 1/2 and 1/3. */
export function shapeOf(uniform: ArrayLike<number>): { shift: number; spread: number } {
  let [mean, squares] = [0, 0];
  for (let i = 0; i < uniform.length; i++) {
    mean += uniform[i] / uniform.length;
    squares += (2 * uniform[i] - 1) ** 2 / uniform.length;
  }
  const root = Math.sqrt(uniform.length);
  return { shift: (mean - 0.5) * root * Math.sqrt(12), spread: ((squares - 1 / 3) * root) / Math.sqrt(4 / 45) };
}
