import { described, counted } from '../core/description';
import { demand, objectOf, refuse, requireCount } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import type { Estimator } from '../contract/estimator';
import type { Posterior } from '../contract/posterior';
import type { Prior } from '../distributions/prior';

/**
 * Fresh truths, the data simulated from each, and draws from the posterior given these data: what calibration is read
 * from. Numbers on the host; there is nothing to dispose.
 */
export interface DrawnPairs {
  /** N, the number of pairs. */
  readonly count: number;
  /** K, the draws from each posterior. */
  readonly draws: number;
  /** D parameters, n observations of each truth, and the L values of one. */
  readonly dims: { readonly theta: number; readonly observations: number; readonly x: number };
  /** The truths, [N * D] row by row. */
  readonly theta: Float32Array;
  /** The data, [N * n * L]. */
  readonly x: Float32Array;
  /** The draws, [N * K * D]. */
  readonly samples: Float32Array;
  /** The seed, which that of ties follows. */
  readonly seed: number;
  /** The law of the truths, where it is known. */
  readonly prior?: Prior;
  /**
   * The posterior given other observations [n, L], by what drew the pairs, where that is known; the caller disposes it.
   * The estimator must still be there.
   * @throws InvalidInputError as the estimator's `given`.
   */
  given?(xObs: number[][]): Posterior;
  /** The log densities of many pairs at once, where the estimator that drew them has these: see `Estimator`. */
  logProbEach?: Estimator['logProbEach'];
}

/** Pairs that are printed as their sizes and how to go on. */
export function describedPairs(pairs: DrawnPairs): DrawnPairs {
  const { count, draws, dims } = pairs;
  return described(pairs, () => ({
    title: `${counted(count, 'pair')} of truth and data: ${counted(dims.theta, 'parameter')}`,
    facts: {
      draws: `${counted(draws, 'draw')} from each posterior, given ${counted(dims.observations, 'observation')}`,
      next: 'diagnostics.sbc(pairs), diagnostics.tarp(pairs), diagnostics.recovery(pairs)',
    },
    variable: 'pairs',
    givenBy: 'diagnostics.drawPairs',
  }));
}

/**
 * Pairs whose draws were made elsewhere, by another program say, in the form that the diagnostics take.
 * @param theta truths [N, D], from the prior.
 * @param samples draws [N, K, D] from the posterior of each, N tables of K rows.
 * @param options `x`: the data [N, L], which quantities of the data and `localC2st` need; `seed` of ties, default 1.
 * @throws InvalidInputError for tables that do not fit together, ragged ones, NaN or infinity.
 * @example
 * const draws = [[[0.1], [0.4], [0.3]], [[0.8], [0.6], [0.9]]];
 * const pairs = diagnostics.pairsFrom([[0.2], [0.7]], draws);
 */
export function pairsFrom(
  theta: Rows,
  samples: readonly Rows[],
  options: { x?: Rows; seed?: number } = {},
): DrawnPairs {
  const { x, seed = 1 } = objectOf('pairsFrom: options', options);
  const truths = valuesOf(theta, 'pairsFrom: theta');
  if (!Array.isArray(samples)) refuse('pairsFrom: samples', 'N tables [K, D]', samples);
  const tables = samples.map((table, i) => valuesOf(table, `pairsFrom: samples of pair ${i}`, truths.columns));
  demand('pairsFrom: samples', tables.length === truths.rows, `${truths.rows} tables, one a truth`, tables.length);
  const draws = tables[0].rows;
  const uneven = tables.findIndex(({ rows }) => rows !== draws);
  demand('pairsFrom: samples', uneven < 0, `${draws} draws of each`, `${tables[uneven]?.rows} of pair ${uneven}`);
  const data =
    x === undefined ? { values: new Float32Array(0), rows: truths.rows, columns: 0 } : valuesOf(x, 'pairsFrom: x');
  demand('pairsFrom: x', data.rows === truths.rows, `${truths.rows} rows, one a truth`, data.rows);
  const all = new Float32Array(truths.rows * draws * truths.columns);
  tables.forEach(({ values }, i) => all.set(values, i * draws * truths.columns));
  return describedPairs({
    count: truths.rows,
    draws,
    dims: { theta: truths.columns, observations: 1, x: data.columns },
    theta: truths.values,
    x: data.values,
    samples: all,
    seed,
  });
}

function valuesOf(rows: Rows, what: string, columns?: number) {
  const tensor = toTensor2D(rows, what, columns);
  const values = Float32Array.from(tensor.dataSync<'float32'>());
  const shape = tensor.shape;
  tensor.dispose();
  return { values, rows: shape[0], columns: shape[1] };
}

/** The first pairs alone. */
export function firstPairs(pairs: DrawnPairs, count: number): DrawnPairs {
  const { draws, dims, theta, x, samples } = pairs;
  return describedPairs({
    ...pairs,
    count,
    theta: theta.slice(0, count * dims.theta),
    x: x.slice(0, count * dims.observations * dims.x),
    samples: samples.slice(0, count * draws * dims.theta),
  });
}

/** The data of one pair as rows [n, L]. */
export function observationsOf({ dims, x }: DrawnPairs, pair: number): number[][] {
  const { observations, x: width } = dims;
  return Array.from({ length: observations }, (_, j) => {
    const start = (pair * observations + j) * width;
    return Array.from(x.subarray(start, start + width));
  });
}

/** The truth of one pair [D]. */
export function truthOf({ dims, theta }: DrawnPairs, pair: number): number[] {
  return Array.from(theta.subarray(pair * dims.theta, (pair + 1) * dims.theta));
}

/**
 * Refuses what is no pairs, or fewer than a diagnostic can read.
 * @throws InvalidInputError with the number of pairs, and of draws.
 */
export function requirePairs(what: string, pairs: DrawnPairs, fewest = 20): void {
  const { count, draws, samples } = objectOf(`${what}: pairs`, pairs, 'what drawPairs gives');
  if (!(samples instanceof Float32Array)) refuse(`${what}: pairs`, 'what drawPairs gives', 'another object');
  requireCount(`${what}: pairs`, count, fewest, 'Draw more: 200 show what is badly off, 1,000 what is off by 5 %.');
  requireCount(`${what}: draws of each pair`, draws);
}
