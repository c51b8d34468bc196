import * as tf from '@tensorflow/tfjs';
import { demand, listOf, objectOf, refuse, requireEach, requireNumber, requireOneOf } from '../core/checks';
import { rng, type Rng } from '../core/rng';
import { checkedModel, type Model } from '../simulation/model';
import { isAsynchronous, isBatched, type AnySimulator } from '../simulation/simulator';
import { simulationsFrom, type Simulations } from '../simulation/simulations';

/** Options of `data.missingValues`: which values are missing how often, by `probability` or by `patterns`. */
export interface MissingValuesOptions {
  /** How often each column's value is missing, by itself, from 0 to below 1: one number, or one for each column. */
  probability?: number | readonly number[];
  /** Rows [P, L], true where a value is missing, such as those of one's own data; each is as likely as the others. */
  patterns?: readonly (readonly boolean[])[];
  /** What stands in the place of a missing value, beside its mask: the column's mean or median. Default `mean`. */
  impute?: 'mean' | 'median';
}

/** How data with gaps become rows without: the values, imputed where they are missing, and a mask for each column. */
export interface MissingValues {
  /** What stands in the place of a missing value, by column [L]. */
  readonly imputed: readonly number[];
  /** The columns that may be missing: each has a mask after the L values, 1 where it is missing and 0 elsewhere. */
  readonly masked: readonly number[];
  /**
   * Simulations some of whose values are missing, to train on: x [N, L + masks]. The caller disposes them; those given
   * stay as they are.
   * @throws InvalidInputError for data of another width.
   */
  hide(simulations: Pick<Simulations, 'theta' | 'x' | 'proposed'>, options: { seed: number }): Simulations;
  /**
   * Observations with NaN, null or undefined where a value is missing, as the estimator takes them [n, L + masks].
   * @throws InvalidInputError for another width, infinity, and a value missing in a column in which none ever is.
   */
  encode(xObs: readonly (readonly (number | null | undefined)[])[]): number[][];
  /**
   * The model whose data have such gaps, in the same form: what `diagnostics` simulate from. It runs in this process.
   * @throws InvalidInputError for what is no model.
   */
  model(model: Model): Model;
}

/**
 * Missing values in the data, as an option: a mask for each column that may be missing, and the column's mean or median
 * in the value's place. Values of simulations are hidden at random before training, and those of observations where
 * they are missing.
 *
 * What is learned is p(theta | the observed values), for all patterns at once, where whether a value is missing tells
 * nothing else of theta or of the values (missing at random). With the mask, what is imputed is a matter of numerical
 * ease. For NPSE, FMPE, NPE and NRE; a likelihood (NLE, NLSE) would have to learn the masks too.
 * @param simulations from the model, without gaps: they tell what is imputed.
 * @param options see {@link MissingValuesOptions}; `probability` or `patterns`.
 * @returns how to hide values, and to encode observations; nothing to dispose.
 * @throws InvalidInputError without a probability or patterns, with both, or with such that do not fit.
 * Source: Wang et al. (2024), "Missing data in amortized simulation-based neural posterior estimation".
 * @example
 * const gaps = data.missingValues(simulations, { probability: 0.2 });
 * const hidden = gaps.hide(simulations, { seed: 1 });
 * const trained = await npe.train(hidden, { prior, seed: 1, fit: { maxEpochs: 5 } });
 * const posterior = trained.given(gaps.encode([[1.5, null]]));
 */
