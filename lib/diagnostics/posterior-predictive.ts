import type { Posterior } from '../contract/posterior';
import { demand, objectOf, refuse, requireCount, requireFunction, requireNumber } from '../core/checks';
import type { LongWorkOptions } from '../core/host';
import { rng } from '../core/rng';
import { toTensor2D, type Rows } from '../core/rows';
import { checkedModel, type Model } from '../simulation/model';
import { simulate, type SimulateOptions } from '../simulation/simulate';
import { checkedLevel, finding, meaningOf, probability, type PlottedFinding } from './finding';
import { predictivePlot } from './predictive-plot';

/** Options of `posteriorPredictive`. */
export interface PredictiveOptions extends LongWorkOptions, Pick<SimulateOptions, 'workers'> {
  /** Of the draws and the simulations. */
  seed: number;
  /** Draws from the posterior, one set of data simulated from each. Default 500. */
  draws?: number;
  /** Names of the data values. Default x₁, x₂, ... */
  labels?: readonly string[];
  /**
   * What of n observations [n, L] is compared, by name. Default: of one observation its values; of several each
   * column's mean, and from three on its standard deviation.
   */
  statistics?: Readonly<Record<string, (x: readonly (readonly number[])[]) => number>>;
  /** The p-value at or below which the check fails. Default .05. */
  level?: number;
}

/** One statistic of the observations beside those of data simulated from the posterior. */
export interface PredictedStatistic {
  /** The data value's label, or the statistic's name. */
  readonly name: string;
  /** Of the observations. */
  readonly observed: number;
  /** Of each set of simulated data [M], ascending. */
  readonly simulated: Float64Array;
  /** The share of simulated ones at or beyond the observed, on the rarer side, twice. */
  readonly beyond: number;
}

/** What `posteriorPredictive` found; its value is the least share beyond. */
export interface PredictiveFinding extends PlottedFinding {
  /** Each statistic. */
  readonly statistics: readonly PredictedStatistic[];
}

/**
 * Posterior predictive check: data simulated from draws of the posterior, beside the observations that it is given.
 *
 * The p-value is that of the statistic that is farthest out, in its rank among the simulated ones: the share of
 * simulated sets of which one statistic or another is at least as rare. The observations were used twice, so right
 * models seldom have small p-values: a failure says that the model cannot make such data, or that the posterior is
 * wrong; passing says little.
 * @param model the prior and the simulator.
 * @param posterior draws theta [M, D] given xObs, or the posterior itself.
 * @param xObs the observations [n, L].
 * @returns the finding: `value`, the least share beyond; `plot()`, each statistic's simulated law and the observed one.
 * @throws InvalidInputError for arguments that do not fit, fewer than 20 draws, or a statistic that is NaN; what
 * `simulate` and the posterior's `sample` throw.
 * Source: Gelman, Meng and Stern (1996), "Posterior predictive assessment of model fitness via realized discrepancies".
 * @example
 * const predicted = await diagnostics.posteriorPredictive(task, exact, xObs, { draws: 100, seed: 1 });
 * predicted.statistics.map(({ name, beyond }) => [name, beyond]);
 */
export async function posteriorPredictive(
  model: Model,
  posterior: Posterior | Rows,
  xObs: Rows,
  options: PredictiveOptions,
): Promise<PredictiveFinding> {
  const { prior } = checkedModel('posteriorPredictive', model);
  const {
    seed,
    draws = 500,
    labels,
    statistics,
    ...work
  } = objectOf('posteriorPredictive: options', options, '{ seed }');
  requireNumber('posteriorPredictive: seed', seed, 'a finite number');
  requireCount('posteriorPredictive: draws', draws, 20);
  const level = checkedLevel('posteriorPredictive', work.level);
  const { workers, signal, progress } = work;
  const observed = rowsOf(xObs, 'posteriorPredictive: xObs');
  if (labels)
    demand(
      'posteriorPredictive: labels',
      labels.length === observed[0].length,
      `${observed[0].length} labels`,
      labels.length,
    );
  const theta = await drawsOf(posterior, prior.dim, draws, {
    seed: rng(seed)
      .fork(0)
      .integer(0, 2 ** 31),
    signal,
    progress,
  });
  demand('posteriorPredictive: posterior', theta.length >= 20, 'at least 20 draws', theta.length);
  const n = observed.length;
  const repeated = theta.flatMap((row) => Array.from({ length: n }, () => row));
  const simulations = await simulate(model, repeated.length, {
    theta: repeated,
    seed: rng(seed)
      .fork(1)
      .integer(0, 2 ** 31),
    workers,
    signal,
    progress,
  });
  const x = simulations.x.arraySync();
  simulations.dispose();
  const width = x[0].length;
  demand(
    'posteriorPredictive: xObs',
    observed[0].length === width,
    `rows of ${width} values, as simulated`,
    observed[0].length,
  );
  const chosen = statistics ?? defaultStatistics(n, width, labels);
  const names = Object.keys(objectOf('posteriorPredictive: statistics', chosen));
  demand('posteriorPredictive: statistics', names.length > 0, 'one at least', 'none');
  const sets = theta.map((_, m) => x.slice(m * n, (m + 1) * n));
  const rare = names.map((name) => rarity(name, chosen[name], observed, sets));
  const least = (m: number): number => Math.min(...rare.map((each) => each.ofSets[m]));
  const value = Math.min(...rare.map(({ beyond }) => beyond));
  const pValue = (1 + theta.filter((_, m) => least(m) <= value + 1e-12).length) / (theta.length + 1);
  const found = rare.map(({ ofSets: _, ...each }): PredictedStatistic => each);
  return finding({
    name: 'Posterior predictive check',
    value,
    pValue,
    level,
    passes: pValue > level,
    statistics: found,
    verdict: verdictOf(found, pValue, level, theta.length),
    plot: (asked = {}) => predictivePlot(found, theta.length, asked),
  });
}

