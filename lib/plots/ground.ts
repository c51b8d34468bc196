/** A colour that depends on the ground below it, in a specification with `figureConfig`. */
export interface GroundColor {
  readonly expr: string;
}

/** The signal that tells the ground: JupyterLab's dark theme gives charts a dark one. */
export const groundSignal = { name: 'isDark', expr: "luminance(background || 'white') < 0.5" };

/** One colour on a light ground, another on a dark one. */
export function onGround(light: string, dark: string): GroundColor {
  return { expr: `isDark ? '${dark}' : '${light}'` };
}

/** Relative luminance that a colour has at least on a dark ground. */
const LEAST_LUMINANCE = 0.28;
/** What is darker is as good as black, and becomes as good as white. */
const BLACK_LUMINANCE = 0.015;
const NEARLY_WHITE = '#f4f4f6';

/** A colour as it is on a light ground, on a dark one lightened where it would be lost; black becomes white. */
export function readable(color: string): string | GroundColor {
  const channels = /^#[0-9a-f]{6}$/i.test(color) ? [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16)) : [];
  if (channels.length === 0 || luminance(channels) >= LEAST_LUMINANCE) return color;
  if (luminance(channels) < BLACK_LUMINANCE) return onGround(color, NEARLY_WHITE);
  for (let white = 0.05; ; white += 0.05) {
    const lighter = channels.map((value) => Math.round(value + (255 - value) * white));
    if (luminance(lighter) >= LEAST_LUMINANCE) {
      return onGround(color, `#${lighter.map((value) => value.toString(16).padStart(2, '0')).join('')}`);
    }
  }
}

/** Relative luminance of sRGB channels in 0 ... 255; source: WCAG 2.2. */
function luminance(channels: readonly number[]): number {
  const [r, g, b] = channels.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
