import { convergenceOf } from './convergence';

/** When chains count as mixed. */
export interface MixingLimits {
  /** The largest R-hat. Default 1.01. */
  readonly rHat?: number;
  /** The smallest effective sample size. Default 400. */
  readonly ess?: number;
}

/** Whether chains have mixed, dimension by dimension. */
export interface Mixing {
  /** The rank-normalised split R-hat [D]; NaN for fewer than four draws a chain. */
  readonly rHat: number[];
  /** The effective sample size of the bulk [D]. */
  readonly ess: number[];
  /** The effective sample size of the 5% and 95% quantiles [D]. */
  readonly essTail: number[];
  /** Whether all R-hats and effective sample sizes are within the limits. */
  readonly mixed: boolean;
  /** What is wrong and what to do about it, a sentence or two each; empty if nothing is wrong. */
  readonly warnings: string[];
}

/** The mixing of draws [draws, chains, dim], flat. */
export function diagnose(
  values: ArrayLike<number>,
  { chains, draws, dim }: { chains: number; draws: number; dim: number },
  { rHat: mostRHat = 1.01, ess: leastEss = 400 }: MixingLimits = {},
): Mixing {
  const dimensions = Array.from({ length: dim }, (_, d) =>
    Array.from({ length: chains }, (_, c) =>
      Float64Array.from({ length: draws }, (_, i) => values[(i * chains + c) * dim + d]),
    ),
  );
  const none = { rHat: NaN, ess: NaN, essTail: NaN };
  const each = dimensions.map((chains) => (draws < 4 ? none : convergenceOf(chains)));
  const rHat = each.map((found) => found.rHat);
  const ess = each.map((found) => found.ess);
  const problems = [
    ...worst(
      rHat,
      (value) => value - mostRHat,
      (value) => `R-hat is ${value.toFixed(3)}`,
      `above ${mostRHat}`,
    ),
    ...worst(
      ess,
      (value) => leastEss - value,
      (value) => `the effective sample size is ${value.toFixed(0)}`,
      `below ${leastEss}`,
    ),
  ];
  const mixed = problems.length === 0;
  const warnings = mixed
    ? []
    : [
        `the chains have not mixed: ${problems.join(', ')}. Do not trust these samples: run longer (warmup, draws) ` +
          'or, where modes are far apart, use tempered(kernel, { temperatures }), ' +
          'with more or hotter temperatures if it is used already.',
      ];
  return { rHat, ess, essTail: each.map((found) => found.essTail), mixed, warnings };
}

/** Names the dimension that exceeds its limit most, if any does; NaN counts as exceeding it. */
function worst(
  values: readonly number[],
  excess: (value: number) => number,
  say: (value: number) => string,
  limit: string,
): string[] {
  const by = values.map((value) => (Number.isNaN(value) ? Infinity : excess(value)));
  const most = Math.max(...by);
  const d = by.indexOf(most);
  return most > 0 ? [`${say(values[d])} in dimension ${d} (${limit})`] : [];
}
