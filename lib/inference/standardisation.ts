import * as tf from '@tensorflow/tfjs';

/** The map v -> (v - mean) / std of each column, and the range of the values that it was fitted to, in its own units. */
export interface Standardisation {
  readonly mean: number[];
  readonly std: number[];
  readonly lowest: number[];
  readonly highest: number[];
}

/**
 * Fits the columns' means and standard deviations; a constant column keeps its unit.
 * @param apply `false` leaves values as they are (mean 0, std 1) and only notes their range.
 */
export function fitStandardisation(values: tf.Tensor2D, apply: boolean): Standardisation {
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(values, 0);
    const center = apply ? Array.from(mean.dataSync()) : mean.shape.length ? new Array<number>(values.shape[1]).fill(0) : [0];
    const scale = apply ? Array.from(variance.sqrt().dataSync(), (std, i) => (std > 1e-6 * Math.max(1, Math.abs(center[i])) ? std : 1)) : center.map(() => 1);
    const edge = (of: tf.Tensor): number[] => Array.from(of.dataSync(), (value, i) => (value - center[i]) / scale[i]);
    return { mean: center, std: scale, lowest: edge(values.min(0)), highest: edge(values.max(0)) };
  });
}

/** (v - mean) / std, [N, K]. */
export function standardise({ mean, std }: Standardisation, values: tf.Tensor2D): tf.Tensor2D {
  return tf.div(tf.sub(values, tf.tensor1d(mean)), tf.tensor1d(std)) as tf.Tensor2D;
}

/** mean + std z, [N, K]. */
export function unstandardise({ mean, std }: Standardisation, values: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.mul(values, tf.tensor1d(std)), tf.tensor1d(mean)) as tf.Tensor2D;
}

/**
 * A sentence for each observation that lies far outside of what was simulated, farther than half the simulations' range beyond it.
 * @param x standardised observations.
 */
export function farObservations({ lowest, highest }: Standardisation, x: tf.Tensor2D): string[] {
  const [n, width] = x.shape;
  const values = x.dataSync();
  return Array.from({ length: n }, (_, j) => {
    let worst = { excess: 0, column: 0 };
    for (let k = 0; k < width; k++) {
      const value = values[j * width + k];
      const range = Math.max(highest[k] - lowest[k], 1e-12);
      const excess = Math.max(value - highest[k], lowest[k] - value) / range;
      if (excess > worst.excess) worst = { excess, column: k };
    }
    return worst.excess > 0.5
      ? `Observation ${j}: value ${worst.column} lies ${worst.excess.toFixed(1)} times the simulations' whole range outside of it; the posterior there is an extrapolation.`
      : '';
  }).filter(Boolean);
}
