import { inflateSync } from 'node:zlib';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import type { VegaLiteSpec } from '../../lib/records/figure-spec';
import { exportFigure } from '../../lib/io/figures';
import { renderPng, renderSvg } from '../../lib/io/render';
import { lossPlot } from '../../lib/plots/loss-plot';
import { temporaryResults } from './temporary-results';

const folder = temporaryResults();
const figure = lossPlot(
  [
    { epoch: 1, training: 1, validation: 1.1 },
    { epoch: 2, training: 0.5, validation: 0.6 },
  ],
  { title: 'Loss of θ₁' },
);

describe('exportFigure', () => {
  test('writes SVG, PNG and specification and returns their project paths', async () => {
    const files = await exportFigure(figure, 'results/demo/figures/loss');
    expect(files).toEqual({
      svg: 'results/demo/figures/loss.svg',
      png: 'results/demo/figures/loss.png',
      spec: 'results/demo/figures/loss.vl.json',
    });
    const figures = join(folder.path, 'demo/figures');
    expect(readdirSync(figures).sort()).toEqual(['loss.png', 'loss.svg', 'loss.vl.json']);
    expect(JSON.parse(readFileSync(join(figures, 'loss.vl.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(figure)));
    expect(readFileSync(join(figures, 'loss.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  test('writes nothing for an invalid specification', async () => {
    const broken = { mark: 'no such mark', encoding: {} } as unknown as VegaLiteSpec;
    await expect(exportFigure(broken, 'results/demo/figures/broken')).rejects.toThrow(InvalidInputError);
    expect(existsSync(join(folder.path, 'demo'))).toBe(false);
  });

  test('writes nothing for a path without the name of a file', async () => {
    for (const path of ['', '.', '..', 'results/demo/', 'results/demo/..', null, undefined, NaN])
      await expect(exportFigure(figure, path as string)).rejects.toThrow(
        /exportFigure: path: expected a path that ends/,
      );
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('rendering', () => {
  test('an SVG needs no script, style sheet or font file and falls back to sans-serif', async () => {
    const svg = await renderSvg(figure);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).not.toMatch(/<script|<style|@import|url\(http/);
    const families = [...svg.matchAll(/font-family="([^"]*)"/g)].map(([, family]) => family);
    expect(families.length).toBeGreaterThan(5);
    expect(families.every((family) => family.endsWith('sans-serif'))).toBe(true);
  });

  test('the same figure gives the same bytes', async () => {
    const [one, two] = [await renderSvg(figure), await renderSvg(figure)];
    expect(one).toBe(two);
    expect(Buffer.compare(await renderPng(one), await renderPng(two))).toBe(0);
  });

  test.each(['loss', 'θ₁', '→'])('a PNG shows the text "%s" at twice the size on white', async (text) => {
    const style = 'font-family="Helvetica Neue, sans-serif" font-size="14"';
    const content = `<text x="5" y="15" ${style}>${text}</text>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">${content}</svg>`;
    const { width, height, dark, corner } = pixels(await renderPng(svg));
    expect([width, height]).toEqual([120, 40]);
    expect(dark).toBeGreaterThan(30);
    expect(corner).toBe(255);
  });
});

/** Size, number of dark pixels and the first grey value of an 8-bit RGBA PNG. */
function pixels(png: Uint8Array): { width: number; height: number; dark: number; corner: number } {
  const bytes = Buffer.from(png);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = 4 * width;
  const image = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i >= 4 ? image[y * stride + i - 4] : 0;
      const up = y > 0 ? image[(y - 1) * stride + i] : 0;
      const corner = i >= 4 && y > 0 ? image[(y - 1) * stride + i - 4] : 0;
      image[y * stride + i] =
        raw[y * (stride + 1) + 1 + i] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  let dark = 0;
  for (let i = 0; i < image.length; i += 4) if (image[i] < 128) dark++;
  return { width, height, dark, corner: image[0] };
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
