import type { VegaLiteSpec } from '../records/figure-spec';

/** The width every figure fits into: a notebook cell's. */
export const FIGURE_WIDTH = 700;

export const VEGA_LITE_SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json';

const FONT = 'Helvetica Neue, Arial, DejaVu Sans, sans-serif';
const INK = '#1b1b1f';
const SOFT = '#55555e';
const GRID = '#e6e6ea';

/**
 * Fonts, sizes and greys shared by all figures: white ground, quiet axes, legends above the plot.
 *
 * @example
 * const encoding = { x: { field: 'a' }, y: { field: 'b' } };
 * const figure = { config: plots.figureConfig, data: { values: [{ a: 1, b: 2 }] }, mark: 'point', encoding };
 */
export const figureConfig: NonNullable<VegaLiteSpec['config']> = {
  font: FONT,
  background: '#ffffff',
  view: { stroke: null },
  title: {
    anchor: 'start',
    color: INK,
    fontSize: 15,
    fontWeight: 'bold',
    subtitleColor: SOFT,
    subtitleFontSize: 12,
    offset: 12,
    subtitlePadding: 5,
  },
  axis: {
    labelColor: SOFT,
    labelFontSize: 11,
    titleColor: INK,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    gridColor: GRID,
    domainColor: '#9a9aa3',
    tickColor: '#9a9aa3',
  },
  axisX: { labelFlush: true },
  axisY: { labelFlush: false },
  legend: {
    orient: 'top',
    direction: 'horizontal',
    title: null,
    labelFontSize: 12,
    labelColor: INK,
    labelLimit: 420,
    columnPadding: 18,
    offset: 14,
    symbolSize: 90,
  },
  header: {
    labelFontSize: 12,
    labelColor: INK,
    labelFontWeight: 'bold',
    labelAnchor: 'start',
    labelPadding: 4,
    title: null,
  },
};

/** A figure's title, with a subtitle broken into lines that fit the width. */
export function figureTitle(text: string, subtitle?: string): { text: string; subtitle?: string[] } {
  return subtitle ? { text, subtitle: wrap(subtitle, 105) } : { text };
}

/** How many legend entries fit side by side. */
export function legendColumns(labels: readonly string[], width: number = FIGURE_WIDTH): number {
  const widest = Math.max(...labels.map((label) => label.length)) * 7.2 + 45;
  return Math.max(1, Math.min(labels.length, Math.floor(width / widest)));
}

function wrap(text: string, limit: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > limit) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
