import * as tf from '@tensorflow/tfjs';
import type { Estimator } from '../contract/estimator';
import type { TrainingPairs } from './check-pairs';

/** Held-out pairs that are looked at; fewer tell nothing. */
const most = 200;
const fewest = 100;
const draws = 20;
/** Widths that are off by less are no news. */
const tolerated = 1.5;

/**
 * How many times as wide as they should be an estimator's posteriors are, by parameter [D], from the ranks of held-out
 * parameters among draws of their posteriors; 1 is right, and 200 pairs tell it to about 5 %.
 *
 * Draws from posteriors that are k times too wide leave normal parameters with ranks u of E (2u - 1)^2 = (2 / pi)
 * arcsin(1 / (1 + k^2)), which is 1/3 where k = 1.
 * @param rows the numbers of the held-out pairs.
 * @returns undefined for fewer than 100 of them.
 * Source: Talts et al. (2018), "Validating Bayesian inference algorithms with simulation-based calibration".
 */
export async function heldOutWidths(
  estimator: Pick<Estimator, 'drawEach'>,
  { theta, x }: TrainingPairs,
  rows: Int32Array,
  options: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<number[] | undefined> {
  if (rows.length < fewest) return undefined;
  const index = tf.tensor1d(rows.slice(0, most), 'int32');
  const [truth, data] = [tf.gather(theta, index), tf.gather(x, index)];
  try {
    const drawn = await estimator.drawEach(data, { draws, progress: false, ...options });
    const spread = tf.tidy(() => {
      const below = tf.sum(tf.cast(tf.less(drawn, tf.expandDims(truth, 1)), 'float32'), 1);
      // the mean over the bins of (2u - 1)^2 is 1/3 less 1 / (3 bins^2)
      const u = tf.div(tf.add(below, 0.5), draws + 1);
      return tf.add(tf.mean(tf.square(tf.sub(tf.mul(2, u), 1)), 0), 1 / (3 * (draws + 1) ** 2)).dataSync();
    });
    drawn.dispose();
    return Array.from(spread, (value) => {
      const sine = Math.sin((Math.PI / 2) * Math.min(value, 0.999));
      return Math.sqrt((1 - sine) / sine);
    });
  } finally {
    tf.dispose([index, truth, data]);
  }
}

/** A sentence about the parameter whose posteriors are farthest from their width, where that matters; or none. */
export function widthWarning(widths: readonly number[]): string | undefined {
  const off = (width: number): number => Math.abs(Math.log(width));
  const worst = widths.reduce((a, b, i) => (off(b) > off(widths[a]) ? i : a), 0);
  if (!(off(widths[worst]) > Math.log(tolerated))) return undefined;
  const width = widths[worst];
  const [factor, how] = width > 1 ? [width, 'wide'] : [1 / width, 'narrow'];
  return (
    `on held-out simulations the posteriors of parameter ${worst} are about ${factor.toFixed(1)} times as ${how} as ` +
    'they should be. Simulate more, or simulate again from a narrower prior around the observation.'
  );
}
