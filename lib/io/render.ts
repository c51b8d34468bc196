import { dirname, join } from 'node:path';
import type { VegaLiteSpec } from '../records/figure-spec';
import { refuse } from '../core/checks';
import { checkSpec } from './check-spec';
import { compactSvg } from './compact-svg';
import { textWidth } from './text-width';

/**
 * A figure as SVG text that needs nothing else: no script, no style sheet, and a font family that ends in `sans-serif`;
 * on white where it has no ground of its own.
 *
 * Vega and Vega-Lite are loaded at the first call (about .2 s); a figure takes some 50 ms.
 *
 * @throws InvalidInputError for a specification that Vega-Lite does not understand.
 * @example
 * const svg = await renderSvg(plots.lossPlot(estimator.fit.history));
 */
export async function renderSvg(spec: VegaLiteSpec): Promise<string> {
  checkSpec('spec', spec);
  const vegaLite = await import('vega-lite');
  const vega = await loadVega();
  const runtime = (() => {
    try {
      return vega.parse(vegaLite.compile(still(spec), { logger: silentLogger, config: paper }).spec);
    } catch (error) {
      return refuse('spec', 'a Vega-Lite v5 specification', error instanceof Error ? error.message : String(error));
    }
  })();
  const view = new vega.View(runtime, { renderer: 'none', logLevel: vega.Error });
  try {
    return compactSvg(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/**
 * An SVG as PNG bytes on a white background, with the DejaVu fonts that come with the library, so that text and Greek
 * letters look the same on every machine.
 *
 * @param scale pixels per SVG unit. Default 2.
 * @example
 * const png = await renderPng(await renderSvg(plots.lossPlot(estimator.fit.history)));
 */
export async function renderPng(svg: string, scale = 2): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const fonts = join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const picture = new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf', 'DejaVuSans-Oblique.ttf'].map((name) => join(fonts, name)),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return picture.render().asPng();
}

/** Pictures are on white, whatever the place where a chart is seen. */
const paper = { background: '#ffffff' };

/**
 * The figure without what answers the pointer only: axes that are moved, which cut marks at the edge of the panel, and
 * layers that are there for their tooltips, whose names begin with `hover`.
 */
function still(spec: VegaLiteSpec): VegaLiteSpec {
  const kept: Readonly<Record<string, (part: { bind?: unknown; name?: unknown } | null) => boolean>> = {
    params: (param) => param?.bind !== 'scales',
    layer: (layer) => !(typeof layer?.name === 'string' && /^hover\b/.test(layer.name)),
  };
  return JSON.parse(
    JSON.stringify(spec, (key, value: unknown) =>
      Array.isArray(value) && Object.hasOwn(kept, key) ? value.filter(kept[key]) : value,
    ),
  ) as VegaLiteSpec;
}

async function loadVega(): Promise<typeof import('vega')> {
  const vega = await import('vega');
  const { textMetrics } = vega as unknown as {
    textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
  };
  textMetrics.width = (item, text) =>
    text === null || text === undefined ? 0 : textWidth(String(text), item.fontSize ?? 11);
  return vega;
}

/** Vega-Lite's remarks about a user's specification do not belong in a notebook's output. */
const silentLogger = {
  level: () => silentLogger,
  error: () => silentLogger,
  warn: () => silentLogger,
  info: () => silentLogger,
  debug: () => silentLogger,
} as unknown as import('vega').LoggerInterface;
