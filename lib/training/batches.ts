import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../core/rng';

/** The numbers of the rows to train on, and of those held out. */
export interface SplitNumbers {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/** The rows of a validation and a training part; the caller disposes both. */
export function split(
  rows: tf.Tensor2D[],
  { training, validation }: SplitNumbers,
): { training: tf.Tensor2D[]; validation: tf.Tensor2D[] } {
  return tf.tidy(() => {
    const part = (index: Int32Array): tf.Tensor2D[] => rows.map((each) => tf.gather(each, tf.tensor1d(index, 'int32')));
    return { training: part(training), validation: part(validation) };
  });
}

/** A random split of rows. */
export function splitNumbers(count: number, validationRows: number, source: Rng): SplitNumbers {
  const order = shuffled(count, source);
  return { training: order.slice(validationRows), validation: order.slice(0, validationRows) };
}

/**
 * A split of rows that came in parts, each in random order: the first rows of each are held out, at least one of all.
 * It is the same for the parts so far when others are added.
 */
export function splitOfParts(sizes: readonly number[], fraction: number): SplitNumbers {
  const training: number[] = [];
  const validation: number[] = [];
  let end = 0;
  for (const size of sizes) {
    const start = end;
    end += size;
    const heldOut = Math.max(1, Math.round(end * fraction)) - validation.length;
    for (let row = start; row < end; row++) (row < start + heldOut ? validation : training).push(row);
  }
  return { training: Int32Array.from(training), validation: Int32Array.from(validation) };
}

/**
 * The row numbers of each batch of `epochs` epochs, int32 [steps, batchSize]; rows that fill no batch wait for the next
 * shuffle.
 */
export function batches(count: number, batchSize: number, epochs: number, source: Rng): tf.Tensor2D {
  const perEpoch = Math.floor(count / batchSize) * batchSize;
  const order = new Int32Array(epochs * perEpoch);
  for (let epoch = 0; epoch < epochs; epoch++)
    order.set(shuffled(count, source).subarray(0, perEpoch), epoch * perEpoch);
  return tf.tensor2d(order, [order.length / batchSize, batchSize], 'int32');
}

/**
 * The row numbers of `steps` batches, int32 [steps, batchSize], of rows that are many more: none twice before all were
 * there.
 */
export function someBatches(count: number, batchSize: number, steps: number, source: Rng): tf.Tensor2D {
  const perPass = Math.floor(count / batchSize);
  return tf.tidy(() =>
    tf.slice(batches(count, batchSize, Math.ceil(steps / perPass), source), [0, 0], [steps, batchSize]),
  );
}

function shuffled(count: number, source: Rng): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = source.integer(0, i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
