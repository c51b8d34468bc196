import type { LongWorkOptions } from '../core/host';
import { objectOf } from '../core/checks';
import { described } from '../core/description';
import type { Model } from '../simulation/model';
import { drawPairs, type DrawPairsOptions } from './draw-pairs';
import type { DrawnPairs } from './drawn-pairs';
import { expectedCoverage, type CoverageFinding } from './expected-coverage';
import { checkedLevel, combined, probability, type Finding } from './finding';
import type { PosteriorSource } from './posterior-source';
import { recovery, type RecoveryFinding } from './recovery';
import { sbc, type SbcFinding, type SbcOptions } from './sbc';
import { tarp, type TarpFinding } from './tarp';

/** Options of `check`. */
export interface CheckOptions extends LongWorkOptions, DrawPairsOptions, Pick<SbcOptions, 'labels' | 'quantities'> {
  /** Which credible sets coverage is of, as in `expectedCoverage`. */
  by?: 'density' | 'marginals';
  /** The share of right posteriors that fail one part or another. Default .05. */
  level?: number;
}

/** Pairs whose densities are asked for: of a score each costs a tenth of a second. */
const densityPairs = 200;

/** What `check` found. */
export interface CheckFinding {
  /** Whether all parts pass. */
  readonly passes: boolean;
  /** How often a right posterior looks at least as wrong in one part or another. */
  readonly pValue: number;
  /** The p-value at or below which it fails. */
  readonly level: number;
  /** The verdict, and those of the parts. */
  readonly verdict: string;
  /** A row for each part, for `showTable`. */
  readonly rows: readonly CheckRow[];
  /** What was drawn, for other diagnostics. */
  readonly pairs: DrawnPairs;
  /** The ranks of truths. */
  readonly sbc: SbcFinding;
  /** How often credible sets hold the truth. */
  readonly coverage: CoverageFinding;
  /** Balls around random points. */
  readonly tarp: TarpFinding;
  /** What the data tell of each parameter. */
  readonly recovery: RecoveryFinding;
}

/** A part of `check` as a row of a table. */
export interface CheckRow {
  /** The part's name. */
  readonly part: string;
  /** `passes` or `fails`. */
  readonly result: string;
  /** Its number, as the part states it. */
  readonly number: string;
  /** Its p-value. */
  readonly p: number;
}

/**
 * The check that everybody should make: fresh pairs of truth and data, and of the posteriors given these data the ranks
 * (`sbc`), the coverage of credible sets (`expectedCoverage`), balls around random points (`tarp`) and the recovery of
 * the truths (`recovery`).
 *
 * It passes where all four do, each at a quarter of the level. Coverage by density is of the first 200 pairs, with 20
 * densities each, since that of a score is a flow; for more, call `expectedCoverage` on the pairs, which stay in the
 * result for that and for other diagnostics. What it says holds on average over the prior; for one observation see
 * `localC2st`, `posteriorPredictive` and `misspecification`.
 * @param source an estimator of any method, or a function (xObs) => posterior, such as an exact one.
 * @param model the prior and the simulator that it was trained on.
 * @param options see {@link CheckOptions}; 500 pairs of 200 draws by default.
 * @returns the findings; nothing to dispose.
 * @throws InvalidInputError for fewer than 20 pairs or arguments that do not fit; what `drawPairs` throws, with the
 * pairs so far.
 * @example
 * const checked = await diagnostics.check(estimator, task, { seed: 1, pairs: 40, draws: 50, by: 'marginals' });
 * showTable(checked.rows, { caption: checked.verdict });
 * const figure = checked.sbc.plot();
 */
export async function check(source: PosteriorSource, model: Model, options: CheckOptions): Promise<CheckFinding> {
  const { labels, quantities, by, level: asked, ...drawing } = objectOf('check: options', options, '{ seed }');
  const level = checkedLevel('check', asked);
  const pairs = await drawPairs(source, model, drawing);
  const { signal, progress } = drawing;
  const part = { level: level / 4, labels };
  const ranks = sbc(pairs, { ...part, quantities });
  const few = { most: densityPairs, densities: 20 };
  const coverage = await expectedCoverage(pairs, { ...part, by, signal, progress, ...few });
  const points = tarp(pairs, { level: part.level });
  const recovered = recovery(pairs, part);
  const rows = [
    rowOf(ranks, `largest departure ${ranks.value.toFixed(3)}`),
    rowOf(coverage, `${(100 * coverage.value).toFixed(0)} % of truths in sets of 90 %`),
    rowOf(points, `area ${points.value.toFixed(3)}`),
    rowOf(recovered, `contraction ${recovered.value.toFixed(2)} at least`),
  ];
  const parts: readonly Finding[] = [ranks, coverage, points, recovered];
  const pValue = combined(parts.map((each) => each.pValue));
  const wrong = parts.filter(({ passes }) => !passes);
  const p = `p = ${probability(pValue)}`;
  const verdict =
    wrong.length === 0
      ? `Passes on ${pairs.count} pairs (${p}). ${recovered.verdict}`
      : `Fails on ${pairs.count} pairs (${p}). ${wrong.map((each) => each.verdict).join(' ')}`;
  const checked = { passes: wrong.length === 0, pValue, level, verdict, rows, pairs, sbc: ranks, coverage };
  return described({ ...checked, tarp: points, recovery: recovered }, () => ({
    title: `Check of ${pairs.count} pairs: ${wrong.length === 0 ? 'passes' : 'fails'}, ${p}`,
    facts: Object.fromEntries(rows.map((row) => [row.part, `${row.result}: ${row.number}, p = ${probability(row.p)}`])),
    variable: 'checked',
  }));
}

function rowOf({ name, passes, pValue }: Finding, number: string): CheckRow {
  return { part: name, result: passes ? 'passes' : 'fails', number, p: pValue };
}
