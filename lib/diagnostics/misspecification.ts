import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount, requireFunction, requireNumber } from '../core/checks';
import { rng } from '../core/rng';
import { toTensor2D, type Rows } from '../core/rows';
import { fittedComponents } from '../inference/fitted-mixture';
import { gaussianLogDensity } from '../maths/gaussian-mixture';
import { kernelMatrix } from '../metrics/squared-mmd';
import { checkedLevel, combined, finding, meaningOf, probability, type PlottedFinding } from './finding';
import { misspecificationPlot } from './misspecification-plot';

/** Options of `misspecification`. */
export interface MisspecificationOptions {
  /** Of which simulations are taken, and of the density's start. Default 1. */
  seed?: number;
  /** Simulations that are used at most. Default 2,000. */
  most?: number;
  /**
   * What is compared in the place of the data [N, L]: features [N, F] of them, such as an embedding's; tfjs operations.
   * Default: the data, each column less its mean and over its standard deviation.
   */
  features?: (x: tf.Tensor2D) => tf.Tensor2D;
  /** The share of observations of a right model that fail. Default .05. */
  level?: number;
}

/** How strange one observation is among simulations. */
export interface Strangeness {
  /** The squared MMD between it and the simulations. */
  readonly squaredMmd: number;
  /** The share of simulations at least as far from the others. */
  readonly distancePValue: number;
  /** Its log density under a density of the simulations. */
  readonly logDensity: number;
  /** The share of simulations, of such as the density has not seen, of at most this density. */
  readonly densityPValue: number;
}

/** What `misspecification` found; its value is the largest squared MMD. */
export interface MisspecificationFinding extends PlottedFinding {
  /** Of each observation. */
  readonly observations: readonly Strangeness[];
  /** What is by chance: the squared MMD of each simulation to the others, ascending. */
  readonly distances: Float64Array;
  /** The log densities of the simulations that the density has not seen, ascending. */
  readonly logDensities: Float64Array;
}

/**
 * Misspecification: whether the observations are such as the model makes at all. A posterior given data that no
 * parameters make is an extrapolation, however well calibrated it is over the prior.
 *
 * Two tests, of each observation by itself: its squared MMD from the simulations, beside that of each simulation from
 * the others (all permutations of one observation among them), and its log density under a mixture of Gaussians that is
 * fitted to one half of the simulations, beside those of the other half. Both p-values are exact for any kernel and
 * density; the p-value of all is the least, times their number. Observations of one truth are no more alike than their
 * own p-values tell: how they hang together is not looked at.
 * @param x simulated data [N, L], at parameters from the prior: `simulations.x`; 100 at least.
 * @param xObs observations [n, L].
 * @returns the finding: `value`, the largest squared MMD; `plot()`, both laws and where the observations are.
 * @throws InvalidInputError for fewer than 100 simulations, another width, NaN or infinity, or a bad option.
 * Source: Schmitt et al. (2023), "Detecting model misspecification in amortized Bayesian inference with neural
 * networks", for the MMD; conformal p-values for both.
 * @example
 * diagnostics.misspecification(simulations.x, [[40, 0]]).passes; // false
 */
export function misspecification(x: Rows, xObs: Rows, options: MisspecificationOptions = {}): MisspecificationFinding {
  const { seed = 1, most = 2000, features } = objectOf('misspecification: options', options);
  const level = checkedLevel('misspecification', options.level);
  requireNumber('misspecification: seed', seed, 'a finite number');
  requireCount('misspecification: most', most, 100);
  if (features !== undefined) requireFunction('misspecification: features', features);
  const { known, seen } = comparedRows(x, xObs, { seed, most, features });
  const n = seen.length;
  const { ofSeen, ofKnown } = meanKernels(known, seen);
  const density = densityOf(known, seed);
  const others = known.slice(Math.ceil(known.length / 2));
  const logDensities = Float64Array.from(others, density).sort();
  const observations = seen.map((row, j): Strangeness => {
    const logDensity = density(row);
    return {
      squaredMmd: ofSeen[j],
      distancePValue: (1 + ofKnown.filter((each) => each >= ofSeen[j]).length) / (known.length + 1),
      logDensity,
      densityPValue: (1 + logDensities.filter((each) => each <= logDensity).length) / (others.length + 1),
    };
  });
  const pValue = combined(observations.flatMap((each) => [each.distancePValue, each.densityPValue]));
  const distances = Float64Array.from(ofKnown).sort();
  return finding({
    name: 'Misspecification',
    value: Math.max(...ofSeen),
    pValue,
    level,
    passes: pValue > level,
    observations,
    distances,
    logDensities,
    verdict: verdictOf(observations, pValue, level, known.length),
    plot: (asked = {}) => misspecificationPlot({ observations, distances, logDensities }, { n, level }, asked),
  });
}

