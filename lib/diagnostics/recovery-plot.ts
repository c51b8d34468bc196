import { requireOneOf } from '../core/checks';
import { quantileOfSorted } from '../maths/quantile';
import { SOFT } from '../plots/theme';
import type { VegaLiteSpec } from '../records/figure-spec';
import type { DrawnPairs } from './drawn-pairs';
import { plotOptions, type FindingPlotOptions } from './finding';
import { axis, panelFigure, RIGHT, told, VERDICT_COLORS } from './panels';

/** Options of the figure of recovery. */
export interface RecoveryPlotOptions extends FindingPlotOptions {
  /** `recovery`: posterior means against truths; `z`: z-scores against contraction. Default `recovery`. */
  kind?: 'recovery' | 'z';
}

/** Moments of the posteriors of one parameter, and the truths, by pair. */
interface RecoverySeries {
  readonly name: string;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  readonly truths: Float64Array;
}

/** Points of a panel at most; more hide each other. */
const mostPoints = 200;

/** The figure of `recovery`. */
export function recoveryPlot(
  pairs: DrawnPairs,
  parameters: readonly RecoverySeries[],
  options: RecoveryPlotOptions,
): VegaLiteSpec {
  const { kind = 'recovery', title } = plotOptions('recovery plot', options);
  requireOneOf('recovery plot: kind', kind, ['recovery', 'z']);
  const shown = Math.min(mostPoints, pairs.count);
  const some = shown < pairs.count ? `the first ${shown} of ${pairs.count} pairs` : `${shown} pairs`;
  const figure = kind === 'recovery' ? against(pairs, parameters, shown, some) : zScores(parameters, shown, some);
  return panelFigure({ ...figure, ...(title !== undefined && { title }) });
}

function against(
  { draws, dims, samples }: DrawnPairs,
  parameters: readonly RecoverySeries[],
  shown: number,
  some: string,
) {
  const values = parameters.flatMap(({ name, means, truths }, d) =>
    Array.from({ length: shown }, (_, pair) => {
      const start = pair * draws;
      const own = Float64Array.from({ length: draws }, (_, k) => samples[(start + k) * dims.theta + d]).sort();
      const [low, high] = [0.05, 0.95].map((p) => quantileOfSorted(own, p));
      return { panel: name, truth: truths[pair], mean: means[pair], low, high };
    }),
  );
  const free = { scale: { zero: false } };
  const x = axis('truth', 'truth', free);
  const y = axis('mean', 'posterior mean', free);
  return {
    title: 'Recovery of the truths',
    hasOwnAxes: true,
    subtitle: `posterior mean and 90 % interval against the truth · ${some}`,
    values,
    names: parameters.map(({ name }) => name),
    zoom: ['points'],
    ratio: 1,
    layer: [
      { mark: RIGHT, encoding: { x, y: { ...y, field: 'truth' } } },
      {
        mark: { type: 'rule', color: SOFT, opacity: 0.3 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
      },
      {
        name: 'points',
        mark: { type: 'point', filled: true, size: 18, opacity: 0.8, color: VERDICT_COLORS.passes },
        encoding: {
          x,
          y,
          tooltip: [told('truth', 'truth'), told('mean', 'mean'), told('low', '5 %'), told('high', '95 %')],
        },
      },
    ],
  };
}

function zScores(parameters: readonly RecoverySeries[], shown: number, some: string) {
  const values = parameters.flatMap(({ name, means, deviations, truths }) => {
    const mean = truths.reduce((sum, each) => sum + each, 0) / truths.length;
    const variance = truths.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (truths.length - 1);
    return Array.from({ length: shown }, (_, pair) => ({
      panel: name,
      contraction: 1 - deviations[pair] ** 2 / variance,
      z: (means[pair] - truths[pair]) / deviations[pair],
    })).filter(({ z }) => Number.isFinite(z));
  });
  const x = axis('contraction', 'contraction', { scale: { zero: false } });
  const y = axis('z', 'z-score');
  return {
    title: 'Contraction and z-scores',
    subtitle: `(mean − truth) / standard deviation, by 1 − variance / prior variance · ${some} · dashed: ±2`,
    values,
    names: parameters.map(({ name }) => name),
    zoom: ['points'],
    ratio: 1,
    layer: [
      ...[-2, 2].map((z) => ({
        mark: { type: 'rule', color: SOFT, strokeDash: [4, 3] },
        encoding: { y: { datum: z } },
      })),
      {
        name: 'points',
        mark: { type: 'point', filled: true, size: 18, opacity: 0.7, color: VERDICT_COLORS.passes },
        encoding: { x, y, tooltip: [told('contraction', 'contraction'), told('z', 'z')] },
      },
    ],
  };
}
