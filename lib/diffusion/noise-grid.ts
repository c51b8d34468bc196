import * as tf from '@tensorflow/tfjs';
import { objectOf, refuse, requireCount, requireNumber } from '../core/checks';
import { requireDiffusion, type Diffusion } from './diffusion';
import type { NoiseLevel } from './noise-level';
import { levelsOf, type VpLevels } from './vp-levels';

/**
 * How a fixed number of levels is spaced, in terms of the noise ratio sigma = std / meanCoeff: `logSnr` evenly in log
 * sigma, `tapered` too, but in ever longer steps above sigma = sqrt(e), where little but noise is seen, `karras` evenly
 * in sigma^(1/7), `time` evenly in t.
 */
export type Spacing = 'logSnr' | 'tapered' | 'karras' | 'time';

/** The spacing and the end of a grid of noise levels. */
export interface NoiseGridOptions {
  /** Default `logSnr`, which resolves posteriors of any width alike. */
  spacing?: Spacing;
  /** sigma of the last level, in units of theta; levels end at the diffusion's smallest time. Default 0.002. */
  smallestNoise?: number;
}

/** The exponent of Karras et al. */
const rho = 7;

/**
 * Log noise ratios u_0 > ... > u_K from the diffusion's largest time down to the smallest noise.
 * @throws InvalidInputError unless `steps` is a positive whole number, and the smallest noise positive and below the
 * reference's.
 * Source: Karras et al. (2022), "Elucidating the design space of diffusion-based generative models", equation (5), for
 * `karras`.
 */
export function logRatioGrid(
  diffusion: Diffusion,
  steps: number,
  { spacing = 'logSnr', smallestNoise = 0.002 }: NoiseGridOptions = {},
): number[] {
  requireCount('steps', steps);
  const first = diffusion.logRatio(diffusion.latest);
  requireNumber(
    'smallestNoise',
    smallestNoise,
    `a number between 0 and the reference's, ${Math.exp(first)}`,
    (value) => value > 0 && Math.log(value) < first,
  );
  const last = Math.max(Math.log(smallestNoise), diffusion.logRatio(diffusion.earliest));
  const between = (from: number, to: number): number[] =>
    Array.from({ length: steps + 1 }, (_, k) => from + ((to - from) * k) / steps);
  switch (spacing) {
    case 'logSnr':
      return between(first, last);
    case 'tapered':
      return between(taper(first), taper(last)).map((w) => (w < 0.5 ? w : Math.exp(2 * w - 1) / 2));
    case 'karras':
      return between(Math.exp(first / rho), Math.exp(last / rho)).map((root) => rho * Math.log(root));
    case 'time':
      return between(diffusion.latest, timeOf(diffusion, last)).map((t) => diffusion.logRatio(t));
    default:
      refuse('spacing', 'logSnr, tapered, karras or time', spacing);
  }
}

/** u up to 1/2, and from there on 1/2 + log(2 u) / 2, which goes on as smoothly. */
function taper(u: number): number {
  return u < 0.5 ? u : 0.5 + Math.log(2 * u) / 2;
}

/** The time of a log noise ratio, in float64, by bisection. */
export function timeOf({ logRatio, earliest, latest }: Diffusion, u: number): number {
  let [low, high] = [earliest, latest];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (logRatio(middle) < u) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The levels of a grid, looked up by an int32 scalar, with columns [1, 1]; `values` are the same numbers on the host.
 */
export function levelTable(diffusion: Diffusion, ratios: readonly number[]): LevelTable {
  const values = tf.tidy(() => {
    const { t, meanCoeff, std } = diffusion.atLogRatio(tf.tensor1d([...ratios]));
    const numbers = (column: tf.Tensor): number[] => Array.from(column.dataSync());
    return { t: numbers(t), meanCoeff: numbers(meanCoeff), std: numbers(std) };
  });
  const entry = (numbers: readonly number[], k: tf.Scalar): tf.Tensor2D =>
    tf.reshape(tf.gather(tf.tensor1d([...numbers]), k), [1, 1]);
  return {
    values,
    at: (k) => ({ t: entry(values.t, k), meanCoeff: entry(values.meanCoeff, k), std: entry(values.std, k) }),
    number: (numbers, k) => entry(numbers, k),
  };
}

/** See {@link levelTable}. */
export interface LevelTable {
  readonly values: Readonly<Record<keyof NoiseLevel, readonly number[]>>;
  at(k: tf.Scalar): NoiseLevel;
  /** Entry k of other numbers, one for each level, [1, 1]. */
  number(numbers: readonly number[], k: tf.Scalar): tf.Tensor2D;
}

/**
 * Noise levels for the samplers that go down `vpLevels`, evenly spaced in the log noise ratio instead of in time, so
 * that posteriors much narrower than the prior keep their width.
 *
 * Level k = 1 has the smallest noise and level T - 1 that of the largest time; level T is pure noise.
 *
 * @param diffusion the levels are those of the variance-preserving diffusion of the same times and noise ratios.
 * @param count T, the number of the last level. Default 100.
 * @param options any of {@link NoiseGridOptions}.
 * @throws InvalidInputError for a count below 3, or invalid options of the grid.
 * @example
 * const levels = unevenLevels(vpLinear(), { count: 50, smallestNoise: 0.005 });
 * const theta = await posterior.sample(500, { seed: 3, sampler: predictorCorrector({ levels }) }); // shape [500, 2]
 */
export function unevenLevels(diffusion: Diffusion, settings: NoiseGridOptions & { count?: number } = {}): VpLevels {
  requireDiffusion('unevenLevels', diffusion);
  const { count = 100, ...options } = objectOf('unevenLevels: options', settings);
  requireCount('unevenLevels count', count, 3);
  const ratios = logRatioGrid(diffusion, count - 2, options).reverse();
  const gamma = [1, ...ratios.map((u) => 1 / (1 + Math.exp(2 * u))), 0];
  const times = [0, ...ratios.map((u) => timeOf(diffusion, u)), 1];
  return levelsOf(gamma, (index) => tf.gather(tf.tensor1d(times), index));
}
