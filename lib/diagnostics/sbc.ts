import { listOf, objectOf, refuse, requireCount, requireFunction, requireNumber } from '../core/checks';
import { rng } from '../core/rng';
import { parameterLabels } from '../plots/parameter-labels';
import { observationsOf, requirePairs, truthOf, type DrawnPairs } from './drawn-pairs';
import { checkedLevel, combined, finding, meaningOf, probability, resolution, type PlottedFinding } from './finding';
import { chiSquaredOf, kolmogorovSmirnovOf, ranksOf, shapeOf, type Ranks } from './ranks';
import { sbcPlot, type SbcPlotOptions } from './sbc-plot';
import { uniformEcdf } from './uniform-ecdf';

/** A scalar of parameters and data, such as `(theta) => theta[0] * theta[1]` or a log likelihood. */
export type TestQuantity = (theta: readonly number[], xObs: readonly (readonly number[])[]) => number;

/** Options of `sbc`. */
export interface SbcOptions {
  /** Names of the parameters. Default θ₁, θ₂, ... */
  labels?: readonly string[];
  /** Scalars whose ranks are looked at beside those of the parameters, by name; x is the data [n, L] of the pair. */
  quantities?: Readonly<Record<string, TestQuantity>>;
  /** Bins of the histogram and the chi-squared test. Default 20, or so few that 10 pairs are expected in each. */
  bins?: number;
  /** The share of right posteriors that fail. Default .05. */
  level?: number;
  /** Of the order of equal numbers. Default: that of the pairs. */
  seed?: number;
}

/** The ranks of one parameter or quantity. */
export interface QuantityRanks extends Ranks {
  /** The parameter's label, or the quantity's name. */
  readonly name: string;
  /** The p-value of the whole distribution function of the ranks, against its simultaneous band. */
  readonly pValue: number;
  /** That of the Kolmogorov-Smirnov test. */
  readonly kolmogorovSmirnov: number;
  /** That of Pearson's chi-squared test. */
  readonly chiSquared: number;
  /** The largest difference of the ranks' distribution function from the uniform one, with its sign. */
  readonly departure: number;
  /** What the ranks say of the posteriors where they are not uniform. */
  readonly fault: RankFault;
}

/** What is most wrong with posteriors, by their ranks: their width, their place or something else. */
export type RankFault = 'none' | 'too narrow' | 'too wide' | 'too low' | 'too high' | 'misshapen';

/** What `sbc` found; its value is the largest departure of a distribution function of ranks. */
export interface SbcFinding extends PlottedFinding<SbcPlotOptions> {
  /** The ranks of each parameter and quantity. */
  readonly quantities: readonly QuantityRanks[];
  /** The number of pairs, N. */
  readonly pairs: number;
  /** The number of draws from each posterior, K. */
  readonly draws: number;
  /** Bins of the histogram. */
  readonly bins: number;
}

/**
 * Simulation-based calibration: the rank of each truth among draws from its posterior, which is uniform on 0, ..., K
 * where the posterior is right, for each parameter and for any scalar.
 *
 * The verdict is that of the ranks' distribution function, all places and all quantities at once; the p-values of
 * Kolmogorov-Smirnov and chi-squared stand beside it, by quantity. Ranks of the parameters see each marginal only, and
 * a posterior that has learned nothing, the prior, passes them: give `quantities` that join parameters, or parameters
 * and data (a log likelihood is best), and look at `tarp`, `expectedCoverage` and `recovery`.
 * @param pairs from `drawPairs`, 20 at least.
 * @returns the finding: `value`, the largest departure; `plot()`, differences of the distribution functions with a
 * simultaneous band, or `plot({ kind: 'histogram' })` with the 99 % band of each bar.
 * @throws InvalidInputError for fewer than 20 pairs, labels that do not fit, a quantity that is NaN or a bad option.
 * Source: Talts et al. (2018), "Validating Bayesian inference algorithms with simulation-based calibration"; Säilynoja
 * et al. (2022), for the band; Modrák et al. (2023), "Simulation-based calibration checking for Bayesian computation:
 * the choice of test quantities shapes sensitivity".
 * @example
 * const pairs = await diagnostics.drawPairs((xObs) => task.exactPosterior(xObs), task, { pairs: 100, seed: 1 });
 * const ranks = diagnostics.sbc(pairs, { quantities: { product: ([a, b]) => a * b } });
 * const figure = ranks.plot({ kind: 'histogram' });
 */
