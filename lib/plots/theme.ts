import type { VegaLiteSpec } from '../records/figure-spec';
import { groundSignal, onGround, readable } from './ground';
import { TRUTH_COLOR } from './palette';

/** The width every figure fits into: a notebook cell's. */
export const FIGURE_WIDTH = 700;

export const VEGA_LITE_SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json';

const FONT = 'Helvetica Neue, Arial, DejaVu Sans, sans-serif';
/**
 * The colour of text and of what is known exactly, for marks of figures with `figureConfig`: black, white on a dark
 * ground.
 * @example
 * const mark = { type: 'line', color: plots.ink };
 */
export const ink = readable(TRUTH_COLOR);
/** The colour of what stands back. */
export const SOFT = onGround('#55555e', '#c4c4cc');
/** The ground itself, for the rims of marks. */
export const GROUND = onGround('white', '#333333');
/** The colour of a panel's frame. */
export const FRAME = onGround('#d5d5da', '#5a5a62');
const GRID = onGround('#e6e6ea', '#4d4d55');

/**
 * Fonts, sizes and greys shared by all figures: quiet axes, legends above the plot, and colours that follow the ground:
 * white in files and in JupyterLab's light theme, dark in its dark one.
 *
 * @example
 * const encoding = { x: { field: 'a' }, y: { field: 'b' } };
 * const figure = { config: plots.figureConfig, data: { values: [{ a: 1, b: 2 }] }, mark: 'point', encoding };
 */
export const figureConfig: NonNullable<VegaLiteSpec['config']> = {
  font: FONT,
  params: [groundSignal],
  view: { stroke: null },
  title: {
    anchor: 'start',
    color: ink,
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
    titleColor: ink,
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
    labelColor: ink,
    labelLimit: 420,
    columnPadding: 18,
    offset: 14,
    symbolSize: 90,
  },
  header: {
    labelFontSize: 12,
    labelColor: ink,
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
