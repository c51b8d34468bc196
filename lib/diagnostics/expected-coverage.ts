import { demand, objectOf, refuse, requireCount, requireOneOf } from '../core/checks';
import type { LongWorkOptions } from '../core/host';
import { rng } from '../core/rng';
import { parameterLabels } from '../plots/parameter-labels';
import { coveragePlot } from './coverage-plot';
import { firstPairs, requirePairs, type DrawnPairs } from './drawn-pairs';
import { checkedLevel, combined, finding, meaningOf, probability, type PlottedFinding } from './finding';
import { conformalQuantile } from './conformal-quantile';
import { haveDensity, logDensities } from './log-densities';
import { kolmogorovSmirnovOf, ranksOf } from './ranks';
import { ranksOfParameter } from './sbc';
import { percent } from './sbc-plot';
import { uniformEcdf } from './uniform-ecdf';

/** Options of `expectedCoverage`. */
export interface CoverageOptions extends LongWorkOptions {
  /**
   * Which credible sets: those of highest density, or each parameter's central interval. Default: `density` where the
   * posterior has one, else `marginals`.
   */
  by?: 'density' | 'marginals';
  /** Draws of each pair whose log density is taken. Default 100, or all where there are fewer. */
  densities?: number;
  /** Pairs whose log densities are taken, the first of all. Default all. */
  most?: number;
  /** Names of the parameters. Default θ₁, θ₂, ... */
  labels?: readonly string[];
  /** The share of right posteriors that fail. Default .05. */
  level?: number;
}

/** How often credible sets of one kind hold the truth. */
export interface CoverageCurve {
  /** The parameter's label, or `highest density`. */
  readonly name: string;
  /** The credibility of the smallest set that holds each pair's truth [N]: uniform for right posteriors. */
  readonly credibilities: Float64Array;
  /** The p-value of the whole curve. */
  readonly pValue: number;
  /** That of the Kolmogorov-Smirnov test. */
  readonly kolmogorovSmirnov: number;
  /** Mean coverage minus mean credibility: below 0 the sets are too small. */
  readonly area: number;
}

/** What `expectedCoverage` found; its value is the coverage of the sets of credibility .9. */
export interface CoverageFinding extends PlottedFinding {
  /** What the sets were made by. */
  readonly by: 'density' | 'marginals';
  /** A curve for each parameter, or one for the density. */
  readonly curves: readonly CoverageCurve[];
  /**
   * The share of truths that sets of this credibility hold, the least of the curves'.
   * @throws InvalidInputError for a credibility outside of (0, 1).
   */
  coverageOf(credibility: number): number;
  /**
   * The credibility to ask for so that the sets hold the truth with this probability, by curve: the conformal quantile
   * of the pairs' credibilities, 1 where no set is large enough.
   * @throws InvalidInputError for a probability outside of (0, 1).
   */
  credibilityFor(probability: number): readonly number[];
}

/**
 * Expected coverage: how often credible sets of each credibility hold the truth, which for a right posterior is as
 * often as they say. By density the set is that of the highest densities, of all parameters together; by marginals
 * each parameter's central interval.
 *
 * By density it asks the posterior of each pair for its log density, known up to a constant at least, so the estimator
 * must still be there; the density of a score method costs a flow for each draw, of many pairs at once. Where the
 * posterior ignores the data coverage is right, too: see `recovery`.
 * @param all the pairs, from `drawPairs`, 20 at least.
 * @returns the finding: `value`, the coverage of sets of credibility .9, the least of the curves'; `plot()`, coverage
 * by credibility with a simultaneous band.
 * @throws InvalidInputError for fewer than 20 pairs, `by: 'density'` without a density or options that do not fit;
 * InterruptedError on interrupt.
 * Source: Hermans et al. (2022), "A trust crisis in simulation-based inference? Your posterior approximations can be
 * unfaithful"; Miller et al. (2021), for the marginals.
 * @example
 * const pairs = await diagnostics.drawPairs((xObs) => task.exactPosterior(xObs), task, { pairs: 100, seed: 1 });
 * const coverage = await diagnostics.expectedCoverage(pairs);
 * coverage.coverageOf(0.5); // about .5
 */
