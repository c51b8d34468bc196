import { objectOf } from '../core/checks';
import { normalMass } from '../maths/normal-mass';
import { parameterLabels } from '../plots/parameter-labels';
import { requirePairs, type DrawnPairs } from './drawn-pairs';
import { checkedLevel, combined, finding, meaningOf, probability, type PlottedFinding } from './finding';
import { recoveryPlot, type RecoveryPlotOptions } from './recovery-plot';

/** Options of `recovery`. */
export interface RecoveryOptions {
  /** Names of the parameters. Default θ₁, θ₂, ... */
  labels?: readonly string[];
  /** The share of right posteriors that fail. Default .05. */
  level?: number;
}

/** How well one parameter is recovered. */
export interface ParameterRecovery {
  /** The parameter's label. */
  readonly name: string;
  /** The posterior mean of each pair [N]. */
  readonly means: Float64Array;
  /** The posterior standard deviation of each pair [N]. */
  readonly deviations: Float64Array;
  /** The truth of each pair [N]. */
  readonly truths: Float64Array;
  /** 1 - mean posterior variance / variance of the truths: 0 where the data tell nothing, 1 where they tell all. */
  readonly contraction: number;
  /** The mean of z = (mean - truth) / standard deviation: 0 for right posteriors. */
  readonly zMean: number;
  /** The standard deviation of z: 1 for right posteriors, more for too narrow ones. */
  readonly zDeviation: number;
  /** The correlation of posterior means and truths. */
  readonly correlation: number;
  /** The root mean square of mean - truth over the standard deviation of the truths. */
  readonly error: number;
  /** The p-value of a mean z of 0, by Student's limit. */
  readonly pValue: number;
}

/** What `recovery` found; its value is the least contraction. */
export interface RecoveryFinding extends PlottedFinding<RecoveryPlotOptions> {
  /** By parameter. */
  readonly parameters: readonly ParameterRecovery[];
}

/** Contraction below which a parameter counts as hardly told by the data. */
const littleContraction = 0.1;

/**
 * What the data tell of each parameter: posterior means against truths, contraction 1 - E[var(theta | x)] / var(theta),
 * and z-scores (E[theta | x] - theta*) / sd(theta | x).
 *
 * The p-value is that of a mean z of 0: whether posteriors lie too low or too high. Little contraction is no fault:
 * the data may tell no more. But where calibration is right and contraction is 0 the method may have learned only the
 * prior.
 * @param pairs from `drawPairs`, 20 at least, with two draws each or more.
 * @returns the finding: `value`, the least contraction; `plot()`, posterior means and 90 % intervals against the
 * truths, or `plot({ kind: 'z' })`, z-scores against contraction.
 * @throws InvalidInputError for fewer than 20 pairs or labels that do not fit.
 * Source: Betancourt (2018), "Calibrating model-based inferences and decisions", for contraction and z-scores.
 * @example
 * const pairs = await diagnostics.drawPairs((xObs) => task.exactPosterior(xObs), task, { pairs: 50, seed: 1 });
 * diagnostics.recovery(pairs).parameters[0].contraction; // 1 - .5 / 1.5
 */
export function recovery(pairs: DrawnPairs, options: RecoveryOptions = {}): RecoveryFinding {
  requirePairs('recovery', pairs);
  const { labels: given } = objectOf('recovery: options', options);
  const labels = parameterLabels(pairs.dims.theta, given);
  const level = checkedLevel('recovery', options.level);
  const parameters = labels.map((label, d) => recovered(pairs, d, label));
  const pValue = combined(parameters.map((each) => each.pValue));
  return finding({
    name: 'Recovery',
    value: Math.min(...parameters.map(({ contraction }) => contraction)),
    pValue,
    level,
    passes: pValue > level,
    parameters,
    verdict: verdictOf(parameters, pValue, level, pairs.count),
    plot: (asked = {}) => recoveryPlot(pairs, parameters, asked),
  });
}

function recovered({ count, draws, dims, theta, samples }: DrawnPairs, d: number, name: string): ParameterRecovery {
  const truths = Float64Array.from({ length: count }, (_, pair) => theta[pair * dims.theta + d]);
  const [means, deviations, z] = [0, 0, 0].map(() => new Float64Array(count));
  for (let pair = 0; pair < count; pair++) {
    const own = Float64Array.from({ length: draws }, (_, k) => samples[(pair * draws + k) * dims.theta + d]);
    const { mean, variance } = momentsOf(own);
    means[pair] = mean;
    deviations[pair] = Math.sqrt(variance);
    const distance = mean - truths[pair];
    // draws that are all alike, beside the truth, are infinitely far from it
    z[pair] = distance === 0 ? 0 : distance / deviations[pair];
  }
  const ofTruths = momentsOf(truths);
  const ofMeans = momentsOf(means);
  const ofZ = momentsOf(z);
  const meanOf = (value: (pair: number) => number): number => means.reduce((sum, _, i) => sum + value(i), 0) / count;
  const product = meanOf((i) => (means[i] - ofMeans.mean) * (truths[i] - ofTruths.mean));
  const spread = Math.sqrt(ofMeans.variance * ofTruths.variance);
  const statistic = (ofZ.mean * Math.sqrt(count)) / Math.sqrt(ofZ.variance);
  return {
    name,
    means,
    deviations,
    truths,
    contraction: 1 - meanOf((i) => deviations[i] ** 2) / ofTruths.variance,
    zMean: ofZ.mean,
    zDeviation: Math.sqrt(ofZ.variance),
    correlation: spread > 0 ? (product * count) / (count - 1) / spread : 0,
    error: Math.sqrt(meanOf((i) => (means[i] - truths[i]) ** 2) / ofTruths.variance),
    pValue: Number.isFinite(statistic) ? Math.min(1, 2 * normalMass(Math.abs(statistic), Infinity)) : 0,
  };
}

function momentsOf(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { mean, variance: squares / Math.max(1, values.length - 1) };
}

function verdictOf(parameters: readonly ParameterRecovery[], pValue: number, level: number, pairs: number): string {
  const named = (chosen: readonly ParameterRecovery[], text: (each: ParameterRecovery) => string): string =>
    chosen.map((each) => `${each.name} (${text(each)})`).join(', ');
  const least = [...parameters].sort((a, b) => a.contraction - b.contraction);
  const little = least.filter(({ contraction }) => contraction < littleContraction);
  const contraction = (each: ParameterRecovery): string => `contraction ${each.contraction.toFixed(2)}`;
  const told =
    little.length > 0
      ? `The data tell little of ${named(little, contraction)}: that may be so, or the method has not learned it.`
      : `The data tell most of ${named(least.slice(-1), contraction)}, least ` +
        `of ${named(least.slice(0, 1), (each) => each.contraction.toFixed(2))}.`;
  const p = `p = ${probability(pValue)}`;
  if (pValue > level) return `Posterior means over ${pairs} pairs are not shifted (${p}). ${meaningOf(pValue)} ${told}`;
  const [worst] = [...parameters].sort((a, b) => a.pValue - b.pValue);
  const where = worst.zMean > 0 ? 'high' : 'low';
  return (
    `Posterior means over ${pairs} pairs are shifted (${p}): those of ${worst.name} lie ` +
    `${Math.abs(worst.zMean).toPrecision(2)} standard deviations too ${where}. ${meaningOf(pValue)} Train on more ` +
    `simulations. ${told}`
  );
}
