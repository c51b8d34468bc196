/** Ink for what is known exactly: true parameters, exact or reference posteriors. */
export const TRUTH_COLOR = '#1b1b1f';

/** Grey for beliefs before the data. */
const PRIOR_COLOR = '#8c8c95';

/** Colours that stay apart under the common colour-vision deficiencies (after Okabe and Ito 2008), then darker ones. */
const COLORS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#6a3d9a',
  '#8b5a2b',
  '#003f63',
  '#7a3600',
  '#00573f',
  '#8a3f69',
  '#8a5f00',
  '#1f6f9c',
  '#3a1f5c',
  '#4d3013',
] as const;

/** Colours reserved for names of the literature, so that those often shown together never share one. */
const SEATS: Readonly<Record<string, number>> = {
  posterior: 0,
  algorithm1: 0,
  annealedlangevin: 0,
  langevin: 0,
  algorithm2: 1,
  gaussiantransitions: 1,
  predictorcorrector: 2,
  npse: 5,
  fnpse: 5,
  nlse: 9,
  tsnpse: 8,
  gauss: 4,
  jac: 3,
  fmpe: 10,
  npe: 6,
  flownpe: 6,
  snpe: 6,
  snpea: 11,
  snpeb: 12,
  snpec: 14,
  nle: 7,
  snl: 7,
  nre: 3,
};
const TRUTHS = new Set(['truth', 'true', 'exact', 'exactposterior', 'reference', 'referenceposterior', 'hmc']);

/**
 * The colour of one method or sample set: the same name has the same colour in every figure.
 *
 * Names of the literature (`Algorithm 1`, `NPE`, ...) have fixed colours, exact and reference ones are black, the prior
 * is grey; other names get theirs by a hash. Case, spaces and dashes do not count.
 *
 * @example
 * colorOf('Algorithm 2') === colorOf('algorithm-2'); // true
 */
export function colorOf(name: string): string {
  const key = keyOf(name);
  return TRUTHS.has(key) ? TRUTH_COLOR : key === 'prior' ? PRIOR_COLOR : COLORS[seatOf(key)];
}

/**
 * The colours of all names of one figure, each `colorOf` its name unless two would be the same: then the later one in
 * the alphabet moves to the next free colour.
 *
 * @param names in any order; the result does not depend on it.
 * @param overrides colours that take precedence, by name.
 * @example
 * palette(['Algorithm 1', 'Algorithm 2'], { 'Algorithm 2': '#888' })['Algorithm 2'] === '#888'; // true
 */
export function palette(
  names: readonly string[],
  overrides: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const colors: Record<string, string> = {};
  const taken = new Set<string>();
  const take = (name: string, color: string): void => {
    colors[name] = color;
    taken.add(color);
  };
  const distinct = [...new Set(names)].sort();
  for (const name of distinct) if (Object.hasOwn(overrides, name)) take(name, overrides[name]);
  const rest = distinct.filter((name) => !Object.hasOwn(colors, name));
  const seated = rest.filter((name) => keyOf(name) in SEATS || TRUTHS.has(keyOf(name)));
  for (const name of [...seated, ...rest.filter((other) => !seated.includes(other))]) {
    take(name, taken.has(colorOf(name)) ? nextFree(seatOf(keyOf(name)), taken) : colorOf(name));
  }
  return colors;
}

/** The next colour not taken: first among the bright ones, then anywhere; with more names than colours they repeat. */
function nextFree(seat: number, taken: ReadonlySet<string>): string {
  const bright = COLORS.slice(0, 8);
  const order = [...bright.slice((seat + 1) % 8), ...bright, ...COLORS.slice(8)];
  return order.find((color) => !taken.has(color)) ?? COLORS[seat];
}

function keyOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, '');
}

/** FNV-1a over the characters, onto the eight bright colours. */
function seatOf(key: string): number {
  if (Object.hasOwn(SEATS, key)) return SEATS[key];
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % 8;
}
