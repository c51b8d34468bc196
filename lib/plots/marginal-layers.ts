import { commonRange, kernelDensity } from './density';
import { readable } from './ground';
import { hoverLayer, pickedOpacity } from './interaction';
import { palette, TRUTH_COLOR } from './palette';
import type { SampleColumns } from './sample-sets';
import { legendColumns } from './theme';

/** The legend's name of the true parameter. */
export const TRUTH_LABEL = 'true parameter';

/** One legend for all panels. */
export const SHARED_STYLE = {
  scale: { color: 'shared', strokeDash: 'shared' },
  legend: { color: 'shared', strokeDash: 'shared' },
};

/** Colour and dash of the sample sets, as encodings with one common legend. */
export interface SetStyle {
  readonly color: object;
  readonly strokeDash: object;
}

/** The colour scale and legend shared by the panels of a figure of sample sets. */
export function setStyle(
  sets: readonly SampleColumns[],
  withTruth: boolean,
  overrides?: Readonly<Record<string, string>>,
): SetStyle {
  const names = sets.map((set) => set.name);
  const colors = palette(names, overrides);
  const domain = withTruth ? [...names, TRUTH_LABEL] : names;
  const legend = {
    columns: legendColumns(domain),
    symbolType: 'stroke',
    symbolSize: 300,
    symbolStrokeWidth: 2,
    symbolOpacity: 1,
  };
  const scaled = (range: readonly unknown[]): object => ({
    field: 'set',
    type: 'nominal',
    sort: null,
    scale: { domain, range },
    legend,
  });
  return {
    color: scaled(domain.map((name) => readable(Object.hasOwn(colors, name) ? colors[name] : TRUTH_COLOR))),
    strokeDash: scaled(domain.map((_, i) => (i < names.length ? [1, 0] : [5, 3]))),
  };
}

/** How many samples each set has, for a subtitle. */
export function sizes(sets: readonly SampleColumns[]): string {
  const counts = sets.map((set) => set.columns[0].length);
  const same = counts.every((count) => count === counts[0]);
  const text = (count: number): string => count.toLocaleString('en-US');
  return same
    ? `${text(counts[0])} samples${counts.length > 1 ? ' each' : ''}`
    : `samples: ${sets.map((set, i) => `${text(counts[i])} ${set.name}`).join(', ')}`;
}

/** One panel: filled density curves and the true parameter. */
export function marginalLayers(
  sets: readonly SampleColumns[],
  d: number,
  panel: {
    style: SetStyle;
    /** The parameter's name. */
    label: string;
    truth?: number;
    bounds?: readonly [number, number];
    xTitle: string | null;
    yTitle: string | null;
    xAxis?: object | null;
    range?: [number, number];
  },
): object[] {
  const range =
    panel.range ??
    commonRange(
      sets.map((set) => set.columns[d]),
      panel.truth,
      panel.bounds,
    );
  const values = sets.flatMap((set) => {
    const { x, density } = kernelDensity(set.columns[d], range, panel.bounds);
    return Array.from(x, (at, k) => ({ set: set.name, [`p${d}`]: rounded(at), [`density${d}`]: rounded(density[k]) }));
  });
  // a parameter has one field in all panels, so that they move together
  const x = {
    field: `p${d}`,
    type: 'quantitative',
    title: panel.xTitle,
    scale: { domain: range, nice: false },
    axis: panel.xAxis === undefined ? { grid: false, tickCount: 4 } : panel.xAxis,
  };
  const y = {
    field: `density${d}`,
    type: 'quantitative',
    title: panel.yTitle,
    axis: { labels: false, ticks: false, grid: false, domain: false, titlePadding: 6 },
  };
  const number = (field: string, title: string): object => ({ field, type: 'quantitative', title, format: '.4~g' });
  const fill = 0.24 / (sets.length + 1);
  return [
    {
      data: { values },
      mark: { type: 'area', clip: true },
      encoding: { x, y: { ...y, stack: null }, color: panel.style.color, opacity: pickedOpacity(fill) },
    },
    {
      name: marginalView(d),
      data: { values },
      mark: { type: 'line', strokeWidth: 1.8, clip: true },
      encoding: { x, y, ...panel.style, opacity: pickedOpacity(1) },
    },
    {
      name: hoverLayer(marginalView(d)),
      // every fourth point of the curve is enough to be found
      data: { values: values.filter((_, k) => k % 4 === 0) },
      mark: { type: 'point', filled: true, size: 80, opacity: 0, clip: true },
      encoding: {
        x,
        y,
        tooltip: [
          { field: 'set', type: 'nominal', title: 'samples' },
          number(`p${d}`, panel.label),
          number(`density${d}`, 'density'),
        ],
      },
    },
    ...(panel.truth === undefined
      ? []
      : [
          {
            data: { values: [{ set: TRUTH_LABEL, [`p${d}`]: panel.truth }] },
            mark: { type: 'rule', strokeWidth: 1.6, clip: true },
            encoding: {
              x,
              ...panel.style,
              opacity: pickedOpacity(1),
              tooltip: [{ field: 'set', type: 'nominal', title: 'line' }, number(`p${d}`, panel.label)],
            },
          },
        ]),
  ];
}

/** The name of the view of a parameter's densities. */
export function marginalView(d: number): string {
  return `marginal ${d}`;
}

/** Six digits: enough for a figure, a third of the file. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