/** The simulations, some of them in random order, and the observations, as features of unit variance. */
function comparedRows(
  x: Rows,
  xObs: Rows,
  { seed, most, features }: { seed: number; most: number; features?: (x: tf.Tensor2D) => tf.Tensor2D },
): { known: Float64Array[]; seen: Float64Array[] } {
  const data = toTensor2D(x, 'misspecification: x');
  const made: tf.Tensor[] = [data];
  try {
    const [rows, width] = data.shape;
    demand('misspecification: x', rows >= 100, 'at least 100 simulations', rows);
    const observed = toTensor2D(xObs, 'misspecification: xObs', width);
    made.push(observed);
    const order = Int32Array.from({ length: rows }, (_, i) => i);
    const source = rng(seed).fork(0);
    const kept = Math.min(most, rows);
    for (let i = 0; i < kept; i++) {
      const j = source.integer(i, rows);
      [order[i], order[j]] = [order[j], order[i]];
    }
    const [known, seen] = tf.tidy(() => {
      const some = tf.gather(data, tf.tensor1d(order.subarray(0, kept), 'int32'));
      const ofBoth = features ? [features(some), features(observed)] : [some, observed];
      const { mean, variance } = tf.moments(ofBoth[0], 0);
      const std = tf.where(tf.greater(variance, 0), tf.sqrt(variance), tf.onesLike(variance));
      return ofBoth.map((each) => tf.div(tf.sub(each, mean), std).arraySync() as number[][]);
    });
    const isFinite = [...known, ...seen].every((row) => row.every(Number.isFinite));
    demand('misspecification: features', isFinite, 'finite numbers', 'NaN or infinity');
    const views = (table: number[][]): Float64Array[] => table.map((row) => Float64Array.from(row));
    return { known: views(known), seen: views(seen) };
  } finally {
    tf.dispose(made);
  }
}

/**
 * Squared MMDs between one row and the others, k(x, x) - 2 mean k(x, x_j) + mean k(x_i, x_j): of each observation and
 * the simulations, and of each simulation and the others with that observation's place taken by itself.
 */
function meanKernels(known: Float64Array[], seen: Float64Array[]): { ofSeen: number[]; ofKnown: number[] } {
  const rows = known.length;
  return tf.tidy(() => {
    const table = (each: Float64Array[]): tf.Tensor2D => tf.tensor2d(each.map((row) => Array.from(row)));
    const kernel = kernelMatrix(table(known), table(seen));
    const within = tf.slice(kernel, [0, 0], [rows, rows]);
    const sums = tf.sub(tf.sum(within, 1), 1).dataSync<'float32'>();
    const toSeen = tf.mean(tf.slice(kernel, [rows, 0], [seen.length, rows]), 1).dataSync<'float32'>();
    const all = sums.reduce((sum, each) => sum + each, 0) / (rows * (rows - 1));
    return {
      ofSeen: Array.from(toSeen, (each) => 1 - 2 * each + all),
      ofKnown: Array.from(sums, (each) => 1 - (2 * each) / (rows - 1) + all),
    };
  });
}

/** The log density of a mixture of Gaussians that is fitted to the first half of the rows. */
function densityOf(rows: Float64Array[], seed: number): (row: Float64Array) => number {
  const parts = fittedComponents(rows.slice(0, Math.ceil(rows.length / 2)), seed).map(
    ({ weight, mean, covariance }) => ({
      log: Math.log(weight),
      density: gaussianLogDensity(mean, covariance),
    }),
  );
  return (row) => {
    const logs = parts.map(({ log, density }) => log + density(row));
    const top = Math.max(...logs);
    return top + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - top), 0));
  };
}

function verdictOf(observations: readonly Strangeness[], pValue: number, level: number, simulations: number): string {
  const p = `p = ${probability(pValue)}`;
  const what = observations.length === 1 ? 'The observation' : `Each of ${observations.length} observations`;
  const among = `${simulations.toLocaleString('en-US')} simulations`;
  if (pValue > level)
    return `${what} is such as ${among} from the prior are (${p}). ${meaningOf(pValue).replace('posterior', 'model')}`;
  const least = ({ distancePValue, densityPValue }: Strangeness): number => Math.min(distancePValue, densityPValue);
  const strange = observations.filter((each) => least(each) * 2 * observations.length <= level).length;
  const those = observations.length === 1 ? 'The observation' : `${strange} of ${observations.length} observations`;
  const is = observations.length > 1 && strange !== 1 ? 'are' : 'is';
  return (
    `${those} ${is} unlike ${among} from the prior (${p}). ${meaningOf(pValue).replace('posterior', 'model')} The ` +
    'posterior there is an extrapolation: look for faults in the data, widen the prior, or let the simulator make ' +
    'what it lacks.'
  );
}
