/**
 * One measured number of an experiment: what tables, figures and `summary.json` are made of.
 *
 * @example
 * const row: ResultRow = {
 *   task: 'gaussian10d', method: 'Algorithm 2', setting: 'paper', budget: 10_000, n: 4, seed: 1,
 *   metric: 'squared MMD', value: 0.013, standardError: null, seconds: 41.2, simulatorCalls: 10_000,
 * };
 */
export interface ResultRow {
  /** The task, such as `gaussian10d`. */
  readonly task: string;
  /** The method by its literature name, such as `NPE` or `Algorithm 2`. */
  readonly method: string;
  /** The named group of settings, such as `paper` or `ours`. */
  readonly setting: string;
  /** Simulator calls allowed for the training. */
  readonly budget: number;
  /** Observations the posterior was conditioned on. */
  readonly n: number;
  /** The number of the published observation; absent where the observations were simulated for the seed. */
  readonly observation?: number;
  /** Seed of the run. */
  readonly seed: number;
  /** What was measured, such as `squared MMD` or `C2ST`. */
  readonly metric: string;
  /** The measured number. */
  readonly value: number;
  /** Standard error of `value` within the run; `null` where it is not known. */
  readonly standardError: number | null;
  /**
   * Standard deviation of what `value` averages, such as the folds of a C2ST; absent for metrics that are not a mean.
   */
  readonly spread?: number;
  /** Wall-clock seconds the run took. */
  readonly seconds: number;
  /** Simulator calls that were actually spent on it; at most the budget, for methods that keep to it. */
  readonly simulatorCalls: number;
}
