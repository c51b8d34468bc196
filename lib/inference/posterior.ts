import type * as tf from '@tensorflow/tfjs';
import type { VpLevels } from '../diffusion/vp-levels';
import type { DiffusionSampler } from '../samplers/diffusion-sampler';
import type { SampleOptions } from '../samplers/sample';
import type { Sampler } from '../samplers/sampler';
import type { PosteriorDensityOptions } from './score/score-density';

/** How samples are drawn from a posterior. */
export interface PosteriorSampleOptions extends SampleOptions {
  /**
   * One for discrete levels, or, for one observation, one that follows a reverse equation. Default `predictorCorrector()`; for one
   * observation `dpmSolver()`, and on given levels `gaussianTransitions()`.
   */
  sampler?: Sampler | DiffusionSampler;
  /**
   * Noise levels that a sampler for discrete ones goes down. Default: those of training for a given sampler, half as many for the default
   * one; after training in continuous time, as many of `unevenLevels`.
   */
  levels?: VpLevels;
}

/** How the parameters of the highest density are searched. */
export interface PosteriorMapOptions extends SampleOptions {
  /** Draws that the ascents start from, at least 2. Default 64. */
  starts?: number;
}

/** The posterior given n observations. */
export interface Posterior {
  /** Number of observations. */
  readonly n: number;
  /** Number of parameters. */
  readonly dim: number;
  /**
   * Draws [samples, D] that lie in the prior's support; the caller disposes the tensor.
   * @throws InvalidInputError for a number of samples that is none, and for several observations with a sampler that follows a reverse
   * equation; what `samplingProgram` throws.
   */
  sample(samples: number, options: PosteriorSampleOptions): Promise<tf.Tensor2D>;
  /**
   * The log density [B] of one observation's posterior at theta [B, D], by the probability flow: normalised, -Infinity outside of the prior's
   * support; the caller disposes the tensor.
   * @throws InvalidInputError for several observations, whose composed score is not a diffused density's, and for another width; what
   * `flowDensity` throws.
   */
  logProb(theta: tf.Tensor2D, options?: PosteriorDensityOptions): Promise<tf.Tensor1D>;
  /**
   * The log density [B] up to a constant for any number of observations, (1 - n) log p(theta) + sum_j log q(theta | x_j): what the factorised
   * score is the gradient of at t = 0, at the cost of n log densities; the caller disposes the tensor.
   * @throws InvalidInputError for another width; what `flowDensity` throws.
   */
  unnormalisedLogProb(theta: tf.Tensor2D, options?: PosteriorDensityOptions): Promise<tf.Tensor1D>;
  /**
   * The parameters [D] of the highest density: ascents along the score at the smallest noise, from draws, and of where they end the point of
   * the highest `unnormalisedLogProb`; the caller disposes the tensor.
   * @throws InvalidInputError for a number of starts that is none; what `sample` and `unnormalisedLogProb` throw.
   */
  map(options: PosteriorMapOptions): Promise<tf.Tensor1D>;
  /** Frees the embedded observations. */
  dispose(): void;
}
