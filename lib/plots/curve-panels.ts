import { CURVE_VIEW } from './curve-layers';
import type { CurvePoint } from './curve-points';
import { interactive } from './interaction';
import { FIGURE_WIDTH, FRAME } from './theme';

/** The layers in one panel, in a panel for each label, or in a grid of panels. */
export function curvePanels(
  layer: object[],
  labels: readonly (readonly string[])[],
  points: readonly CurvePoint[],
  wanted?: number,
): object {
  if (labels.length === 2) return grid(layer, labels, points);
  const count = labels.length === 0 ? 1 : labels[0].length;
  const columns = Math.min(count, wanted ?? (count === 4 ? 2 : 3));
  const spacing = columns > 3 ? 14 : 28;
  const width = Math.floor((FIGURE_WIDTH - 65 - spacing * (columns - 1)) / columns);
  const size = { width, height: columns === 1 ? 320 : Math.max(130, Math.round(width * 0.75)) };
  const params = interactive({ zoom: [CURVE_VIEW], pick: { field: 'series', views: [CURVE_VIEW] } });
  if (labels.length === 0) return { ...size, params, layer };
  return {
    params,
    facet: {
      field: 'facet',
      type: 'nominal',
      sort: labels[0],
      ...(columns > 3 && { header: { labelFontSize: 9 } }),
    },
    columns,
    spacing,
    spec: { ...size, layer },
  };
}

/** Panels row by row; Vega-Lite's own row and column facets misplace panels where some have no points. */
function grid(layer: object[], [rows, columns]: readonly (readonly string[])[], points: readonly CurvePoint[]): object {
  const width = Math.floor((FIGURE_WIDTH + 16) / columns.length) - 81;
  const size = { width, height: Math.max(150, Math.round(width * 0.55)) };
  const views: string[] = [];
  /** The layers with a view of their own name in each panel. */
  const named = (facet: string): object[] =>
    layer.map((each) => {
      if (!('name' in each)) return each;
      views.push(`${CURVE_VIEW} ${facet}`);
      return { ...each, name: `${CURVE_VIEW} ${facet}` };
    });
  const concat = rows.flatMap((row) =>
    columns.map((column) => {
      const facet = panelName([column, row]);
      const panel = { ...size, title: { text: facet, fontSize: 12, offset: 6 } };
      return points.some((point) => point.facet === facet)
        ? { ...panel, transform: [{ filter: { field: 'facet', equal: facet } }], layer: named(facet) }
        : {
            ...panel,
            view: { stroke: FRAME },
            data: { values: [{ text: 'no rows' }] },
            mark: { type: 'text', color: '#77777f' },
            encoding: { text: { field: 'text' } },
          };
    }),
  );
  return {
    columns: columns.length,
    params: interactive({ zoom: views, pick: { field: 'series', views } }),
    spacing: 16,
    resolve: {
      scale: { x: 'shared', y: 'shared', color: 'shared', shape: 'shared' },
      legend: { color: 'shared', shape: 'shared' },
    },
    concat,
  };
}

/** The name of a panel, made of the labels of its facets. */
export function panelName(labels: readonly string[]): string {
  return labels.join(' · ');
}
