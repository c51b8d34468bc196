import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { compactSvg } from '../../lib/io/compact-svg';

const point = (x: number, y: number, look: string): string =>
  `<path transform="translate(${x},${y})" d="M1.732,0A1.732,1.732,0,1,1,-1.732,0A1.732,1.732,0,1,1,1.732,0" ${look}/>`;
const places = Array.from({ length: 200 }, (_, i) => [
  50 + 40 * Math.sin(i) * Math.sqrt(i / 200),
  50 + 40 * Math.cos(i) * Math.sqrt(i / 200),
]);
const cloud = places.map(([x, y]) => point(x, y, 'fill="#0072b2" stroke-width="2" opacity="0.25"')).join('');
const curve = `<path d="M${places.map(([x, y]) => `${x},${y}`).join('L')}" fill="none" stroke="#d55e00"/>`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${cloud}${curve}</svg>`;

const pixelsOf = (text: string): Uint8Array => new Resvg(text, { background: 'white' }).render().pixels;

describe('an SVG in fewer characters', () => {
  it('is the same picture, to within the rounding of a colour, in less than half of them', () => {
    const short = compactSvg(svg);
    expect(short.length).toBeLessThan(svg.length / 2);
    const [before, after] = [svg, short].map(pixelsOf);
    // a hundredth of a pixel moves an edge by a hundredth of the contrast, for each of the discs that overlap there
    const worst = before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i])), 0);
    expect(worst).toBeLessThan(12);
    expect(new Set(after).size).toBeGreaterThan(50);
  });

  it('keeps what a disc is called and how it is outlined', () => {
    const named = point(1.23456, 2, 'fill="none" stroke="#000" stroke-width="2"').replace(
      '<path',
      '<path aria-label="a: 1.23456" role="graphics-symbol"',
    );
    expect(compactSvg(named)).toBe(
      '<circle aria-label="a: 1.23456" role="graphics-symbol" cx="1.23" cy="2" r="1.73" fill="none" stroke="#000" stroke-width="2"/>',
    );
  });

  it('leaves numbers outside of places alone', () => {
    const text = '<text transform="translate(1.005,-0.0001)" opacity="0.12345">3.14159 m</text>';
    expect(compactSvg(text)).toBe('<text transform="translate(1,0)" opacity="0.12345">3.14159 m</text>');
  });
});
