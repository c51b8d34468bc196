import { demand, listOf } from '../core/checks';
import { requireVector } from '../core/number-entries';
import { normalQuantile } from './normal-quantile';

/** Draws of one number: `chains[c][i]` is draw i of chain c. */
export type ChainDraws = readonly ArrayLike<number>[];

/**
 * What an effective sample size is of: the bulk (after rank normalisation), the 5% and 95% quantiles, or the mean of
 * the draws as they are.
 */
export type EssKind = 'bulk' | 'tail' | 'mean';

/**
 * The rank-normalised split R-hat, sqrt(((n - 1) / n W + B / n) / W): the larger of two, that of the draws and that of
 * their distances from the median.
 *
 * Each chain counts as two halves of n draws; W is the mean variance within them, B / n the variance of their means.
 * Near 1 where all chains sample one law; Infinity for constant chains that differ, NaN for equal constants.
 * @param chains at least one chain of at least 4 finite draws, all of one length.
 * @returns a number; above 1.01 the chains have not mixed.
 * @throws InvalidInputError for other chains.
 * Source: Vehtari et al., "Rank-normalization, folding, and localization: an improved R-hat", equations (3) to (4) and
 * section 4.1.
 * @example
 * splitRHat([[1, 2, 1, 2, 1, 2], [8, 9, 8, 9, 8, 9]]) > 1.01; // true
 */
export function splitRHat(chains: ChainDraws): number {
  return rHatOf(ranked(checked(chains, 'splitRHat')));
}

/**
 * The number of independent draws that would give as precise an estimate, S / (1 + 2 sum_t rho_t).
 *
 * The autocorrelations rho_t of all split chains together are summed up to the first negative pair and made monotone
 * (Geyer); of chains of fewer than ten draws, rho_1 alone counts. S is the number of draws; a result above it, at most
 * S log10 S, means that draws repel each other. NaN where all draws are equal. The mean of the draws has the standard
 * error sd / sqrt(size), with the size of kind `mean`.
 * @param chains at least one chain of at least 4 finite draws, all of one length.
 * @param kind `bulk`, `tail` (the smaller one of the 5% and 95% quantiles', S for a quantile that no draw exceeds) or
 * `mean`. Default `bulk`.
 * @throws InvalidInputError for other chains.
 * Source: Vehtari et al., "Rank-normalization, folding, and localization: an improved R-hat", equations (10) to (13)
 * and section 4.3; Geyer, "Practical Markov chain Monte Carlo", section 3.3.
 * @example
 * const source = rng(1);
 * const independent = [1, 2, 3, 4].map(() => Array.from({ length: 250 }, () => source.normal()));
 * effectiveSampleSize(independent) > 700; // true
 */
export function effectiveSampleSize(chains: ChainDraws, kind: EssKind = 'bulk'): number {
  const draws = checked(chains, 'effectiveSampleSize');
  if (kind === 'mean') return ess(split(draws));
  return kind === 'bulk' ? ess(ranked(draws).scores) : tailEss(draws);
}

/** {@link splitRHat} and both effective sample sizes, with the draws ranked once. */
export function convergenceOf(chains: ChainDraws): { rHat: number; ess: number; essTail: number } {
  const draws = checked(chains, 'convergenceOf');
  const ofRanks = ranked(draws);
  return { rHat: rHatOf(ofRanks), ess: ess(ofRanks.scores), essTail: tailEss(draws) };
}

/** Split chains, all their draws in order, and each draw's normal score. */
interface Ranked {
  readonly halves: readonly Float64Array[];
  readonly sorted: Float64Array;
  readonly scores: readonly Float64Array[];
}

function ranked(chains: readonly Float64Array[]): Ranked {
  const halves = split(chains);
  const sorted = sortedDraws(halves);
  return { halves, sorted, scores: rankNormalised(halves, sorted) };
}

function rHatOf({ halves, sorted, scores }: Ranked): number {
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  const folded = halves.map((half) => half.map((value) => Math.abs(value - median)));
  const bulk = rHat(scores);
  const tail = rHat(rankNormalised(folded, sortedDraws(folded)));
  // NaN, of equal constants, is kept; distances that are all equal say nothing
  return tail > bulk ? tail : bulk;
}

