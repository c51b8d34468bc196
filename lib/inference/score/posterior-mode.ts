import * as tf from '@tensorflow/tfjs';
import { densityAscent } from './density-ascent';
import { axesOf, distinctRows } from './mode-search';

/** What the mode of a posterior is looked for with, in coordinates y that have no bounds. */
export interface ModeProblem {
  /** Draws [B, D]. */
  readonly draws: tf.Tensor2D;
  /** Where ascents along the score from draws end, [B, D], at each noise that is tried; the caller disposes it. */
  climbs(draws: tf.Tensor2D): tf.Tensor2D[];
  /** The log density of the parameters [B], at y [B, D]; the caller disposes it. */
  logProb(y: tf.Tensor2D): Promise<tf.Tensor1D>;
}

/**
 * The point [1, D] of the highest density that is found: of the draws and the ends of ascents the best, and from there
 * by the density itself, which a score with its errors need not be the gradient of. No draw is better. The caller
 * disposes the tensor.
 */
export async function posteriorMode({ draws, climbs, logProb }: ModeProblem): Promise<tf.Tensor2D> {
  const candidates = tf.tidy(() =>
    tf.concat([...climbs(draws).map((ends) => distinctRows(ends, draws)), draws]),
  ) as tf.Tensor2D;
  const valuesAt = async (y: tf.Tensor2D): Promise<Float32Array> => {
    const found = await logProb(y);
    const values = found.dataSync() as Float32Array;
    found.dispose();
    return values;
  };
  try {
    const values = await valuesAt(candidates);
    const best = values.reduce((top, value, i) => (value > values[top] || Number.isNaN(values[top]) ? i : top), 0);
    const start = tf.tidy(() => Array.from(tf.slice(candidates, [best, 0], [1, -1]).dataSync()));
    const ofRows = async (rows: number[][]): Promise<Float32Array> => {
      const y = tf.tensor2d(rows);
      return valuesAt(y).finally(() => y.dispose());
    };
    const { point } = await densityAscent(ofRows, start, axesOf(draws));
    return tf.tensor2d([[...point]]);
  } finally {
    candidates.dispose();
  }
}
