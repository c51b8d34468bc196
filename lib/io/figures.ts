import { demand } from '../core/checks';
import type { VegaLiteSpec } from '../records/figure-spec';
import { writeFileAtomically } from './atomic-write';
import { renderPng, renderSvg } from './render';
import { fromProject, toProject } from './results-path';

/** The files of one exported figure, as paths relative to the project. */
export interface ExportedFigure {
  /** The vector graphic. */
  readonly svg: string;
  /** The picture, two pixels per unit. */
  readonly png: string;
  /** The Vega-Lite specification. */
  readonly spec: string;
}

/**
 * Writes a figure as SVG, PNG (two pixels per unit) and Vega-Lite specification, each file whole or not at all; the
 * pictures are on white.
 *
 * @param spec the figure.
 * @param path where, without an ending: absolute, or from the project, such as `results/<notebook>/figures/<name>`.
 * @returns the three paths, relative to the project.
 * @throws InvalidInputError for a specification that Vega-Lite does not understand, or a path without a file name;
 * nothing is written then.
 * @example
 * const files = await exportFigure(plots.lossPlot(estimator.fit.history), results.figurePath('squared-mmd'));
 */
export async function exportFigure(spec: VegaLiteSpec, path: string): Promise<ExportedFigure> {
  const hasName = typeof path === 'string' && !/(^|[\\/])\.{0,2}$/.test(path);
  demand('exportFigure: path', hasName, 'a path that ends in the name of a file', path);
  const base = fromProject(path);
  const svg = await renderSvg(spec);
  const png = await renderPng(svg);
  const files = { svg: `${base}.svg`, png: `${base}.png`, spec: `${base}.vl.json` };
  await writeFileAtomically(files.svg, svg);
  await writeFileAtomically(files.png, png);
  await writeFileAtomically(files.spec, `${JSON.stringify(spec, null, 1)}\n`);
  return { svg: toProject(files.svg), png: toProject(files.png), spec: toProject(files.spec) };
}
