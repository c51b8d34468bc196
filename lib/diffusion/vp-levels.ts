import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../core/checks';
import type { NoiseLevel } from './noise-level';
import { cosineAngle, linearRate } from './schedules';

/** The share of the data's variance left at time t in [0, 1]: gamma(0) = 1, falling to about 0 at 1. */
export type VpSchedule = (t: number) => number;

/**
 * gamma(t) = exp(-betaMin t - (betaMax - betaMin) t^2 / 2): the variance-preserving diffusion with linear beta(t).
 * @param betaMin noise rate at t = 0. Default 0.1.
 * @param betaMax noise rate at t = 1. Default 20, so that gamma(1) = 4e-5.
 * @throws InvalidInputError for what is no object of options.
 * @example
 * vpLevels({ count: 100, schedule: diffusion.linearSchedule({ betaMax: 10 }) }).count; // 100
 */
export function linearSchedule(options: { betaMin?: number; betaMax?: number } = {}): VpSchedule {
  const { betaMin = 0.1, betaMax = 20 } = objectOf('linearSchedule: options', options);
  const { integral } = linearRate(betaMin, betaMax);
  return (t) => Math.exp(-integral(t));
}

/**
 * gamma(t) = cos^2(pi/2 (t + s) / (1 + s)) / cos^2(pi/2 s / (1 + s)): the cosine schedule.
 * @param s offset that keeps the first levels from being too small. Default 0.008.
 * @throws InvalidInputError for what is no object of options.
 * @example
 * vpLevels({ count: 100, schedule: diffusion.cosineSchedule() }).count; // 100
 */
export function cosineSchedule(options: { s?: number } = {}): VpSchedule {
  const { s = 0.008 } = objectOf('cosineSchedule: options', options);
  const angle = cosineAngle(s);
  const f = (t: number): number => Math.cos(angle(t)) ** 2;
  return (t) => f(t) / f(0);
}

/** The discrete levels gamma_0 = 1 > gamma_1 > ... > gamma_T = 0 of a variance-preserving diffusion. */
export interface VpLevels {
  /** T, the number of the last level, which is pure noise. */
  readonly count: number;
  /** gamma_t for t = 0 ... T. */
  readonly gamma: readonly number[];
  /** alpha_t = gamma_t / gamma_{t-1} for t = 1 ... T - 1; alpha_1 = gamma_1. Entry 0 is 1 and entry T is 0. */
  readonly alpha: readonly number[];
  /** The levels of the given numbers: an int32 scalar gives columns [1, 1], a vector [B] gives columns [B, 1]. */
  at(t: tf.Tensor): NoiseLevel;
}

/**
 * The noise levels of the score-modelling paper: gamma_t for t = 0 (data) ... T (noise), with gamma_T = 0.
 *
 * The paper fixes T = 400 but gives no schedule for gamma; the default here is the linear one.
 *
 * @param count T. Default 400.
 * @param schedule gamma as a function of t / T. Default {@link linearSchedule}.
 * @throws InvalidInputError unless T is a whole number of at least 2, and the schedule falls strictly within (0, 1).
 * Source: Geffner, Papamakarios and Mnih, "Score modeling for simulation-based inference", section 1.1.
 * @example
 * vpLevels({ count: 100 }).count; // 100
 */
export function vpLevels(options: { count?: number; schedule?: VpSchedule } = {}): VpLevels {
  const { count = 400, schedule = linearSchedule() } = objectOf('vpLevels: options', options);
  requireCount('vpLevels count', count, 2);
  const gamma = Array.from({ length: count + 1 }, (_, t) => (t === 0 ? 1 : t === count ? 0 : schedule(t / count)));
  const wrong = gamma.findIndex((value, t) => t > 0 && !(value < gamma[t - 1]));
  demand(
    'vpLevels schedule',
    wrong < 0,
    'values that fall strictly from 1 to 0',
    `gamma(${wrong}/${count}) = ${gamma[wrong]} after ${gamma[wrong - 1]}`,
  );
  return levelsOf(gamma, (index) => tf.div(tf.cast(index, 'float32'), count));
}

/** Levels of the given gamma_0 = 1 > ... > gamma_T = 0; `timeOf` gives the times of level numbers [B], int32. */
export function levelsOf(gamma: readonly number[], timeOf: (index: tf.Tensor1D) => tf.Tensor): VpLevels {
  return {
    count: gamma.length - 1,
    gamma,
    alpha: gamma.map((value, t) => (t === 0 ? 1 : value / gamma[t - 1])),
    at: (t) => {
      const index = tf.cast(tf.reshape(t, [-1]), 'int32') as tf.Tensor1D;
      const column = (values: readonly number[]): tf.Tensor2D =>
        tf.gather(tf.tensor1d(values as number[]), index).expandDims<tf.Tensor2D>(1);
      return {
        t: timeOf(index).expandDims<tf.Tensor2D>(1),
        meanCoeff: column(gamma.map(Math.sqrt)),
        std: column(gamma.map((value) => Math.sqrt(1 - value))),
      };
    },
  };
}
