import type * as tf from '@tensorflow/tfjs';
import type { ConditionalDensity } from '../../nn/density/conditional-density';
import type { WeightSpec, Weights } from '../../nn/network';

/** A conditional density with what makes its context of a condition. */
export interface DensityModel {
  /** All weights, of the embedding and of the density. */
  readonly weights: readonly WeightSpec[];
  /** q(target | context). */
  readonly density: ConditionalDensity;
  /** The share of all weights that is the density's. */
  densityWeights(weights: Weights): Weights;
  /** The contexts [N, C] of the rows of x [N, L], each by itself. */
  contextOfEach(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
  /** The context [1, C] of a set of observations x [n, L], for a model of sets. */
  contextOfSet?(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
}
