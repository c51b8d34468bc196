import { objectOf, requireNumber } from '../core/checks';
import { rng } from '../core/rng';
import { coveragePlot } from './coverage-plot';
import { requirePairs, type DrawnPairs } from './drawn-pairs';
import { checkedLevel, finding, meaningOf, probability, type PlottedFinding } from './finding';
import { kolmogorovSmirnovOf, ranksOf } from './ranks';
import { uniformEcdf } from './uniform-ecdf';

/** Options of `tarp`. */
export interface TarpOptions {
  /** The share of right posteriors that fail. Default .05. */
  level?: number;
  /** Of the reference points. Default: that of the pairs. */
  seed?: number;
}

/** What `tarp` found; its value is the area statistic. */
export interface TarpFinding extends PlottedFinding {
  /** The share of draws nearer to the pair's reference point than the truth, by pair; uniform for right posteriors. */
  readonly credibilities: Float64Array;
  /** The p-value of the Kolmogorov-Smirnov test that they are uniform. */
  readonly kolmogorovSmirnov: number;
}

/**
 * Tests of accuracy with random points: around a random reference point, the ball through the truth holds a share of
 * the draws that is uniform where the posterior is right. It sees the parameters together, a wrong correlation too, and
 * needs no density.
 *
 * The reference points are uniform in the box of the truths, parameters are scaled to that box, and distances are
 * Euclidean. They do not depend on the data, so a posterior that has learned nothing, the prior, passes: see
 * `recovery`.
 * @param pairs from `drawPairs`, 20 at least.
 * @returns the finding: `value`, the area between coverage and credibility from credibility 1/2 to 1, below 0 where the
 * posteriors are too narrow; its p-value is that of the whole curve; `plot()`, coverage by credibility.
 * @throws InvalidInputError for fewer than 20 pairs or an option that does not fit.
 * Source: Lemos et al. (2023), "Sampling-based accuracy testing of posterior estimators for general inference".
 * @example
 * const pairs = await diagnostics.drawPairs((xObs) => task.exactPosterior(xObs), task, { pairs: 100, seed: 1 });
 * diagnostics.tarp(pairs).value; // about 0
 */
export function tarp(pairs: DrawnPairs, options: TarpOptions = {}): TarpFinding {
  requirePairs('tarp', pairs);
  const { seed = pairs.seed } = objectOf('tarp: options', options);
  const level = checkedLevel('tarp', options.level);
  requireNumber('tarp: seed', seed, 'a finite number');
  const credibilities = referenceCredibilities(pairs, seed);
  const pValue = uniformEcdf(pairs.count).pValue(credibilities);
  const value = credibilities.reduce((sum, each) => sum + 1 - Math.max(each, 0.5), 0) / pairs.count - 0.375;
  return finding({
    name: 'TARP',
    value,
    pValue,
    level,
    passes: pValue > level,
    credibilities,
    kolmogorovSmirnov: kolmogorovSmirnovOf(credibilities),
    verdict: verdictOf(pairs.count, value, pValue, level),
    plot: (asked = {}) => {
      const series = [{ name: 'random points', credibilities, pValue }];
      const sets = 'balls around random points';
      return coveragePlot(series, { title: 'TARP', sets, pairs: pairs.count, level }, asked);
    },
  });
}

function referenceCredibilities(pairs: DrawnPairs, seed: number): Float64Array {
  const { count, draws, dims, theta, samples } = pairs;
  const dim = dims.theta;
  const low = new Float64Array(dim).fill(Infinity);
  const high = new Float64Array(dim).fill(-Infinity);
  theta.forEach((value, i) => {
    low[i % dim] = Math.min(low[i % dim], value);
    high[i % dim] = Math.max(high[i % dim], value);
  });
  const source = rng(seed).fork(-13);
  const references = Float64Array.from({ length: count * dim }, () => source.uniform());
  const distance = (values: Float32Array, start: number, pair: number): number => {
    let squares = 0;
    for (let d = 0; d < dim; d++) {
      // a parameter of one value tells nothing
      const scaled = high[d] > low[d] ? (values[start + d] - low[d]) / (high[d] - low[d]) : 0;
      squares += (scaled - references[pair * dim + d]) ** 2;
    }
    return squares;
  };
  const truth = (pair: number): number => distance(theta, pair * dim, pair);
  const drawn = (pair: number, k: number): number => distance(samples, (pair * draws + k) * dim, pair);
  return ranksOf(pairs, truth, drawn, source).uniform;
}

function verdictOf(pairs: number, value: number, pValue: number, level: number): string {
  const about = `Balls around random points, ${pairs} pairs, area ${value.toFixed(3)} (p = ${probability(pValue)})`;
  if (pValue > level) return `${about}: nothing wrong with the parameters together. ${meaningOf(pValue)}`;
  const said =
    value < 0
      ? 'the posteriors are too narrow, or in the wrong place. Train on more simulations or on an ensemble.'
      : 'the posteriors are too wide, or miss how parameters hang together. Try more simulations or another method.';
  return `${about}: ${said} ${meaningOf(pValue)}`;
}