export function missingValues(simulations: Pick<Simulations, 'x'>, options: MissingValuesOptions): MissingValues {
  const what = 'data.missingValues';
  const { x } = objectOf(`${what}: simulations`, simulations, 'simulations { theta, x }');
  const { probability, patterns, impute = 'mean' } = objectOf(`${what}: options`, options, '{ probability }');
  requireOneOf(`${what}: impute`, impute, ['mean', 'median']);
  const width = x.shape[1];
  const isOne = (probability === undefined) !== (patterns === undefined);
  demand(what, isOne, 'a probability or patterns, one of them', probability === undefined ? 'neither' : 'both');
  const draw = patterns ? ofPatterns(what, patterns, width) : ofProbabilities(what, probability!, width);
  const masked = Array.from({ length: width }, (_, k) => k).filter(draw.mayMiss);
  demand(what, masked.length > 0, 'at least one column that may be missing', 'none');
  const imputed = centres(x, impute);
  const encoded = (row: ArrayLike<number>, isMissing: readonly boolean[]): number[] => [
    ...Array.from({ length: width }, (_, k) => (isMissing[k] ? imputed[k] : row[k])),
    ...masked.map((k) => Number(isMissing[k])),
  ];
  const requireWidth = (name: string, received: number): void =>
    demand(name, received === width, `${width} values in each row, as in the simulations`, received);
  return {
    imputed,
    masked,
    hide: (given, hiding) => {
      const { theta, x: whole, proposed } = objectOf('hide: simulations', given, 'simulations { theta, x }');
      const { seed } = objectOf('hide: options', hiding, '{ seed }');
      requireNumber('hide: seed', seed, 'a finite number');
      requireWidth('hide: x', whole.shape[1]);
      const rows = whole.arraySync().map((row, i) => encoded(row, draw.next(rng(seed).fork(i))));
      return simulationsFrom(theta, rows, { proposed });
    },
    encode: (xObs) =>
      listOf('encode: xObs', xObs, 'rows of numbers, with null or NaN where one is missing').map((row, i) => {
        requireWidth(`encode: row ${i}`, listOf(`encode: row ${i}`, row, 'a row of numbers').length);
        const values = row.map((value) => value ?? NaN);
        const isMissing = values.map((value) => Number.isNaN(value));
        const never = isMissing.findIndex((missing, k) => missing && !draw.mayMiss(k));
        if (never >= 0) refuse(`encode: row ${i}`, `a value in column ${never}, which training never missed`, 'none');
        requireEach(`encode: row ${i}`, values, 'numbers, or null where one is missing', (value) => !isInfinite(value));
        return encoded(values, isMissing);
      }),
    model: (given) => {
      const { prior, simulator } = checkedModel('missing values', given);
      return { prior, simulator: withGaps(simulator, (row, source) => encoded(row, draw.next(source))) };
    },
  };
}

/** Which values are missing, drawn anew each time. */
interface Gaps {
  mayMiss(column: number): boolean;
  next(source: Rng): readonly boolean[];
}

function ofProbabilities(what: string, probability: number | readonly number[], width: number): Gaps {
  const each = typeof probability === 'number' ? Array<number>(width).fill(probability) : probability;
  const expected = `a number from 0 to below 1, or ${width} of them`;
  demand(
    `${what}: probability`,
    listOf(`${what}: probability`, each, expected).length === width,
    expected,
    probability,
  );
  requireEach(`${what}: probability`, each, expected, (value) => value >= 0 && value < 1);
  return { mayMiss: (k) => each[k] > 0, next: (source) => each.map((value) => source.uniform() < value) };
}

function ofPatterns(what: string, patterns: readonly (readonly boolean[])[], width: number): Gaps {
  const expected = `rows of ${width} booleans, true where a value is missing`;
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) && row.length === width && row.every((each) => typeof each === 'boolean');
  const rows = listOf(`${what}: patterns`, patterns, expected);
  const bad = rows.findIndex((row) => !isRow(row));
  demand(`${what}: patterns`, rows.length > 0 && bad < 0, expected, rows.length > 0 ? `another row ${bad}` : 'none');
  return {
    mayMiss: (k) => rows.some((row) => row[k]),
    next: (source) => rows[source.integer(0, rows.length)],
  };
}

/** The mean or median of each column [L]. */
function centres(x: tf.Tensor2D, impute: 'mean' | 'median'): number[] {
  if (impute === 'mean') return tf.tidy(() => Array.from(tf.mean(x, 0).dataSync()));
  const rows = x.arraySync();
  return rows[0].map((_, k) => rows.map((row) => row[k]).sort((a, b) => a - b)[Math.floor(rows.length / 2)]);
}

function isInfinite(value: number): boolean {
  return typeof value !== 'number' || Math.abs(value) === Infinity;
}

/** A simulator each row of whose data goes through `hide`, with the generator that made it. */
function withGaps(simulator: AnySimulator, hide: (row: ArrayLike<number>, source: Rng) => number[]): AnySimulator {
  if (isBatched(simulator))
    return {
      batchSize: simulator.batchSize,
      batch: (thetas, source) => Array.from(simulator.batch(thetas, source), (row) => hide(row, source)),
    };
  if (isAsynchronous(simulator))
    return {
      atATime: simulator.atATime,
      later: async (theta, source, signal) => hide(await simulator.later(theta, source, signal), source),
    };
  return (theta, source) => hide(simulator(theta, source), source);
}
