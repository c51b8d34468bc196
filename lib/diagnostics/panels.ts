import type { VegaLiteSpec } from '../records/figure-spec';
import { interactive } from '../plots/interaction';
import { readable } from '../plots/ground';
import { FIGURE_WIDTH, figureConfig, figureTitle, SOFT, VEGA_LITE_SCHEMA } from '../plots/theme';

/** The colours of what lies where a right posterior's would, and of what does not. */
export const VERDICT_COLORS = { passes: readable('#0072b2'), fails: readable('#d55e00') } as const;

/** A figure with a panel for each name. */
export interface Panels {
  readonly title: string;
  readonly subtitle: string;
  /** The points of all panels; `panel` says which they belong to. */
  readonly values: readonly object[];
  /** The names of the panels, in order. */
  readonly names: readonly string[];
  readonly layer: readonly object[];
  /** The names of the layers that are moved by the pointer. */
  readonly zoom: readonly string[];
  /** Height over width of a panel. Default .75. */
  readonly ratio?: number;
  /** Whether each panel has axes of its own. Default false. */
  readonly hasOwnAxes?: boolean;
}

/** The specification of panels, at most three beside each other. */
export function panelFigure({
  title,
  subtitle,
  values,
  names,
  layer,
  zoom,
  ratio = 0.75,
  hasOwnAxes,
}: Panels): VegaLiteSpec {
  const columns = names.length === 4 ? 2 : Math.min(3, names.length);
  const width = names.length === 1 ? 420 : Math.floor((FIGURE_WIDTH - 65 - 28 * (columns - 1)) / columns);
  const size = { width, height: Math.round(width * ratio) };
  const params = interactive({ zoom });
  const panels =
    names.length === 1
      ? { ...size, params, layer }
      : {
          params,
          facet: { field: 'panel', type: 'nominal', sort: names, header: { title: null } },
          columns,
          spacing: 28,
          spec: { ...size, layer },
          ...(hasOwnAxes && { resolve: { scale: { x: 'independent', y: 'independent' } } }),
        };
  return {
    $schema: VEGA_LITE_SCHEMA,
    config: figureConfig,
    title: figureTitle(title, subtitle),
    data: { values },
    ...panels,
  } as unknown as VegaLiteSpec;
}

/** A quantitative channel. */
export function axis(field: string, title: string | null, more: object = {}): object {
  return { field, type: 'quantitative', title, ...more };
}

/** A number in a tooltip. */
export function told(field: string, title: string): object {
  return { field, type: 'quantitative', title, format: '.3~g' };
}

/** The colour of a mark by its field `verdict`, passes or fails. */
export const byVerdict = {
  field: 'verdict',
  type: 'nominal',
  legend: null,
  scale: { domain: Object.keys(VERDICT_COLORS), range: Object.values(VERDICT_COLORS) },
} as const;

/** The mark of a band where right posteriors lie. */
export const BAND = { type: 'area', color: SOFT, opacity: 0.22, interpolate: 'step-after' } as const;

/** A dashed line that stands for what is right. */
export const RIGHT = { type: 'line', color: SOFT, strokeDash: [4, 3] } as const;
