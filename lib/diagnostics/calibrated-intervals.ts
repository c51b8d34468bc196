import { objectOf, requireNumber } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import { parameterLabels } from '../plots/parameter-labels';
import { conformalQuantile } from './conformal-quantile';
import { requirePairs, type DrawnPairs } from './drawn-pairs';

/** Options of `calibratedIntervals`. */
export interface CalibratedIntervalOptions {
  /** How often an interval is to hold the truth. Default .9. */
  probability?: number;
  /** Names of the parameters. Default θ₁, θ₂, ... */
  labels?: readonly string[];
}

/** An interval of one parameter. */
export interface CredibleInterval {
  /** The parameter's label. */
  readonly name: string;
  /** The lower end. */
  readonly lower: number;
  /** The upper end. */
  readonly upper: number;
}

/** Credible intervals that hold the truth as often as they say, whatever the posterior. */
export interface CalibratedIntervals {
  /** How often they hold the truth. */
  readonly probability: number;
  /** By how much the posterior's own intervals are widened on either side of the median, by parameter; 1 is right. */
  readonly factors: readonly number[];
  /** How often the posterior's own intervals held the truth of the pairs, by parameter. */
  readonly before: readonly number[];
  /** What was found, in words. */
  readonly verdict: string;
  /**
   * The interval of each parameter given draws theta [K, D] from a posterior, of the kind and number of observations
   * that the pairs were of; within the prior's support.
   * @throws InvalidInputError for draws of another width, NaN or infinity.
   */
  of(theta: Rows): CredibleInterval[];
}

/**
 * Credible intervals calibrated after the fact, by conformal prediction: the central interval of each parameter, pulled
 * apart from the median by the factor with which those of fresh pairs would have held the truth as often as they say.
 *
 * On average over truths from the prior each interval holds its parameter with the probability asked for or more (by at
 * most 1 / (N + 1)), whatever is wrong with the posterior; for one observation alone that is no promise, and a factor
 * far from 1 is a reason to train again instead.
 * @param pairs from `drawPairs`, 20 at least, not those that decided on anything before.
 * @returns the factors and a function from draws to intervals.
 * @throws InvalidInputError for fewer than 20 pairs, a probability that so few pairs cannot give, or labels that do not
 * fit.
 * Source: Romano, Patterson and Candès (2019), "Conformalized quantile regression", with the scaled score of Sesia and
 * Candès (2020).
 * @example
 * const pairs = await diagnostics.drawPairs(estimator, task, { pairs: 40, draws: 50, seed: 1 });
 * const calibrated = diagnostics.calibratedIntervals(pairs, { probability: 0.8 });
 * const intervals = calibrated.of(await posterior.sample(200, { seed: 1 }));
 */
export function calibratedIntervals(pairs: DrawnPairs, options: CalibratedIntervalOptions = {}): CalibratedIntervals {
  requirePairs('calibratedIntervals', pairs);
  const { probability = 0.9, labels: given } = objectOf('calibratedIntervals: options', options);
  const { count, draws, dims, theta, samples, prior } = pairs;
  const most = count / (count + 1);
  const range = `a number in (0, ${most.toPrecision(3)}] with ${count} pairs`;
  requireNumber('calibratedIntervals: probability', probability, range, (value) => value > 0 && value <= most);
  const labels = parameterLabels(dims.theta, given);
  const found = labels.map((_, d) => {
    const scores = Float64Array.from({ length: count }, (_, pair) => {
      const own = Float64Array.from({ length: draws }, (_, k) => samples[(pair * draws + k) * dims.theta + d]);
      const { low, middle, high } = centralOf(own, probability);
      const value = theta[pair * dims.theta + d];
      const [distance, width] = value < middle ? [middle - value, middle - low] : [value - middle, high - middle];
      return distance === 0 ? 0 : distance / width;
    });
    const before = scores.reduce((sum, each) => sum + Number(each <= 1), 0) / count;
    return { factor: conformalQuantile(scores, probability), before };
  });
  return {
    probability,
    factors: found.map(({ factor }) => factor),
    before: found.map(({ before }) => before),
    verdict: verdictOf(labels, found, probability, count),
    of: (rows) => {
      const tensor = toTensor2D(rows, 'intervals: theta', dims.theta);
      const values = tensor.dataSync<'float32'>();
      tensor.dispose();
      const { lower, upper } = prior?.support ?? {};
      return labels.map((name, d) => {
        const own = Float64Array.from({ length: values.length / dims.theta }, (_, k) => values[k * dims.theta + d]);
        const { low, middle, high } = centralOf(own, probability);
        const { factor } = found[d];
        return {
          name,
          lower: Math.max(middle - factor * (middle - low), lower?.[d] ?? -Infinity),
          upper: Math.min(middle + factor * (high - middle), upper?.[d] ?? Infinity),
        };
      });
    },
  };
}

/** The ends of the central interval and the median, between which K draws put a further one with their probability. */
function centralOf(values: Float64Array, probability: number): { low: number; middle: number; high: number } {
  values.sort();
  const last = values.length - 1;
  const [low, middle, high] = [(1 - probability) / 2, 0.5, (1 + probability) / 2].map((p) => {
    const place = Math.min(last, Math.max(0, p * (values.length + 1) - 1));
    const below = Math.floor(place);
    return values[below] + (place - below) * (values[Math.min(below + 1, last)] - values[below]);
  });
  return { low, middle, high };
}

function verdictOf(
  labels: readonly string[],
  found: readonly { factor: number; before: number }[],
  probability: number,
  pairs: number,
): string {
  const off = (d: number): number => Math.abs(Math.log(found[d].factor));
  const worst = labels.reduce((most, _, d) => (off(d) > off(most) ? d : most), 0);
  const { factor, before } = found[worst];
  const share = (value: number): string => `${(100 * value).toFixed(0)} %`;
  return (
    `Over ${pairs} pairs the posteriors' own intervals of ${share(probability)} held the truth of ` +
    `${labels[worst]} in ${share(before)} of the cases; times ${factor.toPrecision(3)} they hold it in ` +
    `${share(probability)}, on average over the prior.` +
    (off(worst) > Math.log(1.5) ? ' So large a factor is a reason to train again.' : '')
  );
}
