import * as tf from '@tensorflow/tfjs';
import { loop } from '../../graph/loop';
import type { Key } from '../../graph/random';
import type { DensityModel } from '../density/density-model';
import { mostRows } from '../density/in-passes';
import type { Frame } from '../frame';
import { parameterConditions, type ConditionScales } from '../parameter-conditions';
import { cellPoints } from './unit-cell';
import { isWholeRow, type DataColumns } from './data-columns';

/** Observations as a density of data sees them. */
export type ObservedData = {
  /** Standardised points [n, K, L'] of each observation: itself or, with whole numbers, points of its unit cell. */
  readonly z: tf.Tensor3D;
  /** log |d x / d z| [n, K]. */
  readonly logVolume: tf.Tensor2D;
};

/** What tells one likelihood from another: the weights, and the observations. */
export type LikelihoodContext = { readonly weights: tf.Tensor[]; readonly observed: ObservedData };

/** A density of data given parameters, in the units of both. */
export interface LearnedLikelihood {
  /** Observations x [n, L] as the density sees them; the caller owns the tensors. */
  observe(x: tf.Tensor2D): ObservedData;
  /** sum_j log q(x_j | theta_b), [B], at theta [B, D]. */
  logProb(theta: tf.Tensor2D, context: LikelihoodContext): tf.Tensor1D;
  /** Its gradient in theta [B, D]. */
  score(theta: tf.Tensor2D, context: LikelihoodContext): tf.Tensor2D;
  /** One draw x_b ~ q(x | theta_b) for each row of theta [B, D], [B, L]. */
  sample(theta: tf.Tensor2D, weights: tf.Tensor[], key: Key): tf.Tensor2D;
}

/** Points that the density of a cell of whole numbers is averaged over. */
const pointsOfCell = 16;

/**
 * The likelihood of a density that models columns of standardised data given conditions.
 *
 * The probability of whole numbers is the mean density over their unit cell, the integral that training with uniform
 * noise makes it, here over 16 evenly spread points. Observations are taken a few at a time, so that memory stays
 * bounded for any number of them.
 * Source: Theis et al. (2016), "A note on the evaluation of generative models", section 3.1, for the noise.
 */
export function learnedLikelihood(
  model: DensityModel,
  frame: Frame,
  { columns, conditions }: { columns: DataColumns; conditions: ConditionScales },
): LearnedLikelihood {
  const conditionsOf = parameterConditions(frame, conditions);
  const points = cellOffsets(columns, frame.dims.x);
  const of = (theta: tf.Tensor2D, weights: tf.Tensor[], { z, logVolume }: ObservedData): tf.Tensor2D => {
    const [rows, [n, count, dim]] = [theta.shape[0], z.shape];
    const contexts = model.contextOfEach(weights, conditionsOf(frame.toNetwork(theta), theta));
    // row (b n + j) K + k is point k of observation j given theta_b
    const each = model.density.logProb(
      model.densityWeights(weights),
      tf.tile(tf.reshape(z, [n * count, dim]), [rows, 1]),
      repeated(contexts, n * count),
    );
    const inUnits = tf.sub(tf.reshape(each, [rows, n, count]), tf.expandDims(logVolume, 0));
    return count === 1 ? tf.squeeze(inUnits, [2]) : (tf.sub(tf.logSumExp(inUnits, 2), Math.log(count)) as tf.Tensor2D);
  };
  const sumOf = (theta: tf.Tensor2D, weights: tf.Tensor[], observed: ObservedData, counts: tf.Tensor): tf.Tensor1D =>
    tf.sum(tf.mul(of(theta, weights, observed), counts), 1) as tf.Tensor1D;
  return {
    observe: (x) =>
      tf.tidy(() => {
        const [n, width] = x.shape;
        const at = tf.reshape(tf.add(tf.expandDims(x, 1), points), [-1, width]) as tf.Tensor2D;
        const modelled = tf.tensor1d([...columns.modelled], 'int32');
        return {
          z: tf.reshape(tf.gather(frame.toData(at), modelled, 1), [n, points.length, -1]) as tf.Tensor3D,
          logVolume: tf.reshape(frame.dataLogVolume(at), [n, points.length]) as tf.Tensor2D,
        };
      }),
    logProb: (theta, { weights, observed }) =>
      overObservations(observed, theta.shape[0], tf.zeros([theta.shape[0]]), (part, counts) =>
        sumOf(theta, weights, part, counts),
      ),
    score: (theta, { weights, observed }) =>
      overObservations(observed, theta.shape[0], tf.zerosLike(theta), (part, counts) => {
        const sum = (at: tf.Tensor): tf.Tensor => tf.sum(sumOf(at as tf.Tensor2D, weights, part, counts));
        return tf.grad(sum)(theta) as tf.Tensor2D;
      }),
    sample: (theta, weights, key) => {
      const contexts = model.contextOfEach(weights, conditionsOf(frame.toNetwork(theta), theta));
      const z = model.density.sample(model.densityWeights(weights), key, contexts);
      // the other columns are constant: 0 in standard units
      const places = Array.from({ length: frame.dims.x }, (_, k) => columns.modelled.indexOf(k));
      const known = tf.concat([z, tf.zeros([theta.shape[0], 1])], 1);
      const last = columns.modelled.length;
      const all = tf.gather(
        known,
        places.map((place) => (place < 0 ? last : place)),
        1,
      ) as tf.Tensor2D;
      const x = frame.ofData(all);
      const isWhole = isWholeRow(columns, frame.dims.x);
      return columns.whole.length === 0
        ? x
        : (tf.add(tf.mul(tf.round(x), isWhole), tf.mul(x, tf.sub(1, isWhole))) as tf.Tensor2D);
    },
  };
}

