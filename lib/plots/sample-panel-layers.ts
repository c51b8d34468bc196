import { readable } from './ground';
import { shades } from './shaded-regions';
import { GROUND, ink, legendColumns } from './theme';

/** The x and y encodings of a panel. */
export interface PanelAxes {
  readonly x: object;
  readonly y: object;
}

const MARK_SHAPES = ['cross', 'diamond', 'square', 'triangle-up'] as const;

/** The regions of a density, from the named data set. */
export function regionLayer(data: string, shares: number, { x, y }: PanelAxes): object {
  return {
    data: { name: data },
    mark: { type: 'line', interpolate: 'linear-closed', strokeWidth: 0.7, stroke: '#9a9aa3', clip: true },
    encoding: {
      x,
      y,
      detail: { field: 'ring', type: 'nominal' },
      order: { field: 'k', type: 'quantitative' },
      fill: {
        field: 'depth',
        type: 'ordinal',
        scale: { domain: shades(shares).map((_, depth) => depth), range: shades(shares) },
        legend: null,
      },
    },
  };
}

/** The samples of a panel. */
export function sampleLayer(
  values: readonly object[],
  color: string,
  { x, y }: PanelAxes,
  labels: readonly string[],
): object {
  return {
    data: { values },
    mark: { type: 'point', filled: true, size: 9, opacity: 0.5, clip: true, aria: false, color: readable(color) },
    encoding: { x, y, tooltip: coordinates(labels) },
  };
}

/** The marked points, from the named data set; their names are the legend. */
export function markLayer(
  data: string,
  names: readonly string[],
  { x, y }: PanelAxes,
  labels: readonly string[],
): object {
  return {
    data: { name: data },
    mark: { type: 'point', filled: true, size: 75, opacity: 1, color: ink, stroke: GROUND, strokeWidth: 1 },
    encoding: {
      x,
      y,
      tooltip: [{ field: 'mark', type: 'nominal' }, ...coordinates(labels)],
      shape: {
        field: 'mark',
        type: 'nominal',
        sort: null,
        scale: { domain: names, range: names.map((_, k) => MARK_SHAPES[k % MARK_SHAPES.length]) },
        legend: { columns: legendColumns(names), symbolFillColor: ink },
      },
    },
  };
}

function coordinates(labels: readonly string[]): object[] {
  return ['x', 'y'].map((field, d) => ({ field, type: 'quantitative', title: labels[d], format: '.4~g' }));
}
