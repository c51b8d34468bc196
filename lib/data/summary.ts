import { demand, listOf, objectOf, requireCount, requireEach, requireNumber } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import { quantileOfSorted } from '../maths/quantile';
import { convergenceOf } from '../mcmc/convergence';
import { columnNames } from './column-names';

/** Options of `summary`. */
export interface SummaryOptions {
  /** The parameters' names. Default `theta_1`, `theta_2`, ... */
  names?: readonly string[];
  /** Which quantiles, from 0 to 1. Default 0.05, 0.5 and 0.95. */
  quantiles?: readonly number[];
  /** The mass of the interval of highest density. Default 0.94. */
  mass?: number;
  /**
   * The draws come from this many Markov chains, row i C + c being draw i of chain c, as chains give them: adds their
   * effective sample size and R-hat. Default: independent draws.
   */
  chains?: number;
}

/** One parameter's row of a summary: `parameter`, `mean`, `sd`, `hdi 3%`, `hdi 97%`, `5%`, `50%`, `95%`, ... */
export interface SummaryRow {
  /** Its name. */
  readonly parameter: string;
  /** The mean of the draws. */
  readonly mean: number;
  /** Their standard deviation, with N - 1 degrees of freedom. */
  readonly sd: number;
  /** Of chains: the effective sample size of the bulk. */
  readonly ess?: number;
  /** Of chains: that of the 5% and 95% quantiles. */
  readonly 'ess tail'?: number;
  /** Of chains: the rank-normalised split R-hat. */
  readonly rHat?: number;
  /** The ends of the interval of highest density, and the quantiles, by their names. */
  readonly [column: string]: string | number | undefined;
}

/**
 * The draws of each parameter in numbers, a row each: mean, standard deviation, interval of highest density (the
 * shortest that holds `mass`), quantiles, and of chains the effective sample sizes and R-hat.
 *
 * `showTable(summary(theta))` shows the rows as a table; `new DataFrame(summary(theta))` makes a danfojs table of them.
 * @param theta draws [N, D], at least two.
 * @throws InvalidInputError for draws that are none, another number of names, and quantiles or chains out of range.
 * @example
 * const rows = summary(theta, { names: ['mass', 'spin'] });
 * rows[0].parameter; // 'mass'
 */
export function summary(theta: Rows, options: SummaryOptions = {}): SummaryRow[] {
  const { names, quantiles = [0.05, 0.5, 0.95], mass = 0.94, chains } = objectOf('summary: options', options);
  listOf('summary: quantiles', quantiles, 'numbers from 0 to 1');
  requireEach('summary: quantiles', quantiles, 'numbers from 0 to 1', (p) => p >= 0 && p <= 1);
  requireNumber('summary: mass', mass, 'a number between 0 and 1', (share) => share > 0 && share < 1);
  const table = toTensor2D(theta, 'summary: theta');
  const [rows, dim] = table.shape;
  const values = table.dataSync<'float32'>();
  table.dispose();
  demand('summary: theta', rows >= 2, 'at least two draws', rows);
  if (chains !== undefined) {
    requireCount('summary: chains', chains);
    const fits = rows % chains === 0 && rows / chains >= 4;
    demand('summary: chains', fits, `a number of chains that give ${rows} draws, at least 4 each`, chains);
  }
  const labels = columnNames('summary: names', dim, 'theta', names);
  return labels.map((parameter, d) => {
    const draws = Float64Array.from({ length: rows }, (_, i) => values[i * dim + d]);
    return { parameter, ...moments(draws), ...places(draws, quantiles, mass), ...(chains && mixing(draws, chains)) };
  });
}

function moments(draws: Float64Array): { mean: number; sd: number } {
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const squares = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (draws.length - 1)) };
}

function places(draws: Float64Array, quantiles: readonly number[], mass: number): Record<string, number> {
  const sorted = Float64Array.from(draws).sort();
  const [low, high] = shortestInterval(sorted, mass);
  return {
    [`hdi ${percent((1 - mass) / 2)}`]: low,
    [`hdi ${percent((1 + mass) / 2)}`]: high,
    ...Object.fromEntries(quantiles.map((p) => [percent(p), quantileOfSorted(sorted, p)])),
  };
}

/** The shortest interval between two draws that holds the mass. */
function shortestInterval(sorted: Float64Array, mass: number): [number, number] {
  const inside = Math.min(Math.floor(mass * sorted.length), sorted.length - 1);
  let best = 0;
  for (let i = 1; i + inside < sorted.length; i++)
    if (sorted[i + inside] - sorted[i] < sorted[best + inside] - sorted[best]) best = i;
  return [sorted[best], sorted[best + inside]];
}

function mixing(draws: Float64Array, chains: number): { ess: number; 'ess tail': number; rHat: number } {
  const length = draws.length / chains;
  const each = Array.from({ length: chains }, (_, c) => Float64Array.from({ length }, (_, i) => draws[i * chains + c]));
  const { ess, essTail, rHat } = convergenceOf(each);
  return { ess, 'ess tail': essTail, rHat };
}

function percent(p: number): string {
  return `${Number((100 * p).toPrecision(6))}%`;
}
