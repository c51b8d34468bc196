import type { CurvePoint } from './curve-points';
import { FIGURE_WIDTH } from './theme';

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
  if (labels.length === 0) return { ...size, layer };
  return {
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
  const concat = rows.flatMap((row) =>
    columns.map((column) => {
      const facet = panelName([column, row]);
      const panel = { ...size, title: { text: facet, fontSize: 12, offset: 6 } };
      return points.some((point) => point.facet === facet)
        ? { ...panel, transform: [{ filter: { field: 'facet', equal: facet } }], layer }
        : {
            ...panel,
            view: { stroke: '#d5d5da' },
            data: { values: [{ text: 'no rows' }] },
            mark: { type: 'text', color: '#77777f' },
            encoding: { text: { field: 'text' } },
          };
    }),
  );
  return {
    columns: columns.length,
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
