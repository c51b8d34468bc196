import type * as tf from '@tensorflow/tfjs';
import type { Key } from '../../graph/random';
import type { WeightSpec, Weights } from '../network';

/**
 * A network for the log ratio log r(theta, x) of pairs.
 *
 * Its first layer is a sum of two shares, so that for B parameters and n observations theta is embedded B times and x n
 * times, and only the layers after see the pairs.
 */
export interface RatioNetwork {
  /** All weights, in order. */
  readonly weights: readonly WeightSpec[];
  /** The first layer's share of theta [B, D] -> [B, W]. */
  ofTheta(weights: Weights, theta: tf.Tensor2D): tf.Tensor2D;
  /** Its share of x [n, L] -> [n, W]. */
  ofX(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
  /** log r [R] of the sums of two shares [R, W]; with a `key`, as in training, with dropout. */
  logRatio(weights: Weights, sums: tf.Tensor2D, key?: Key): tf.Tensor1D;
}

/** A classifier by name, with its settings; JSON, so that a saved estimator keeps its own. */
export interface ClassifierSpec {
  /** Which classifier. */
  readonly name: string;
  readonly [setting: string]: unknown;
}

/**
 * A classifier before it is known what it is for: `nn.classifiers.residual({ ... })`, or one of your own.
 *
 * Its logit is the log ratio; it sees standardised values, whose mean is about 0 and whose standard deviation is about
 * 1, and should start near the zero function, which takes no pair for another's.
 */
export interface ClassifierDefinition {
  /** Its name and settings. */
  readonly spec: ClassifierSpec;
  /**
   * The network for D parameters and L values of embedded data.
   * @throws InvalidInputError for settings that do not fit the sizes.
   */
  build(dims: { readonly theta: number; readonly x: number }): RatioNetwork;
}