export function sbc(pairs: DrawnPairs, options: SbcOptions = {}): SbcFinding {
  requirePairs('sbc', pairs);
  const { quantities = {}, seed = pairs.seed } = objectOf('sbc: options', options);
  const { count, dims } = pairs;
  const { bins = Math.max(2, Math.min(20, Math.floor(count / 10))) } = options;
  const level = checkedLevel('sbc', options.level);
  requireCount('sbc: bins', bins, 2);
  requireNumber('sbc: seed', seed, 'a finite number');
  if (options.labels) listOf('sbc: labels', options.labels, 'a list of names');
  const labels = parameterLabels(dims.theta, options.labels);
  const source = rng(seed).fork(-11);
  const law = uniformEcdf(count);
  const all: [string, Ranks][] = [
    ...labels.map((label, d): [string, Ranks] => [label, ranksOfParameter(pairs, d, source.fork(d))]),
    ...Object.entries(objectOf('sbc: quantities', quantities)).map(([name, quantity], q): [string, Ranks] => [
      name,
      ranksOfQuantity(pairs, name, quantity, source.fork(-1 - q)),
    ]),
  ];
  const own = level / all.length;
  const found = all.map(([name, ranks]): QuantityRanks => {
    const pValue = law.pValue(ranks.uniform);
    const departure = law
      .shares(ranks.uniform)
      .map((share, j) => share - law.places[j])
      .reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0);
    return {
      ...ranks,
      name,
      pValue,
      kolmogorovSmirnov: kolmogorovSmirnovOf(ranks.uniform),
      chiSquared: chiSquaredOf(ranks.uniform, bins),
      departure,
      fault: pValue <= own ? faultOf(ranks) : 'none',
    };
  });
  const pValue = combined(found.map((each) => each.pValue));
  const sizes = { pairs: count, draws: pairs.draws, bins, level };
  return finding({
    name: 'SBC',
    value: Math.max(...found.map(({ departure }) => Math.abs(departure))),
    pValue,
    passes: pValue > level,
    quantities: found,
    ...sizes,
    verdict: verdictOf(found, pValue, sizes),
    plot: (asked = {}) => sbcPlot(found, sizes, asked),
  });
}

/** The ranks of the truths of parameter d. */
export function ranksOfParameter(pairs: DrawnPairs, d: number, source: ReturnType<typeof rng>): Ranks {
  const { theta, samples, draws, dims } = pairs;
  const at = (pair: number, k: number): number => samples[(pair * draws + k) * dims.theta + d];
  return ranksOf(pairs, (pair) => theta[pair * dims.theta + d], at, source);
}

function ranksOfQuantity(
  pairs: DrawnPairs,
  name: string,
  quantity: TestQuantity,
  source: ReturnType<typeof rng>,
): Ranks {
  const what = `sbc: quantity "${name}"`;
  requireFunction(what, quantity, 'a function (theta, xObs) => number');
  const { samples, draws, dims } = pairs;
  let data: number[][] = [];
  let of = -1;
  const value = (theta: readonly number[], pair: number): number => {
    if (pair !== of) [data, of] = [observationsOf(pairs, pair), pair];
    const result = quantity(theta, data);
    return Number.isFinite(result) || Math.abs(result) === Infinity
      ? result
      : refuse(what, 'a number', `${String(result)} for pair ${pair}`);
  };
  const drawn = (pair: number, k: number): number => {
    const start = (pair * draws + k) * dims.theta;
    return value(Array.from(samples.subarray(start, start + dims.theta)), pair);
  };
  return ranksOf(pairs, (pair) => value(truthOf(pairs, pair), pair), drawn, source);
}

/** Truths that rank high lie above their draws: the posteriors lie too low. */
function faultOf({ uniform }: Ranks): RankFault {
  const { shift, spread } = shapeOf(uniform);
  if (Math.max(Math.abs(shift), Math.abs(spread)) < 2) return 'misshapen';
  if (Math.abs(shift) > Math.abs(spread)) return shift > 0 ? 'too low' : 'too high';
  return spread > 0 ? 'too narrow' : 'too wide';
}

const remedies: Readonly<Record<RankFault, string>> = {
  none: '',
  'too narrow':
    'Credible sets hold the truth less often than they say: train on more simulations or on an ensemble, or widen ' +
    'them by diagnostics.calibratedIntervals.',
  'too wide': 'Credible sets are safe, but larger than need be: train longer or on more simulations.',
  'too low': 'A shift mostly comes from too little training, or from data far from any simulated: train on more.',
  'too high': 'A shift mostly comes from too little training, or from data far from any simulated: train on more.',
  misshapen: 'Width and place are right, the shape is not: a more flexible method or more simulations may help.',
};

function verdictOf(
  found: readonly QuantityRanks[],
  pValue: number,
  { pairs, draws }: { pairs: number; draws: number },
): string {
  const ranks = `Ranks of ${found.length === 1 ? found[0].name : `${found.length} quantities`} over ${pairs} pairs`;
  const p = `p = ${probability(pValue)}`;
  const wrong = found.filter(({ fault }) => fault !== 'none');
  if (wrong.length === 0)
    return `${ranks} of ${draws} draws show nothing wrong (${p}). ${meaningOf(pValue)} ${resolution(pairs)}.`;
  const said = wrong.map(({ name, fault }) => `those of ${name} are ${fault}`).join(', ');
  const [worst] = [...wrong].sort((a, b) => a.pValue - b.pValue);
  return `${ranks} are not those of right posteriors (${p}): ${said}. ${meaningOf(pValue)} ${remedies[worst.fault]}`;
}
