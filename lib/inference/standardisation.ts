import * as tf from '@tensorflow/tfjs';
import type { Matrix } from '../maths/linalg';
import { mean, rowViews } from '../maths/moments';
import { columnShape } from './column-shape';

/**
 * The map v -> (v - mean) / std of each column, of its logarithm or its arsinh, and the range of the values that it was
 * fitted to, in its own units.
 */
export interface Standardisation {
  readonly mean: number[];
  readonly std: number[];
  readonly lowest: number[];
  readonly highest: number[];
  /** For columns that are taken as logarithms, the value that smaller ones count as; else 0. Missing: none is. */
  readonly logarithmFrom?: number[];
  /** For columns that are taken as arsinh((v - centre) / scale), these two; else the scale 0. Missing: none is. */
  readonly arsinh?: { readonly centre: number[]; readonly scale: number[] };
}

/** Its square is the least that float32 holds with all digits. */
const smallestStd = 1e-18;
/** What a value may differ from a constant column's, in the column's unit, before it counts as far. */
const rounding = 1e-5;

/**
 * Fits the columns' means and standard deviations; a constant column keeps its unit.
 * @param apply `false` leaves values as they are (mean 0, std 1) and only notes their range.
 */
export function fitStandardisation(values: tf.Tensor2D, apply: boolean): Standardisation {
  return fitRows(rowViews(values.dataSync<'float32'>(), values.shape[1]), apply);
}

/**
 * {@link fitStandardisation} of data, whose columns are taken as logarithms or by an arsinh where that makes them
 * nearer to normal: see {@link columnShape}.
 */
export function fitDataStandardisation(values: tf.Tensor2D, apply: boolean): Standardisation {
  const rows = rowViews(values.dataSync<'float32'>(), values.shape[1]);
  const shapes = apply ? Array.from(rows[0], (_, k) => columnShape(rows, k)) : [];
  const [hasLogarithms, hasArsinh] = [
    shapes.some(({ logarithmFrom }) => logarithmFrom > 0),
    shapes.some(({ scale }) => scale > 0),
  ];
  if (!hasLogarithms && !hasArsinh) return fitRows(rows, apply);
  const taken = rows.map((row) =>
    Float64Array.from(row, (value, k) => {
      const { logarithmFrom, centre, scale } = shapes[k];
      if (scale > 0) return Math.asinh((value - centre) / scale);
      return logarithmFrom > 0 ? Math.log(value) : value;
    }),
  );
  return {
    ...fitRows(taken, apply),
    ...(hasLogarithms && { logarithmFrom: shapes.map(({ logarithmFrom }) => logarithmFrom) }),
    ...(hasArsinh && {
      arsinh: { centre: shapes.map(({ centre }) => centre), scale: shapes.map(({ scale }) => scale) },
    }),
  };
}

function fitRows(rows: Matrix, apply: boolean): Standardisation {
  // in float64: a float32 sum makes constant columns of large numbers look as if they varied
  const centre = mean(rows).map((value) => (apply ? value : 0));
  const columns = centre.map((center, k) => {
    let [squares, lowest, highest] = [0, Infinity, -Infinity];
    for (const row of rows) {
      squares += (row[k] - center) ** 2;
      lowest = Math.min(lowest, row[k]);
      highest = Math.max(highest, row[k]);
    }
    const std = Math.sqrt(squares / rows.length);
    const scale = apply && std > Math.max(1e-7 * Math.abs(center), smallestStd) ? std : 1;
    return { scale, lowest: (lowest - center) / scale, highest: (highest - center) / scale };
  });
  return {
    mean: centre,
    std: columns.map(({ scale }) => scale),
    lowest: columns.map(({ lowest }) => lowest),
    highest: columns.map(({ highest }) => highest),
  };
}

/** (v - mean) / std of values or, where they are taken so, of their logarithms or arsinhs, [N, K]. */
export function standardise(
  { mean: centre, std, logarithmFrom, arsinh }: Standardisation,
  values: tf.Tensor2D,
): tf.Tensor2D {
  const logged = logarithmFrom ? withLogarithms(logarithmFrom, values) : values;
  const taken = arsinh ? withArsinh(arsinh, logged) : logged;
  return tf.div(tf.sub(taken, tf.tensor1d(centre)), tf.tensor1d(std)) as tf.Tensor2D;
}

function withArsinh({ centre, scale }: { centre: number[]; scale: number[] }, values: tf.Tensor): tf.Tensor {
  const isTaken = tf.tensor1d(scale.map((each) => each > 0));
  const inScale = tf.div(tf.sub(values, tf.tensor1d(centre)), tf.tensor1d(scale.map((each) => each || 1)));
  // as of the size, with its sign: of large negative numbers, float32 has nothing left under the logarithm
  return tf.where(isTaken, tf.mul(tf.sign(inScale), tf.asinh(tf.abs(inScale))), values);
}

