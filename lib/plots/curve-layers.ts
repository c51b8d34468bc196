import type { CurvePoint } from './curve-points';
import type { CurveSeries } from './curve-series';
import { readable } from './ground';
import { pickedOpacity } from './interaction';
import { legendColumns, SOFT } from './theme';

export interface CurveAxes {
  readonly xTitle: string;
  readonly yTitle: string;
  /** What the repeats are, in words. */
  readonly repeats: string;
  readonly logX: boolean;
  readonly logY: boolean;
  /** Default 55. */
  readonly pointSize?: number;
}

export interface Floor {
  readonly value: number;
  readonly label: string;
}

/** The name of the view with the points of a panel's curves. */
export const CURVE_VIEW = 'curves';

/** The layers of one panel, from back to front: floor, bands, lines, points. Colour and shape share one legend. */
export function curveLayers(
  points: readonly CurvePoint[],
  series: CurveSeries,
  axes: CurveAxes,
  floor?: Floor,
): object[] {
  const legend = { columns: legendColumns(series.names), symbolOpacity: 1 };
  const bySeries = (range: readonly unknown[]): object => ({
    field: 'series',
    type: 'nominal',
    sort: null,
    scale: { domain: series.names, range },
    legend,
  });
  const x = {
    field: 'x',
    type: 'quantitative',
    title: axes.xTitle,
    scale: xScale(axes.logX),
    axis: xAxis(points, axes.logX),
  };
  const y = { type: 'quantitative', title: axes.yTitle, ...yAxis(points, axes, floor?.value) };
  const color = bySeries(series.colors.map(readable));
  const number = (field: string, title: string): object => ({ field, type: 'quantitative', title, format: '.3~g' });
  return [
    ...(floor ? floorLayers(floor, y) : []),
    {
      mark: { type: 'area' },
      encoding: {
        // JupyterLab's Vega-Lite would stack bands along x where y is logarithmic
        x: { ...x, stack: null },
        y: { ...y, field: 'low', stack: null },
        y2: { field: 'high' },
        color,
        opacity: pickedOpacity(0.15),
      },
    },
    ...dashGroups(series).map(({ dash, names }) => ({
      transform: [{ filter: { field: 'series', oneOf: names } }],
      mark: { type: 'line', strokeWidth: 2, strokeDash: dash },
      encoding: { x, y: { ...y, field: 'center' }, color, opacity: pickedOpacity(1) },
    })),
    {
      name: CURVE_VIEW,
      mark: { type: 'point', filled: true, size: axes.pointSize ?? 55 },
      encoding: {
        x,
        y: { ...y, field: 'center' },
        color,
        shape: bySeries(series.shapes),
        opacity: pickedOpacity(1),
        tooltip: [
          { field: 'series', type: 'nominal', title: 'line' },
          number('x', axes.xTitle),
          number('center', axes.yTitle),
          number('low', 'band from'),
          number('high', 'band to'),
          number('repeats', axes.repeats),
        ],
      },
    },
  ];
}

/** Lines of one dash form a layer: as an encoding, the dash would break up the legend's symbols. */
function dashGroups(series: CurveSeries): { dash: readonly number[]; names: string[] }[] {
  return [...new Set(series.dashes)].map((dash) => ({
    dash,
    names: series.names.filter((_, i) => series.dashes[i] === dash),
  }));
}

/** Points that a logarithmic axis can draw, and how many of them were moved to its lower end. */
export interface LogAxisPoints {
  readonly points: readonly CurvePoint[];
  readonly moved: number;
  /** Which values were moved, in words. */
  readonly which: string;
}

/**
 * Points as a logarithmic axis can draw them. With a sampling floor, values below a quarter of it are noise and move to
 * that quarter; without one, values that are not positive move to half of the smallest positive number drawn.
 */
export function onLogAxis(points: readonly CurvePoint[], floor = 0): LogAxisPoints {
  const positive = points.flatMap((point) => [point.center, point.high]).filter((value) => value > 0);
  const end = floor > 0 ? floor / 4 : positive.length === 0 ? 1 : Math.min(...positive) / 2;
  const raise = (value: number): number => (value > 0 ? Math.max(value, end) : end);
  return {
    points: points.map((point) => ({
      ...point,
      center: raise(point.center),
      low: raise(point.low),
      high: raise(point.high),
    })),
    moved: points.filter((point) => point.center <= 0 || point.center < end).length,
    which: floor > 0 ? 'below a quarter of the floor' : 'at or below 0',
  };
}

function floorLayers(floor: Floor, y: object): object[] {
  const data = { values: [floor] };
  const at = { ...y, field: 'value' };
  const tooltip = [
    { field: 'label', type: 'nominal' },
    { field: 'value', type: 'quantitative' },
  ];
  return [
    {
      data,
      mark: { type: 'rule', strokeDash: [2, 3], strokeWidth: 1.5, color: SOFT },
      encoding: { y: at, tooltip },
    },
  ];
}

function xScale(log: boolean): object {
  return log ? { type: 'log', nice: false, padding: 14 } : { zero: false, nice: false, padding: 14 };
}

/**
 * C2ST lives above one half; other metrics measure a distance from 0. A logarithmic axis has lines at 1, or at 1, 2 and
 * 5, times 10^k.
 */
function yAxis(points: readonly CurvePoint[], axes: CurveAxes, floor?: number): object {
  if (!axes.logY) return { scale: { zero: !/c2st/i.test(axes.yTitle), nice: true } };
  const drawn = [
    ...points.flatMap((point) => [point.low, point.high]),
    ...(floor === undefined || floor <= 0 ? [] : [floor]),
  ];
  const domain = [Math.min(...drawn) / 1.15, Math.max(...drawn) * 1.15];
  const decades = Math.log10(domain[1] / domain[0]);
  const values: number[] = [];
  for (let k = Math.floor(Math.log10(domain[0])); k <= Math.log10(domain[1]); k++) {
    values.push(...(decades > 3 ? [1] : [1, 2, 5]).map((step) => step * 10 ** k));
  }
  return {
    scale: { type: 'log', domain, nice: false },
    axis: { values: values.filter((value) => value >= domain[0] && value <= domain[1]), format: '~r' },
  };
}

function xAxis(points: readonly CurvePoint[], log: boolean): object {
  const values = [...new Set(points.map((point) => point.x))];
  return {
    grid: false,
    format: log || Math.max(...values) >= 10_000 ? '~s' : 'd',
    labelFlush: false,
    labelOverlap: true,
    ...(values.length <= 12 ? { values } : {}),
  };
}
