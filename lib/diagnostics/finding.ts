import type { VegaLiteSpec } from '../records/figure-spec';
import { objectOf, requireNumber } from '../core/checks';
import { described } from '../core/description';

/** What every diagnostic gives: a number, a p-value, a verdict in words and a figure. */
export interface Finding {
  /** The diagnostic's name, such as `SBC`. */
  readonly name: string;
  /** The number that it is known by; what it measures stands at each diagnostic. */
  readonly value: number;
  /**
   * How often a right posterior would look at least as wrong as this one. Of several quantities the least p-value times
   * their number, at most 1.
   */
  readonly pValue: number;
  /** The p-value at or below which the posterior does not pass: right ones fail that often. */
  readonly level: number;
  /** Whether it is above. */
  readonly passes: boolean;
  /** What was found on how many pairs, what the p-value means, and what to do. */
  readonly verdict: string;
}

/** A finding with its figure. */
export interface PlottedFinding<O = FindingPlotOptions> extends Finding {
  /**
   * The figure, as a Vega-Lite specification.
   * @throws InvalidInputError for an option that does not fit.
   */
  plot(options?: O): VegaLiteSpec;
}

/** Options of a finding's figure. */
export interface FindingPlotOptions {
  /** Default: the diagnostic's name. */
  title?: string;
}

/** The level of a diagnostic, checked. Default .05. */
export function checkedLevel(what: string, level = 0.05): number {
  requireNumber(`${what}: level`, level, 'a number in (0, 1)', (value) => value > 0 && value < 1);
  return level;
}

/** The options of a figure, checked. */
export function plotOptions<O extends FindingPlotOptions>(what: string, options: O): O {
  return objectOf(`${what}: options`, options);
}

/** The least of several p-values, for all of them together. */
export function combined(pValues: readonly number[]): number {
  return Math.min(1, pValues.length * Math.min(...pValues));
}

/** A finding that is printed as its verdict. */
export function finding<F extends Finding>(found: F): F {
  return described(found, () => ({
    title: `${found.name}: ${found.passes ? 'passes' : 'fails'}, p = ${probability(found.pValue)}`,
    facts: { verdict: found.verdict },
    variable: 'found',
  }));
}

/** What a p-value says, in a sentence. */
export function meaningOf(pValue: number): string {
  const share = 100 * pValue;
  const percent = share >= 10 ? share.toFixed(0) : share >= 0.1 ? share.toPrecision(2) : 'less than 0.1';
  const often = pValue >= 1 ? 'practically every check' : `${percent} % of such checks`;
  return `A right posterior looks this wrong, or more so, in ${often}.`;
}

/** A p-value with two digits. */
export function probability(pValue: number): string {
  return pValue < 0.001 ? pValue.toExponential(1) : String(Number(pValue.toPrecision(2)));
}

/** The width that N pairs can tell from the right one, as a share: two standard errors from the variance of ranks. */
export function resolution(pairs: number): string {
  const least = Math.ceil(162 / Math.sqrt(pairs));
  return `${pairs.toLocaleString('en-US')} pairs show widths that are off by ${least} % or more`;
}
