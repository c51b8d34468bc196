import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../core/rng';
import { dense, type Activation } from '../graph/dense';

/** A weight tensor before training: its shape and its first values. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: number[];
  /** Standard deviation of the normal first values; 0 starts at zero. */
  readonly initialStd: number;
}

/** Weights in the order of a network's specs. */
export type Weights = readonly tf.Tensor[];

/** First values for the given specs; the caller disposes the tensors. */
export function initialWeights(specs: readonly WeightSpec[], source: Rng): tf.Tensor[] {
  return specs.map(({ shape, initialStd }) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () =>
        initialStd === 0 ? 0 : source.normal(0, initialStd),
      ),
      shape,
    ),
  );
}

/** A function of a batch of rows with weights of its own; made of parts by giving each its slice of the weights. */
export interface Network {
  readonly weights: readonly WeightSpec[];
  apply(weights: Weights, rows: tf.Tensor2D): tf.Tensor2D;
}

/**
 * The weights and bias of one dense layer. `gain` scales the normal first values of standard deviation gain /
 * sqrt(inputs).
 */
export function denseSpecs(name: string, inputs: number, outputs: number, gain = 1): WeightSpec[] {
  return [
    { name: `${name}/weights`, shape: [inputs, outputs], initialStd: gain / Math.sqrt(inputs) },
    { name: `${name}/bias`, shape: [outputs], initialStd: 0 },
  ];
}

/** Applies the layer whose weights and bias stand at `index`. */
export function applyDense(
  weights: Weights,
  index: number,
  rows: tf.Tensor2D,
  activation: Activation = 'linear',
): tf.Tensor2D {
  return dense(rows, weights[index] as tf.Tensor2D, weights[index + 1] as tf.Tensor1D, activation);
}

/** Weights by part: all specs in order, and the slice of the weights that belongs to a part. */
export function namedParts<K extends string>(
  parts: Readonly<Record<K, readonly WeightSpec[]>>,
): { weights: readonly WeightSpec[]; of(weights: Weights, name: K): Weights } {
  const bounds = new Map<string, [number, number]>();
  let start = 0;
  for (const [name, specs] of Object.entries<readonly WeightSpec[]>(parts))
    bounds.set(name, [start, (start += specs.length)]);
  return {
    weights: Object.values<readonly WeightSpec[]>(parts).flat(),
    of: (weights, name) => weights.slice(...bounds.get(name)!),
  };
}