function tailEss(chains: readonly Float64Array[]): number {
  // quantiles of all draws, the one too that a half may leave out
  const sorted = sortedDraws(chains);
  if (sorted[0] === sorted[sorted.length - 1]) return NaN;
  const halves = split(chains);
  const below = (share: number): number => {
    const limit = sorted[Math.floor(share * (sorted.length - 1))];
    const size = ess(halves.map((half) => half.map((value) => (value <= limit ? 1 : 0))));
    return Number.isNaN(size) ? halves.length * halves[0].length : size;
  };
  return Math.min(below(0.05), below(0.95));
}

function checked(chains: ChainDraws, what: string): Float64Array[] {
  listOf(`${what}: chains`, chains, 'an array of chains');
  chains.forEach((chain, c) => listOf(`${what}: chain ${c}`, chain, 'an array of draws'));
  const length = chains[0]?.length ?? 0;
  const wrong = chains.findIndex((chain) => chain.length !== length);
  demand(
    `${what}: chains`,
    length >= 4 && wrong < 0,
    'at least one chain of at least 4 draws, all of one length',
    wrong >= 0
      ? `${chains[wrong].length} draws in chain ${wrong}, ${length} in chain 0`
      : `${chains.length} chains of ${length} draws`,
  );
  return chains.map((chain, c) => {
    requireVector(`${what}: chain ${c}`, chain, length);
    return Float64Array.from(chain);
  });
}

/** The first and the second half of each chain; of an odd length, the draw in the middle is left out. */
function split(chains: readonly Float64Array[]): Float64Array[] {
  return chains.flatMap((chain) => {
    const half = Math.floor(chain.length / 2);
    return [chain.subarray(0, half), chain.subarray(chain.length - half)];
  });
}

function sortedDraws(chains: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(chains.length * chains[0].length);
  chains.forEach((chain, c) => all.set(chain, c * chain.length));
  return all.sort();
}

/** Each draw's normal score, z = Phi^-1((rank - 3/8) / (S + 1/4)), equal draws with their mean rank. */
function rankNormalised(chains: readonly Float64Array[], sorted: Float64Array): Float64Array[] {
  const total = sorted.length;
  // the distinct draws and their scores
  const values = new Float64Array(total);
  const scores = new Float64Array(total);
  let count = 0;
  for (let first = 0; first < total;) {
    let next = first + 1;
    while (next < total && sorted[next] === sorted[first]) next++;
    values[count] = sorted[first];
    scores[count++] = normalQuantile(((first + 1 + next) / 2 - 0.375) / (total + 0.25));
    first = next;
  }
  return chains.map((chain) => chain.map((value) => scores[indexOf(values, count, value)]));
}

/** The place of `value` among `count` rising numbers that hold it. */
function indexOf(values: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The mean, exact for equal values. */
function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] - values[0];
  return values[0] + sum / values.length;
}

function varianceOf(values: ArrayLike<number>): number {
  const centre = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return sum / (values.length - 1);
}

function rHat(chains: readonly Float64Array[]): number {
  const n = chains[0].length;
  const within = meanOf(chains.map(varianceOf));
  const between = varianceOf(chains.map(meanOf));
  return Math.sqrt((((n - 1) / n) * within + between) / within);
}

function ess(chains: readonly Float64Array[]): number {
  const n = chains[0].length;
  const total = n * chains.length;
  const centred = chains.map((chain) => {
    const centre = meanOf(chain);
    return chain.map((value) => value - centre);
  });
  const autocovariance = (lag: number): number => {
    let sum = 0;
    for (const chain of centred) for (let i = lag; i < n; i++) sum += chain[i] * chain[i - lag];
    return sum / total;
  };
  const within = (autocovariance(0) * n) / (n - 1);
  const variance = (within * (n - 1)) / n + varianceOf(chains.map(meanOf));
  if (!(variance > 0)) return NaN;
  const correlation = (lag: number): number => 1 - (within - autocovariance(lag)) / variance;
  const most = total * Math.log10(total);
  // halves so short have no second pair of neighbours
  if (n < 5) return Math.min(most, total / Math.max(1 + 2 * correlation(1), 0));
  // sums of neighbours rho_{2k} + rho_{2k+1}, which are positive and fall for a reversible chain
  let [even, odd] = [1, correlation(1)];
  let smallest = Infinity;
  let sum = 0;
  for (let lag = 2; even + odd > 0 && lag < n - 2; lag += 2) {
    smallest = Math.min(smallest, even + odd);
    sum += smallest;
    [even, odd] = [correlation(lag), correlation(lag + 1)];
  }
  const time = -1 + 2 * sum + Math.max(even, 0);
  return Math.min(most, total / Math.max(time, 0));
}
