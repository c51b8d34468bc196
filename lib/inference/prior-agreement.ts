import * as tf from '@tensorflow/tfjs';
import { rng } from '../core/rng';
import type { Prior } from '../distributions/prior';
import { parameterRng } from '../distributions/prior-samples';

/** Parameters, and what is known of the law that drew them. */
export interface DrawnParameters {
  /** The parameters [N, D]. */
  readonly theta: tf.Tensor2D;
  /** Whether they come from another law than the prior, on purpose. */
  readonly proposed?: boolean;
  /** How many more were drawn and left out, since their data were invalid. */
  readonly dropped?: number;
}

/** The most rows of either sample that are compared. */
const mostRows = 10_000;
const fewestDraws = 1000;
/** How often all comparisons together may be off where theta is the prior's. */
const falseAlarm = 1e-6;
/** Items' forks of a seed are numbers from 0 on, and simulation has the first below: these draws are no one else's. */
const ownFork = -3;

/**
 * A sentence about parameters that the prior does not draw so; none where it may have drawn them, or where they are
 * said to be another law's.
 *
 * Each parameter, and the prior's log density at theta, is compared with fresh draws of the prior by the two-sample
 * Kolmogorov-Smirnov distance sup |F(a) - G(a)|. Of samples of one law it stays below sqrt(log(2 / p) / 2) sqrt(1 / N +
 * 1 / M) with probability 1 - p; here p = 1e-6 / (D + 1). Where a share of the simulations was left out, the law of the
 * others may be as far from the prior's as that share. Repeated rows count once.
 * Source: Massart (1990), "The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality", for the tail.
 */
export function otherLaw({ theta, proposed = false, dropped = 0 }: DrawnParameters, prior: Prior): string | undefined {
  if (proposed) return undefined;
  const given = distinctRows(theta);
  const count = Math.min(mostRows, Math.max(fewestDraws, given.length));
  const root = rng(0).fork(ownFork);
  const drawn = Array.from({ length: count }, (_, i) => prior.sample(parameterRng(root, i)));
  const [ours, priors] = [given, drawn].map((rows) => statistics(rows, prior));
  const all = theta.shape[0];
  const p = falseAlarm / ours.length;
  const noise = Math.sqrt((Math.log(2 / p) / 2) * (1 / given.length + 1 / count));
  const limit = noise + dropped / (all + dropped);
  const distances = ours.map((values, k) => distance(values, priors[k]));
  // a parameter says more than the log density, which differs where one does
  const farthest = (among: readonly number[]): number => distances.indexOf(Math.max(...among));
  const parameter = farthest(distances.slice(0, prior.dim));
  const k = distances[parameter] > limit ? parameter : farthest(distances);
  if (!(distances[k] > limit)) return undefined;
  const name = k < prior.dim ? `parameter ${k}` : "the prior's log density at theta";
  const [found, expected] = [ours[k], priors[k]].map(momentsText);
  return (
    `${name} has ${found}, and over draws of the prior ${expected}: a Kolmogorov-Smirnov distance of ` +
    `${distances[k].toFixed(2)}, where draws of the prior stay below ${limit.toFixed(2)}`
  );
}

/** Rows [at most 10,000] of a table, evenly spread, each once. */
function distinctRows(theta: tf.Tensor2D): number[][] {
  const [rows, dim] = theta.shape;
  const values = theta.dataSync<'float32'>();
  const count = Math.min(rows, mostRows);
  const known = new Map<string, number[]>();
  for (let i = 0; i < count; i++) {
    const start = Math.floor((i * rows) / count) * dim;
    const row = Array.from(values.subarray(start, start + dim));
    known.set(row.join(), row);
  }
  return [...known.values()];
}

/** Each parameter's values, and the log density's, sorted; in float32, as theta is. */
function statistics(rows: readonly number[][], prior: Prior): Float32Array[] {
  const columns = Array.from({ length: prior.dim }, (_, k) => Float32Array.from(rows, (row) => row[k]));
  const logProb = tf.tidy(() => Float32Array.from(prior.logProb(tf.tensor2d([...rows])).dataSync<'float32'>()));
  return [...columns, logProb].map((values) => values.sort());
}

/** sup |F - G| of the distribution functions of two sorted samples. */
function distance(a: Float32Array, b: Float32Array): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i], b[j]);
    while (i < a.length && a[i] <= at) i++;
    while (j < b.length && b[j] <= at) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

function momentsText(values: Float32Array): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return `mean ${mean.toPrecision(3)} and standard deviation ${Math.sqrt(variance).toPrecision(3)}`;
}