function rowsOf(rows: Rows, what: string, columns?: number): number[][] {
  const tensor = toTensor2D(rows, what, columns);
  const values = tensor.arraySync();
  tensor.dispose();
  return values;
}

async function drawsOf(
  posterior: Posterior | Rows,
  dim: number,
  draws: number,
  options: { seed: number; signal?: AbortSignal; progress?: boolean },
): Promise<number[][]> {
  const given = objectOf('posteriorPredictive: posterior', posterior, 'a posterior, or draws [M, D] from it');
  if (!('sample' in given && typeof given.sample === 'function'))
    return rowsOf(given as Rows, 'posteriorPredictive: posterior', dim);
  const theta = await given.sample(draws, options);
  try {
    return rowsOf(theta, 'posteriorPredictive: draws', dim);
  } finally {
    theta.dispose();
  }
}

function defaultStatistics(
  n: number,
  width: number,
  labels?: readonly string[],
): NonNullable<PredictiveOptions['statistics']> {
  const columns = Array.from({ length: width }, (_, l) => [labels?.[l] ?? `x${subscript(l + 1)}`, l] as const);
  const mean = (x: readonly (readonly number[])[], l: number): number => x.reduce((sum, row) => sum + row[l], 0) / n;
  const deviation = (x: readonly (readonly number[])[], l: number): number => {
    const centre = mean(x, l);
    return Math.sqrt(x.reduce((sum, row) => sum + (row[l] - centre) ** 2, 0) / (n - 1));
  };
  if (n === 1) return Object.fromEntries(columns.map(([name, l]) => [name, (x) => x[0][l]]));
  return Object.fromEntries([
    ...columns.map(([name, l]) => [`mean of ${name}`, (x: readonly (readonly number[])[]) => mean(x, l)]),
    ...(n > 2 ? columns : []).map(([name, l]) => [
      `sd of ${name}`,
      (x: readonly (readonly number[])[]) => deviation(x, l),
    ]),
  ]) as NonNullable<PredictiveOptions['statistics']>;
}

/** How rare the observed statistic is among those of the sets, and how rare each set's is. */
function rarity(
  name: string,
  statistic: (x: number[][]) => number,
  observed: number[][],
  sets: readonly number[][][],
): PredictedStatistic & { ofSets: Float64Array } {
  const what = `posteriorPredictive: statistic "${name}"`;
  requireFunction(what, statistic, 'a function (xObs) => number');
  const of = (x: number[][]): number => {
    const value = statistic(x);
    return typeof value === 'number' && !Number.isNaN(value) ? value : refuse(what, 'a number', value);
  };
  const values = Float64Array.from(sets, of);
  const simulated = Float64Array.from(values).sort();
  const count = simulated.length;
  const beyond = (value: number): number => {
    const below = simulated.findIndex((each) => each >= value);
    const above = simulated.findIndex((each) => each > value);
    const [atMost, atLeast] = [above < 0 ? count : above, count - (below < 0 ? count : below)];
    return Math.min(1, (2 * Math.min(atMost, atLeast)) / count);
  };
  const known = of(observed);
  return { name, observed: known, simulated, beyond: beyond(known), ofSets: values.map(beyond) };
}

function verdictOf(found: readonly PredictedStatistic[], pValue: number, level: number, draws: number): string {
  const [rarest] = [...found].sort((a, b) => a.beyond - b.beyond);
  const share = `${(100 * rarest.beyond).toPrecision(2)} % of simulated ones are as far out`;
  const p = `p = ${probability(pValue)}`;
  return pValue > level
    ? `The observations look like ${draws} sets of data simulated from the posterior (${p}); farthest out is ` +
        `${rarest.name}, ${share}. ${meaningOf(pValue)}`
    : `The observations do not look like data simulated from ${draws} draws of the posterior (${p}): ${rarest.name}, ` +
        `${share}. ${meaningOf(pValue)} Look at the simulator and the prior first, by diagnostics.misspecification, ` +
        'then at the posterior.';
}

function subscript(number: number): string {
  return String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
}