function withLogarithms(from: number[], values: tf.Tensor2D): tf.Tensor {
  const least = tf.tensor1d(from);
  // 1 in the columns that keep their values, so that there is no logarithm of a negative number
  const positive = tf.maximum(tf.where(tf.greater(least, 0), values, tf.onesLike(values)), least);
  return tf.where(tf.greater(least, 0), tf.log(positive), values);
}

/** log |d v / d z| [N] of values v [N, K] with z = standardise(v): the sum over columns. */
export function logVolume({ std, logarithmFrom, arsinh }: Standardisation, values: tf.Tensor2D): tf.Tensor1D {
  const columns = std.map((each, k) => {
    const value = tf.slice(values, [0, k], [-1, 1]);
    const scale = arsinh?.scale[k] ?? 0;
    if (scale > 0) {
      // sqrt((v - centre)^2 + scale^2), by the larger of the two: squares of large values are infinite
      const far = tf.abs(tf.sub(value, arsinh!.centre[k]));
      const [less, more] = [tf.minimum(far, scale), tf.maximum(far, scale)];
      const slope = tf.add(tf.log(more), tf.mul(0.5, tf.log1p(tf.square(tf.div(less, more)))));
      return tf.add(slope, Math.log(each));
    }
    const from = logarithmFrom?.[k] ?? 0;
    return tf.add(from > 0 ? tf.log(tf.maximum(value, from)) : tf.zerosLike(value), Math.log(each));
  });
  return tf.sum(tf.concat(columns, 1), 1) as tf.Tensor1D;
}

/** mean + std z, [N, K]. */
export function unstandardise({ mean: centre, std }: Standardisation, values: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.mul(values, tf.tensor1d(std)), tf.tensor1d(centre)) as tf.Tensor2D;
}

/** The values [N, K] that {@link standardise} gives as z [N, K]. */
export function originalValues(of: Standardisation, z: tf.Tensor2D): tf.Tensor2D {
  const { logarithmFrom, arsinh } = of;
  let values: tf.Tensor = unstandardise(of, z);
  if (arsinh) {
    const isTaken = tf.tensor1d(arsinh.scale.map((each) => each > 0));
    const own = tf.where(isTaken, values, tf.zerosLike(values));
    const back = tf.add(tf.mul(tf.sinh(own), tf.tensor1d(arsinh.scale)), tf.tensor1d(arsinh.centre));
    values = tf.where(isTaken, back, values);
  }
  if (logarithmFrom) {
    const isLogarithm = tf.greater(tf.tensor1d(logarithmFrom), 0);
    values = tf.where(isLogarithm, tf.exp(tf.where(isLogarithm, values, tf.zerosLike(values))), values);
  }
  return values as tf.Tensor2D;
}

/**
 * A share of the simulations' range: observations farther outside of it than this are told. One more draw of a normal
 * law lies so far outside of a thousand others once in 100,000 times.
 */
const farShare = 0.2;

/**
 * A sentence about the observations that lie far outside of what was simulated, farther than a fifth of the
 * simulations' range beyond it; or none.
 * @param x standardised observations.
 */
export function farObservations(scales: Standardisation, x: tf.Tensor2D): string | undefined {
  const { mean: centre, lowest, highest } = scales;
  const [n, width] = x.shape;
  const values = x.dataSync();
  const far: { row: number; column: number; excess: number }[] = [];
  for (let row = 0; row < n; row++) {
    let worst = { row, column: 0, excess: 0 };
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column];
      const range = highest[column] - lowest[column];
      const beyond = Math.max(value - highest[column], lowest[column] - value);
      const excess =
        range > 0 ? beyond / range : beyond > rounding * Math.max(1, Math.abs(centre[column])) ? Infinity : 0;
      if (excess > worst.excess) worst = { row, column, excess };
    }
    if (worst.excess > farShare) far.push(worst);
  }
  if (far.length === 0) return undefined;
  const { row, column, excess } = far.reduce((a, b) => (b.excess > a.excess ? b : a));
  const where =
    excess === Infinity
      ? 'differs from the one number that all simulations have there'
      : `lies ${excess.toFixed(1)} times the simulations' whole range outside of it`;
  const others = far.length > 1 ? ` (and ${far.length - 1} of ${n} others are far out)` : '';
  const inUnits = (value: number): string => unitText(scales, column, value);
  const range = [lowest[column], highest[column]].map(inUnits);
  return (
    `Observation ${row}: value ${column} ${where}${others}: it is ${inUnits(values[row * width + column])}, and the ` +
    `simulations go from ${range[0]} to ${range[1]}; the posterior there is an extrapolation. Check the value's unit ` +
    'and place; if it is right, simulate from a wider prior, or change the simulator, until it can give such data.'
  );
}

/** A standardised value of a column in its own unit. */
function unitText({ mean: centre, std, logarithmFrom }: Standardisation, column: number, value: number): string {
  const taken = centre[column] + std[column] * value;
  return String(Number((logarithmFrom && logarithmFrom[column] > 0 ? Math.exp(taken) : taken).toPrecision(4)));
}
