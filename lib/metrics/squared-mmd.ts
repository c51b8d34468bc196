import * as tf from '@tensorflow/tfjs';
import {
  demand,
  objectOf,
  requireCount,
  requireFunction,
  requireNumber,
  requireOneOf,
  requirePositive,
} from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';

/** How the squared MMD is estimated. */
export interface SquaredMmdOptions {
  /** `unbiased` (U-statistic, may be below zero) or `biased` (V-statistic). Default `unbiased`. */
  estimator?: 'unbiased' | 'biased';
  /** The kernel's length l. Default: the median distance between the pooled samples (at most 1,000 rows of each). */
  length?: number;
}

/** Rows of a kernel block; bounds the memory at 4 bytes x block x samples. */
const blockRows = 2048;
const medianRows = 1000;
/** Rows of either sample from which the length of a whole kernel matrix comes. */
const fewRows = 250;

/**
 * The squared maximum mean discrepancy between two samples with the Gaussian kernel k(a, b) = exp(-|a - b|^2 / (2
 * l^2)): mean k(a, a') + mean k(b, b') - 2 mean k(a, b).
 *
 * The unbiased estimate omits the pairs a = a' from the first two means.
 *
 * @param a sample [N, D].
 * @param b sample [M, D].
 * @returns a number near 0 for samples of one law; see {@link mmdFloor} for how near. NaN where squared distances are
 * beyond float32.
 * @throws InvalidInputError for fewer than two rows, different widths, NaN or infinity, or an invalid option.
 * Source: Gretton et al., "A kernel two-sample test", equations (3) and (5).
 * @example
 * squaredMmd(theta, await exact.sample(1_000, { seed: 1 })); // about 0 for samples of the exact posterior
 */
export function squaredMmd(a: Rows, b: Rows, options: SquaredMmdOptions = {}): number {
  const { estimator = 'unbiased' } = objectOf('squaredMmd: options', options);
  requireOneOf('squaredMmd: estimator', estimator, ['unbiased', 'biased']);
  if (options.length !== undefined) requirePositive('squaredMmd: length', options.length);
  return tf.tidy(() => {
    const first = toTensor2D(a, 'squaredMmd, first sample');
    const second = toTensor2D(b, 'squaredMmd, second sample', first.shape[1]);
    // distances of float32 numbers far from zero would lose their digits
    const centre = tf.mean(first, 0);
    const [x, y] = [tf.sub(first, centre), tf.sub(second, centre)] as tf.Tensor2D[];
    const [n, m] = [x.shape[0], y.shape[0]];
    demand('squaredMmd', Math.min(n, m) >= 2, 'at least two rows in each sample', `${n} and ${m}`);
    const length = options.length ?? medianDistance(x, y);
    if (Number.isNaN(length)) return NaN;
    const remedy = 'Set { length }, since the samples give none.';
    demand(
      'squaredMmd',
      length > 0,
      'rows that differ, at a positive median distance',
      `a distance of ${length}`,
      remedy,
    );
    const [xx, yy, xy] = [kernelSum(x, x, length), kernelSum(y, y, length), kernelSum(x, y, length)];
    return estimator === 'biased'
      ? xx / n ** 2 + yy / m ** 2 - (2 * xy) / (n * m)
      : (xx - n) / (n * (n - 1)) + (yy - m) / (m * (m - 1)) - (2 * xy) / (n * m);
  });
}

/**
 * The sampling floor of the squared MMD: the mean and the 95% quantile of its estimate over pairs of samples of the
 * same law.
 * @param draw gives a fresh sample [N, D] for a seed; it is disposed of here.
 * @param repeats pairs. Default 20.
 * @param seed of the first draw; the others follow it. Default 0.
 * @throws InvalidInputError where repeats is not a positive whole number, or as {@link squaredMmd}.
 * @example
 * const floor = await mmdFloor((seed) => exact.sample(200, { seed }));
 * floor.quantile95; // what 200 exact samples stay below
 */
export async function mmdFloor(
  draw: (seed: number) => tf.Tensor2D | Promise<tf.Tensor2D>,
  settings: SquaredMmdOptions & { repeats?: number; seed?: number } = {},
): Promise<{ mean: number; quantile95: number }> {
  const { repeats = 20, seed = 0, ...options } = objectOf('mmdFloor: options', settings);
  requireFunction('mmdFloor: draw', draw, 'a function (seed) => a sample [N, D]');
  requireCount('mmdFloor: repeats', repeats);
  requireNumber('mmdFloor: seed', seed, 'a finite number');
  const values: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const pair = [await draw(seed + 2 * i), await draw(seed + 2 * i + 1)];
    values.push(squaredMmd(pair[0], pair[1], options));
    tf.dispose(pair);
  }
  values.sort((p, q) => p - q);
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / repeats,
    quantile95: values[Math.min(repeats - 1, Math.floor(0.95 * repeats))],
  };
}

/** The kernel between all rows of two samples [N, D] and [M, D] together, [N + M, N + M]. */
export function kernelMatrix(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const centre = tf.mean(a, 0);
    const [x, y] = [tf.sub(a, centre), tf.sub(b, centre)] as tf.Tensor2D[];
    const pooled = tf.concat([x, y]) as tf.Tensor2D;
    const [few, others] = [x, y].map((rows) => tf.slice(rows, [0, 0], [Math.min(fewRows, rows.shape[0]), -1]));
    const length = medianDistance(few, others);
    return squaredDistances(pooled, pooled)
      .div(-2 * length * length)
      .exp() as tf.Tensor2D;
  });
}

function kernelSum(x: tf.Tensor2D, y: tf.Tensor2D, length: number): number {
  let sum = 0;
  for (let start = 0; start < x.shape[0]; start += blockRows) {
    const rows = Math.min(blockRows, x.shape[0] - start);
    sum += tf.tidy(
      () =>
        squaredDistances(tf.slice(x, [start, 0], [rows, -1]), y)
          .div(-2 * length * length)
          .exp()
          .sum()
          .dataSync()[0],
    );
  }
  return sum;
}

function squaredDistances(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  const norms = (z: tf.Tensor2D): tf.Tensor => tf.sum(tf.square(z), 1, true);
  return tf.maximum(0, tf.sub(tf.add(norms(x), tf.transpose(norms(y))), tf.mul(2, tf.matMul(x, y, false, true))));
}

function medianDistance(x: tf.Tensor2D, y: tf.Tensor2D): number {
  const head = (z: tf.Tensor2D): tf.Tensor2D => tf.slice(z, [0, 0], [Math.min(medianRows, z.shape[0]), -1]);
  const pooled = tf.concat([head(x), head(y)]) as tf.Tensor2D;
  const count = pooled.shape[0];
  const all = squaredDistances(pooled, pooled).dataSync();
  // numbers whose squares float32 cannot hold have no order
  if (!all.every(Number.isFinite)) return NaN;
  const distances = new Float32Array((count * (count - 1)) / 2);
  for (let i = 0, k = 0; i < count; i++) for (let j = 0; j < i; j++) distances[k++] = all[i * count + j];
  return Math.sqrt(ranked(distances, distances.length >> 1));
}

/**
 * The value at a rank, 0 for the least, in time proportional to the number of values, which are moved.
 * Source: Hoare, "Algorithm 65: find".
 */
function ranked(values: Float32Array, rank: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      [values[i], values[j]] = [values[j], values[i]];
      i++;
      j--;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank];
}
