import * as tf from '@tensorflow/tfjs';
import { requireOneOf } from '../core/checks';
import { totalScore, type ComposedScore } from '../compose/composed-score';
import { vpTwin, type Diffusion } from '../diffusion/diffusion';
import type { NoiseGridOptions } from '../diffusion/noise-grid';
import type { NoiseLevel } from '../diffusion/noise-level';
import { requireDiffused } from './descent';

/**
 * What becomes of the last level's noise: `flow` takes it away by a step of the probability flow, y + sigma^2 s / 2
 * with y = theta / meanCoeff, which leaves errors of order (sigma / width)^4; `mean` gives the denoised mean y +
 * sigma^2 s, too narrow by a share of order (sigma / width)^2; `none` gives y, as much too wide.
 */
export type LastStep = 'flow' | 'mean' | 'none';

/** The steps of a sampler that follows a diffusion's reverse equation. */
export interface ReverseGridOptions extends NoiseGridOptions {
  /** Steps from the reference down to the last level. */
  steps?: number;
  /** Default `flow`. */
  lastStep?: LastStep;
}

/** The settings of a grid as text, for a sampler's id. */
export function gridId({ spacing = 'logSnr', smallestNoise = 0.002, lastStep = 'flow' }: ReverseGridOptions): string {
  return `${spacing},${smallestNoise},${lastStep}`;
}

/**
 * Refuses an unknown last step.
 * @throws InvalidInputError with the known ones.
 */
export function checkLastStep(lastStep: LastStep = 'flow'): void {
  requireOneOf('lastStep', lastStep, ['flow', 'mean', 'none']);
}

/**
 * theta [B, D] at the largest time from N(0, I) draws: its law there is N(mean, std^2 I) with mean = std^2 s(0), nearly
 * meanCoeff times that of the data.
 * @throws InvalidInputError for a score that is not a diffused density's.
 */
export function fromReference(
  target: ComposedScore,
  diffusion: Diffusion,
  noise: tf.Tensor2D,
  what: string,
): tf.Tensor2D {
  requireDiffused(target, what);
  const level = diffusion.at(tf.scalar(diffusion.latest));
  return tf.add(referenceMean(target, level), tf.mul(level.std, noise));
}

/** The mean [1, D] of a level that is nearly all noise. */
export function referenceMean(target: ComposedScore, level: NoiseLevel): tf.Tensor2D {
  return tf.mul(tf.square(level.std), totalScore(target, tf.zeros([1, target.dim]), level));
}

/** The samples of the particles [B, D] at the last level. */
export function finishAt(
  target: ComposedScore,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  lastStep: LastStep = 'flow',
): tf.Tensor2D {
  const known =
    lastStep === 'none'
      ? theta
      : tf.add(
          theta,
          tf.mul(tf.mul(lastStep === 'mean' ? 1 : 0.5, tf.square(level.std)), totalScore(target, theta, level)),
        );
  return tf.div(known, level.meanCoeff);
}

/**
 * The probability flow in the log noise ratio u, dv/du = -std^2 (v + s_v): v = theta scale and s_v = s / scale are what
 * a variance-preserving diffusion has at the same noise ratio, with its std, so that v keeps its size.
 */
export function flowVelocity(target: ComposedScore, v: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D {
  const { scale, level: twin } = vpTwin(level);
  const score = tf.div(totalScore(target, tf.div(v, scale) as tf.Tensor2D, level), scale);
  return tf.mul(tf.neg(tf.square(twin.std)), tf.add(v, score));
}
