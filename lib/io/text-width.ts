/** Advance widths of DejaVu Sans in hundredths of the font size, for the characters from space to tilde. */
// prettier-ignore
const ADVANCES = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
  84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61,
  69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
  82, 59, 59, 52, 64, 34, 64, 84,
];

/**
 * The width of a line of text in DejaVu Sans, in pixels.
 *
 * Vega without a canvas assumes 0.8 of the font size for every character, which pushes axis titles and legends apart.
 * DejaVu is wider than the usual sans-serif fonts, so what fits by this measure fits in the browser's font as well.
 */
export function textWidth(text: string, fontSize: number): number {
  let hundredths = 0;
  for (const character of text) hundredths += ADVANCES[character.charCodeAt(0) - 32] ?? 62;
  return (hundredths * fontSize) / 100;
}