/** Offsets [K, L] of the points of a cell: one of zeros without whole numbers. */
function cellOffsets({ whole }: DataColumns, width: number): number[][] {
  if (whole.length === 0) return [new Array<number>(width).fill(0)];
  return cellPoints(pointsOfCell, whole.length).map((point) => {
    const row = new Array<number>(width).fill(0);
    whole.forEach((column, i) => (row[column] = point[i]));
    return row;
  });
}

/** Each row `times` times in a row. */
function repeated(rows: tf.Tensor2D, times: number): tf.Tensor2D {
  const [count, width] = rows.shape;
  return tf.reshape(tf.tile(tf.expandDims(rows, 1), [1, times, 1]), [count * times, width]);
}

/** The sum of `term` over parts of the observations, with 1 for each of them, and 0 for what fills the last part. */
function overObservations<T extends tf.Tensor>(
  { z, logVolume }: ObservedData,
  rows: number,
  zero: T,
  term: (part: ObservedData, counts: tf.Tensor) => T,
): T {
  const [n, count, dim] = z.shape;
  const size = Math.max(1, Math.min(n, Math.floor(mostRows / (rows * count))));
  if (size === n) return term({ z, logVolume }, tf.ones([n]));
  const parts = Math.ceil(n / size);
  // the last observation fills the last part
  const order = Int32Array.from({ length: parts * size }, (_, i) => Math.min(i, n - 1));
  const [zs, volumes] = [z, logVolume].map((values) => tf.gather(values, tf.tensor1d(order, 'int32')));
  const counts = tf.reshape(tf.tensor1d(Array.from(order.keys(), (i) => (i < n ? 1 : 0))), [parts, size]);
  const partsOf = (values: tf.Tensor, shape: number[]): tf.Tensor => tf.reshape(values, [parts, ...shape]);
  const [ofZ, ofVolume] = [partsOf(zs, [size * count * dim]), partsOf(volumes, [size * count])];
  return loop(parts, zero, (i, sum) => {
    const at = (values: tf.Tensor, shape: number[]): tf.Tensor =>
      tf.reshape(tf.gather(values, tf.reshape(i, [1])), shape);
    const part = { z: at(ofZ, [size, count, dim]), logVolume: at(ofVolume, [size, count]) } as ObservedData;
    return tf.add(sum, term(part, at(counts, [size]))) as T;
  });
}
