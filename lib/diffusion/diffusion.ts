import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import type { NoiseLevel } from './noise-level';

// for the rooms that still import it from here
export { requireNumber } from '../core/checks';

/** The name and numbers of a diffusion, as JSON: a saved estimator keeps them. */
export type DiffusionSpec =
  | {
      readonly name: 'vpLinear' | 'subVp';
      readonly betaMin: number;
      readonly betaMax: number;
      readonly earliest: number;
    }
  | { readonly name: 'vpCosine'; readonly s: number; readonly earliest: number }
  | { readonly name: 've'; readonly sigmaMin: number; readonly sigmaMax: number }
  | { readonly name: 'straightPath'; readonly earliest: number };

/**
 * A diffusion d theta = f(t) theta dt + g(t) dW with the kernel
 * p_t(theta_t | theta) = N(meanCoeff(t) theta, std(t)^2 I).
 *
 * A level is known by its time t or by its log noise ratio u = log(std / meanCoeff), which grows with t: half the
 * negative log signal-to-noise ratio. f = d log meanCoeff / dt and g^2 = 2 std^2 du/dt.
 */
export interface Diffusion {
  /** Its name and numbers. */
  readonly spec: DiffusionSpec;
  /**
   * The smallest time that a network is trained on and a sampler goes down to, above 0 where the noise vanishes at 0.
   */
  readonly earliest: number;
  /** The largest time: 1, or just below it where the noise ratio has no bound. */
  readonly latest: number;
  /** std at the largest time: the reference that draws start from is N(0, referenceStd^2 I). */
  readonly referenceStd: number;
  /** u(t) = log(std / meanCoeff), in float64. */
  logRatio(t: number): number;
  /** The drift coefficient f(t). */
  drift(t: number): number;
  /** The diffusion coefficient g(t). */
  diffusion(t: number): number;
  /**
   * The levels at times: a scalar gives columns [1, 1], a vector [B] or a column [B, 1] gives columns [B, 1]. Works in
   * a recording; the caller owns the tensors.
   */
  at(t: tf.Tensor): NoiseLevel;
  /** The levels of log noise ratios u, as `at`; the caller owns the tensors. */
  atLogRatio(u: tf.Tensor): NoiseLevel;
}

/** What tells one diffusion from another; the rest follows. */
export interface DiffusionFormulas extends Pick<
  Diffusion,
  'spec' | 'earliest' | 'latest' | 'logRatio' | 'drift' | 'diffusion'
> {
  /** u of a column of times. */
  readonly logRatioOf: (t: tf.Tensor2D) => tf.Tensor2D;
  /** t of a column of log ratios. */
  readonly timeOf: (u: tf.Tensor2D) => tf.Tensor2D;
  /** meanCoeff of a column of log ratios. */
  readonly meanCoeffOf: (u: tf.Tensor2D) => tf.Tensor2D;
}

/** A diffusion from its formulas. */
export function diffusionOf({ logRatioOf, timeOf, meanCoeffOf, ...numbers }: DiffusionFormulas): Diffusion {
  const { latest, logRatio } = numbers;
  const level = (t: tf.Tensor2D, u: tf.Tensor2D): NoiseLevel => {
    const meanCoeff = meanCoeffOf(u);
    return { t, meanCoeff, std: tf.mul(meanCoeff, tf.exp(u)) };
  };
  const column = (values: tf.Tensor): tf.Tensor2D => tf.reshape(tf.cast(values, 'float32'), [-1, 1]);
  return {
    ...numbers,
    referenceStd: tf.tidy(() => {
      const u = tf.tensor2d([[logRatio(latest)]]);
      return tf.mul(meanCoeffOf(u), tf.exp(u)).dataSync()[0];
    }),
    at: (t) => {
      const times = column(t);
      return level(times, logRatioOf(times));
    },
    atLogRatio: (u) => {
      const ratios = column(u);
      return level(timeOf(ratios), ratios);
    },
  };
}

/** sqrt(1 / (1 + e^{2u})), the meanCoeff of a diffusion that preserves variance: meanCoeff^2 + std^2 = 1. */
export function vpMeanCoeff(u: tf.Tensor2D): tf.Tensor2D {
  return tf.sqrt(tf.sigmoid(tf.mul(-2, u) as tf.Tensor2D));
}

/**
 * The level that a variance-preserving diffusion has at the same time and noise ratio; its theta is that of `level`
 * times `scale`.
 */
export function vpTwin(level: NoiseLevel): { level: NoiseLevel; scale: tf.Tensor2D } {
  const scale = tf.rsqrt(tf.add(tf.square(level.meanCoeff), tf.square(level.std))) as tf.Tensor2D;
  return {
    level: { t: level.t, meanCoeff: tf.mul(level.meanCoeff, scale), std: tf.mul(level.std, scale) },
    scale,
  };
}

/**
 * The variance-preserving diffusion with the noise ratio of another at each time: the parameters of the two differ by a
 * factor, so that samplers and networks see parameters of one size whatever the diffusion. A diffusion that preserves
 * variance is its own twin.
 */
export function twinDiffusion(diffusion: Diffusion): Diffusion {
  const { name } = diffusion.spec;
  if (name === 'vpLinear' || name === 'vpCosine') return diffusion;
  const { logRatio } = diffusion;
  const variance = (t: number): number => 1 / (1 + Math.exp(-2 * logRatio(t)));
  // f = -std^2 du/dt and g^2 = 2 std^2 du/dt
  const slope = (t: number): number => {
    const dt = 1e-5 * Math.max(t, 1e-3);
    return (logRatio(t + dt) - logRatio(t - dt)) / (2 * dt);
  };
  return {
    ...diffusion,
    referenceStd: Math.sqrt(variance(diffusion.latest)),
    drift: (t) => -variance(t) * slope(t),
    diffusion: (t) => Math.sqrt(2 * variance(t) * slope(t)),
    at: (t) => vpTwin(diffusion.at(t)).level,
    atLogRatio: (u) => vpTwin(diffusion.atLogRatio(u)).level,
  };
}

/**
 * Refuses what is no diffusion.
 * @param what the call in messages, such as `continuous`.
 * @throws InvalidInputError with what came.
 */
export function requireDiffusion(what: string, diffusion: Diffusion): void {
  // texts and arrays have a function `at` too
  const isDiffusion = typeof diffusion?.at === 'function' && typeof diffusion.spec === 'object';
  demand(`${what} diffusion`, isDiffusion, 'a diffusion, such as vpLinear()', diffusion);
}
