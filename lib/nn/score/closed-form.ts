import type * as tf from '@tensorflow/tfjs';
import type { Rng } from '../../core/rng';
import type { NoiseLevel } from '../../diffusion/noise-level';
import type { Tensors } from '../../graph/tensors';
import { fitJointMixture } from './joint-mixture';
import { gaussianUnderLaw, type LawOfTheta } from './gaussian-under-law';
import { gaussianNoise, leastSquaresGaussian, meanOfX, rowsOf, type LinearGaussian } from './linear-gaussian';
import {
  mixtureNoise,
  mixtureNoiseSum,
  mixtureOfX,
  mixturePart,
  type MixtureOfX,
  type MixturePart,
} from './mixture-noise';

/**
 * The tensors of a closed-form part: `gaussian`, the one Gaussian by which the network sees and scales, where there is
 * one, and `parts`, those of a mixture.
 */
export type ClosedFormTensors = { readonly [name: string]: Tensors };

/** What observations are to the closed-form part, row by row: tensors [n, ...] by name. */
export type RowTensors = { readonly [name: string]: tf.Tensor2D };

/**
 * What is known of the noise in closed form, from the Gaussians nearest to the training pairs, theta | x ~ sum_k r_k(x)
 * N(m_k(x), C_k) with m_k(x) = x W_k + b_k. Diffused to a level its score is known, and a network that starts at zero
 * and is added to it learns only what is left.
 */
export interface ClosedForm {
  /** The one Gaussian by which the network sees and scales, where there is one. */
  scaling(tensors: ClosedFormTensors): LinearGaussian | undefined;
  /** What observations x [n, L] are to it. */
  ofX(tensors: ClosedFormTensors, x: tf.Tensor2D): RowTensors;
  /** The noise in each row of theta [B, D], with the observation of the same row, or one for all. */
  noise(tensors: ClosedFormTensors, theta: tf.Tensor2D, level: NoiseLevel, ofX: RowTensors): tf.Tensor;
  /**
   * The sum of the noise over observations, at one level. Without it the noise is linear in theta and the rows, so that
   * {@link noise} of their sums gives the sum.
   */
  noiseSum?(tensors: ClosedFormTensors, theta: tf.Tensor2D, level: NoiseLevel, ofX: RowTensors): tf.Tensor;
}

/** No Gaussian: all that is known is what the parameterisation knows of theta alone. */
export function noGaussian(known: (theta: tf.Tensor2D, level: NoiseLevel) => tf.Tensor): ClosedForm {
  return {
    scaling: () => undefined,
    ofX: () => ({}),
    noise: (_, theta, level) => known(theta, level),
  };
}

/** One Gaussian, by least squares. */
export const oneGaussian: ClosedForm = {
  scaling: ({ gaussian }) => gaussian as LinearGaussian,
  ofX: ({ gaussian }, x) => ({ means: meanOfX(gaussian as LinearGaussian, x) }),
  noise: ({ gaussian }, theta, level, { means }) => gaussianNoise(gaussian as LinearGaussian, theta, level, means),
};

/**
 * A mixture of several Gaussians; the network sees and scales by one Gaussian beside them, where its tensors have one.
 */
export const gaussianMixture: ClosedForm = {
  scaling: ({ gaussian }) => gaussian as LinearGaussian | undefined,
  ofX: ({ parts }, x) => mixtureOfX(parts as MixturePart[], x),
  noise: ({ parts }, theta, level, ofX) => mixtureNoise(parts as MixturePart[], theta, level, ofX as MixtureOfX),
  noiseSum: ({ parts }, theta, level, ofX) => mixtureNoiseSum(parts as MixturePart[], theta, level, ofX as MixtureOfX),
};

/**
 * Fits the closed-form part: by expectation-maximisation where several Gaussians tell held-out parameters better than
 * one, else by least squares.
 * @param pairs parameters [N, D] and data [N, L].
 * @param most Gaussians at most; 0 gives no tensors.
 * @param isScaled whether one Gaussian is wanted beside a mixture, to see and scale by.
 * @param law what is known of the parameters' law, for the one Gaussian.
 * @returns its tensors; the caller disposes them.
 */
export async function fitClosedForm(
  [theta, x]: [tf.Tensor2D, tf.Tensor2D],
  { most, isScaled, law }: { most: number; isScaled: boolean; law?: LawOfTheta },
  source: Rng,
): Promise<ClosedFormTensors> {
  if (most === 0) return {};
  const oneOfPairs = (): LinearGaussian => (law ? gaussianUnderLaw(theta, x, law) : leastSquaresGaussian(theta, x));
  const parts = most > 1 ? await fitJointMixture(rowsOf(theta), rowsOf(x), most, source) : undefined;
  if (!parts) return { gaussian: oneOfPairs() };
  return { parts: parts.map(mixturePart), ...(isScaled && { gaussian: oneOfPairs() }) };
}

/** The closed form that tensors belong to; `known` is what there is where they are none. */
export function closedFormOf(
  tensors: ClosedFormTensors,
  known: (theta: tf.Tensor2D, level: NoiseLevel) => tf.Tensor,
): ClosedForm {
  if ('parts' in tensors) return gaussianMixture;
  return 'gaussian' in tensors ? oneGaussian : noGaussian(known);
}
