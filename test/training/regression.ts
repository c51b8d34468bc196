import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { rng } from '../../lib/core/rng';
import { fit, type Fit, type FitProblem } from '../../lib/training/fit';
import type { FitOptions } from '../../lib/training/fit-settings';
import type { Loss } from '../../lib/training/loss';

const source = rng(2);
export const x = Array.from({ length: 400 }, () => [source.normal(), source.normal(1, 0.5)]);
export const y = x.map(([a, b]) => [2 * a - 3 * b + 0.5 + source.normal(0, 0.1)]);
export const specs = [
  { name: 'w', shape: [2, 1], initialStd: 1 },
  { name: 'b', shape: [1], initialStd: 0 },
];
export const squaredError: Loss = ([w, b], [inputs, targets]) =>
  tf.mean(tf.squaredDifference(tf.add(tf.matMul(inputs, w as tf.Tensor2D), b), targets)) as tf.Scalar;
/** A loss of slope one in each weight, whatever the rows. */
export const slope: Loss = ([w, b], rows) =>
  tf.add(tf.sum(w), tf.add(tf.sum(b), tf.mul(0, tf.sum(rows[0])))) as tf.Scalar;
export const base: FitOptions = {
  seed: 1,
  batchSize: 100,
  learningRate: 0.05,
  maxEpochs: 200,
  patience: 1000,
  progress: false,
};
export const numbers = ({ weights }: Pick<Fit, 'weights'>): number[] =>
  weights.flatMap((w) => Array.from(w.dataSync()));

/** What of a fit is not as usual: the first `rows` of the data, and what is looked at while the weights are there. */
interface Unusual extends Partial<Omit<FitProblem, 'rows'>> {
  readonly rows?: number;
  readonly look?: (result: Fit) => void;
}

/** Fits, hands the result to `look`, frees it, and checks that no tensor is left, whatever fit itself throws. */
export async function fitted(
  options: Partial<FitOptions> = {},
  { rows = x.length, look, ...problem }: Unusual = {},
): Promise<Fit> {
  const tables = [tf.tensor2d(x.slice(0, rows)), tf.tensor2d(y.slice(0, rows))];
  const before = tf.memory().numTensors;
  const whole = { weights: specs, loss: squaredError, rows: tables, ...problem };
  try {
    const result = await fit(whole, { ...base, ...options });
    try {
      look?.(result);
    } finally {
      tf.dispose(result.weights);
    }
    return result;
  } finally {
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(tables);
  }
}