export async function expectedCoverage(all: DrawnPairs, options: CoverageOptions = {}): Promise<CoverageFinding> {
  requirePairs('expectedCoverage', all);
  const {
    by = haveDensity(all) ? 'density' : 'marginals',
    densities,
    most = all.count,
  } = objectOf('expectedCoverage: options', options);
  requireCount('expectedCoverage: most', most, 20);
  const pairs = by === 'density' && most < all.count ? firstPairs(all, most) : all;
  requireOneOf('expectedCoverage: by', by, ['density', 'marginals']);
  if (densities !== undefined) requireCount('expectedCoverage: densities', densities);
  const level = checkedLevel('expectedCoverage', options.level);
  const labels = parameterLabels(pairs.dims.theta, options.labels);
  const law = uniformEcdf(pairs.count);
  const curveOf = (name: string, credibilities: Float64Array): CoverageCurve => ({
    name,
    credibilities,
    pValue: law.pValue(credibilities),
    kolmogorovSmirnov: kolmogorovSmirnovOf(credibilities),
    area: 0.5 - credibilities.reduce((sum, each) => sum + each, 0) / pairs.count,
  });
  const source = rng(pairs.seed);
  const curves =
    by === 'density'
      ? [
          curveOf(
            'highest density',
            await densityCredibilities(pairs, Math.min(densities ?? 100, pairs.draws), options),
          ),
        ]
      : labels.map((label, d) =>
          curveOf(
            label,
            ranksOfParameter(pairs, d, source.fork(-31 - d)).uniform.map((u) => Math.abs(2 * u - 1)),
          ),
        );
  const coverageOf = (credibility: number): number => {
    requireProbability('coverageOf: credibility', credibility);
    return Math.min(...curves.map((each) => shareBelow(each.credibilities, credibility)));
  };
  const pValue = combined(curves.map((curve) => curve.pValue));
  return finding({
    name: by === 'density' ? 'Expected coverage, by density' : 'Expected coverage, by marginals',
    value: coverageOf(0.9),
    pValue,
    level,
    passes: pValue > level,
    verdict: verdictOf(curves, pValue, level, coverageOf(0.9)),
    by,
    curves,
    coverageOf,
    credibilityFor: (wanted: number) => {
      requireProbability('credibilityFor: probability', wanted);
      return curves.map(({ credibilities }) => Math.min(1, conformalQuantile(credibilities, wanted)));
    },
    plot: (asked = {}) =>
      coveragePlot(
        curves.map(({ name, credibilities, pValue }) => ({ name, credibilities, pValue })),
        { title: `Expected coverage, by ${by}`, sets: 'credible sets', pairs: pairs.count, level },
        asked,
      ),
  });
}

function requireProbability(what: string, value: number): void {
  demand(what, typeof value === 'number' && value > 0 && value < 1, 'a number in (0, 1)', value);
}

/** The share of draws of a higher density than the truth, by pair; equal densities count at random. */
async function densityCredibilities(pairs: DrawnPairs, draws: number, options: LongWorkOptions): Promise<Float64Array> {
  if (!haveDensity(pairs))
    refuse('expectedCoverage: by', 'marginals, since these posteriors have no density', 'density');
  const { count, seed } = pairs;
  const all = await logDensities(pairs, draws, options);
  // a minus, so that what is more likely ranks lower
  const at = (pair: number, k: number): number => -all[pair * (draws + 1) + k];
  return ranksOf(
    { count, draws },
    (pair) => at(pair, 0),
    (pair, k) => at(pair, k + 1),
    rng(seed).fork(-12),
  ).uniform;
}

function shareBelow(values: Float64Array, limit: number): number {
  return values.reduce((count, value) => count + Number(value <= limit), 0) / values.length;
}

function verdictOf(curves: readonly CoverageCurve[], pValue: number, level: number, coverage: number): string {
  const pairs = curves[0].credibilities.length;
  const sets = curves.length > 1 ? 'Central intervals' : `Credible sets (${curves[0].name})`;
  const p = `p = ${probability(pValue)}`;
  const ninety = `sets of credibility 90 % hold the truth of ${percent(coverage)} of ${pairs} pairs`;
  if (pValue > level) return `${sets} hold the truth as often as they say (${p}): ${ninety}. ${meaningOf(pValue)}`;
  const [worst] = [...curves].sort((a, b) => a.pValue - b.pValue);
  const name = curves.length > 1 ? ` of ${worst.name}` : '';
  const said =
    worst.area < 0
      ? `the sets${name} are too small (overconfident). Train on more simulations or on an ensemble, or ask for the ` +
        'credibility that credibilityFor(probability) gives.'
      : `the sets${name} are larger than they say (conservative): safe, but more training may narrow them.`;
  return `${sets} do not hold the truth as often as they say (${p}): ${ninety}; ${said} ${meaningOf(pValue)}`;
}
