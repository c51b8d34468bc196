import * as tf from '@tensorflow/tfjs';
import { requireColumns } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import { unconstrained } from '../distributions/unconstrained';
import type { Prior } from '../distributions/prior';
import { unconstrainedPrior } from '../distributions/unconstrained-prior';
import type { Score } from '../diffusion/noise-level';
import {
  farObservations,
  fitDataStandardisation,
  fitStandardisation,
  logVolume,
  originalValues,
  standardise,
  unstandardise,
  type Standardisation,
} from './standardisation';
import { keptWalls } from './kept-walls';
import { openedBoxes } from './opened-boxes';
import { insideSupport, withinSupport } from './within-support';

/** The numbers of a frame; JSON. */
export interface FrameConfig {
  /** How unconstrained parameters are standardised. */
  readonly theta: Standardisation;
  /** How data are. */
  readonly x: Standardisation;
  /** `kept` where parameters keep their walls; missing where the support is mapped to all of R^D. */
  readonly walls?: 'kept';
}

/**
 * How parameters and data become what a network sees, and back: theta = map(mean + std y), with the prior's map from
 * R^D to its support, and standardised data. All that is known of bounds, Jacobians and units stands here, for every
 * method.
 */
export interface Frame {
  readonly config: FrameConfig;
  readonly prior: Prior;
  /** Parameters D and data values L. */
  readonly dims: { readonly theta: number; readonly x: number };
  /** y [B, D] of parameters [B, D]. */
  toNetwork(theta: tf.Tensor2D): tf.Tensor2D;
  /** Parameters [B, D], in the prior's support, of y [B, D]. */
  toParameters(y: tf.Tensor2D): tf.Tensor2D;
  /**
   * log q(theta) [B] of log q(y) [B] at y = toNetwork(theta): less log |d theta / d y|, and -Infinity outside of the
   * support.
   */
  logProb(theta: tf.Tensor2D, ofY: tf.Tensor1D): tf.Tensor1D;
  /** The gradient in y of log |d theta / d y|, [B, D]. */
  volumeScore(y: tf.Tensor2D): tf.Tensor2D;
  /** The prior's score in y, [B, D]. */
  priorScore(y: tf.Tensor2D): tf.Tensor2D;
  /** The score of the diffused prior in y, where it is known in closed form. */
  readonly diffusedPriorScore?: Score;
  /** toNetwork(theta), with 0 for rows outside of the support, where any point will do. */
  toNetworkInside(theta: tf.Tensor2D): tf.Tensor2D;
  /** Standardised data [N, L], unchecked. */
  toData(x: tf.Tensor2D): tf.Tensor2D;
  /** The data of standardised ones [N, L], kept within the range of the simulations. */
  ofData(z: tf.Tensor2D): tf.Tensor2D;
  /** log |d x / d toData(x)| [N], at data [N, L]. */
  dataLogVolume(x: tf.Tensor2D): tf.Tensor1D;
  /**
   * Standardised observations [n, L]; warns of such far from the simulations. The caller disposes the tensor.
   * @throws InvalidInputError for no observations, another width, NaN or infinity.
   */
  observations(xObs: Rows): tf.Tensor2D;
}

/** The frame of numbers that were fitted before. */
export function frameOf(prior: Prior, config: FrameConfig): Frame {
  const { theta: scales, x, walls } = config;
  const { map, smooth } = walls ? keptWalls(prior) : { map: unconstrained(prior), smooth: unconstrainedPrior(prior) };
  const dims = { theta: prior.dim, x: x.mean.length };
  const logStd = scales.std.reduce((sum, std) => sum + Math.log(std), 0);
  const diffused = smooth.diffused?.standardised(scales.mean, scales.std);
  const toNetwork = (theta: tf.Tensor2D): tf.Tensor2D => standardise(scales, map.toUnconstrained(theta));
  return {
    config,
    prior,
    dims,
    toNetwork,
    toParameters: (y) => map.toConstrained(unstandardise(scales, y)),
    logProb: (theta, ofY) => {
      const volume = tf.add(map.logAbsDetJacobian(map.toUnconstrained(theta)), logStd);
      return withinSupport(prior, theta, tf.sub(ofY, volume) as tf.Tensor1D);
    },
    volumeScore: (y) => tf.mul(map.logAbsDetJacobianScore(unstandardise(scales, y)), tf.tensor1d(scales.std)),
    priorScore: (y) => tf.mul(smooth.score(unstandardise(scales, y)), tf.tensor1d(scales.std)),
    ...(diffused && { diffusedPriorScore: diffused.score }),
    toNetworkInside: (theta) => {
      const y = toNetwork(theta);
      const inside = insideSupport(prior, theta);
      return inside ? (tf.where(tf.expandDims(inside, 1), y, tf.zerosLike(y)) as tf.Tensor2D) : y;
    },
    toData: (values) => standardise(x, values),
    ofData: (z) => {
      const within = tf.minimum(tf.maximum(z, tf.tensor1d(x.lowest)), tf.tensor1d(x.highest)) as tf.Tensor2D;
      return originalValues(x, within);
    },
    dataLogVolume: (values) => logVolume(x, values),
    observations: (xObs) => {
      const raw = toTensor2D(xObs, 'xObs', dims.x);
      const standard = tf.tidy(() => standardise(x, raw));
      raw.dispose();
      const warning = farObservations(x, standard);
      if (warning) console.warn(warning);
      return standard;
    },
  };
}

/**
 * The frame of training pairs theta [N, D] and x [M, L], whose columns then have mean 0 and standard deviation 1.
 * @param isStandardised `false` leaves units as they are.
 * @param areLogarithmsTaken whether positive, log-normal columns of data are taken as logarithms. Default true.
 */
export function fitFrame(
  prior: Prior,
  { theta, x }: { theta: tf.Tensor2D; x: tf.Tensor2D },
  isStandardised: boolean,
  areLogarithmsTaken = true,
): Frame {
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(theta));
  const scales = fitStandardisation(z, isStandardised);
  z.dispose();
  const ofData = areLogarithmsTaken ? fitDataStandardisation : fitStandardisation;
  return frameOf(prior, { theta: scales, x: ofData(x, isStandardised) });
}

/**
 * The frame of training pairs in which parameters keep the walls of boxes.
 * @throws InvalidInputError for a prior whose law after diffusion is not known.
 */
export function fitFrameWithWalls(
  prior: Prior,
  pairs: { theta: tf.Tensor2D; x: tf.Tensor2D },
  isStandardised: boolean,
): Frame {
  keptWalls(prior);
  const { config } = fitFrame(openedBoxes(prior), pairs, isStandardised);
  return frameOf(prior, { ...config, walls: 'kept' });
}

/**
 * Refuses a table of parameters of another width.
 * @throws InvalidInputError with the shape.
 */
export function requireParameters(what: string, theta: tf.Tensor, { dims }: Frame): void {
  requireColumns(what, theta, dims.theta, 'parameters');
}
