import type { LossPoint } from '../core/host';

const WIDTH = 460;
const HEIGHT = 150;
const BOX = { left: 56, right: 8, top: 10, bottom: 26 };
const MAX_POINTS = 300;
/** Greys that are read on a light page and on a dark one: the sketch has no ground of its own. */
const TEXT = '#808088';
const RULE = '#80808855';
const CURVES = { training: '#56b4e9', validation: '#d55e00' } as const;

/**
 * A loss curve as a small SVG: light enough to be redrawn five times a second, unlike a Vega chart.
 *
 * The y axis shows the last nine tenths of the epochs in full, so that a huge first loss does not flatten the rest; at
 * most 300 points per curve are drawn, always including the last.
 *
 * @returns the SVG, or an empty text while no finite loss is known.
 */
export function lossSketch(points: readonly LossPoint[]): string {
  const finite = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);
  const kept = thinned(points.filter((point) => finite(point.training) || finite(point.validation)));
  if (kept.length === 0) return '';
  const settled = kept.slice(Math.floor(kept.length / 10));
  const losses = settled.flatMap((point) => [point.training, point.validation]).filter(finite);
  const [low, high] = widened(Math.min(...losses), Math.max(...losses));
  const [first, last] = [kept[0].epoch, Math.max(kept[kept.length - 1].epoch, kept[0].epoch + 1)];
  const px = (epoch: number): number => BOX.left + ((epoch - first) / (last - first)) * (WIDTH - BOX.left - BOX.right);
  const py = (loss: number): number => BOX.top + ((high - loss) / (high - low)) * (HEIGHT - BOX.top - BOX.bottom);

  const line = (curve: keyof typeof CURVES): string => {
    const path = kept.flatMap((point) => {
      const loss = point[curve];
      return finite(loss) ? [`${px(point.epoch).toFixed(1)},${py(Math.min(loss, high)).toFixed(1)}`] : [];
    });
    return path.length === 0
      ? ''
      : `<polyline fill="none" stroke="${CURVES[curve]}" stroke-width="1.6" points="${path.join(' ')}"/>`;
  };
  const text = (x: number, y: number, content: string, extra = ''): string =>
    `<text x="${x}" y="${y}" fill="${TEXT}" ${extra}>${content}</text>`;
  const rule = (y: number): string =>
    `<line x1="${BOX.left}" x2="${WIDTH - BOX.right}" y1="${y}" y2="${y}" stroke="${RULE}"/>`;
  const names = (Object.keys(CURVES) as (keyof typeof CURVES)[]).filter((curve) =>
    kept.some((point) => finite(point[curve])),
  );
  const legend = names.map((curve, i) =>
    text(WIDTH - BOX.right - 4, BOX.top + 12 + 14 * i, curve, `text-anchor="end" style="fill:${CURVES[curve]}"`),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
      'font-family="Helvetica Neue, Arial, DejaVu Sans, sans-serif" font-size="11" role="img" ' +
      'aria-label="loss by epoch">',
    rule(BOX.top),
    rule(HEIGHT - BOX.bottom),
    text(BOX.left - 6, BOX.top + 4, tick(high), 'text-anchor="end"'),
    text(BOX.left - 6, HEIGHT - BOX.bottom + 4, tick(low), 'text-anchor="end"'),
    text(BOX.left - 6, (HEIGHT - BOX.bottom + BOX.top) / 2 + 4, 'loss', 'text-anchor="end"'),
    text(BOX.left, HEIGHT - 8, `epoch ${first}`),
    text(WIDTH - BOX.right, HEIGHT - 8, String(last), 'text-anchor="end"'),
    line('training'),
    line('validation'),
    ...legend,
    '</svg>',
  ].join('');
}

function thinned(points: readonly LossPoint[]): readonly LossPoint[] {
  const stride = Math.ceil(points.length / MAX_POINTS);
  return stride <= 1 ? points : points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

function widened(low: number, high: number): [number, number] {
  const margin = high > low ? 0.05 * (high - low) : Math.max(1e-9, 0.05 * Math.abs(low));
  return [low - margin, high + margin];
}

function tick(value: number): string {
  const text = Number(value.toPrecision(3)).toString();
  return text.length > 7 ? value.toExponential(1) : text;
}
