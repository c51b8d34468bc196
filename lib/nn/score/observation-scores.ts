import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { loop } from '../../graph/loop';
import { inStandardDeviations } from './linear-gaussian';
import type { ObservationRows, ScoreModel, ScoreModelTensors } from './score-model';

/**
 * Rows that the head works on at once: larger chunks are not faster, and this bounds the memory for any number of
 * observations.
 */
const headRows = 8192;

/** A trained model with the observations that it is asked about. */
export type ObservedModel = {
  readonly tensors: ScoreModelTensors;
  readonly observations: ObservationRows;
};

/** The number of observations, n. */
export function observationCount({ observations }: ObservedModel): number {
  return observations.shares.shape[0];
}

/** The same rows of all tensors, as `pick` takes them of one. */
export function pickRows(rows: ObservationRows, pick: (tensor: tf.Tensor2D) => tf.Tensor2D): ObservationRows {
  const picked = Object.entries(rows).map(([name, tensor]) => [name, pick(tensor)] as const);
  return Object.fromEntries(picked) as ObservationRows;
}

/** The head's shares of particles at a level, and of observations, whose sum is what its trunk sees. */
function headShares(model: ScoreModel, tensors: ScoreModelTensors, theta: tf.Tensor2D, level: NoiseLevel) {
  const { network } = model;
  const gaussian = model.distanceFrom(tensors);
  const { network: weights } = tensors;
  // the distance from the Gaussian is linear in theta and the means, so that either has a share of its own
  const distanceShare = (values: tf.Tensor2D): tf.Tensor =>
    gaussian ? network.embedDistance!(weights, inStandardDeviations(gaussian, values, level)) : tf.scalar(0);
  return {
    ofTheta: tf.add(
      tf.add(network.embedTheta(weights, theta), network.embedTime(weights, level)),
      distanceShare(theta),
    ) as tf.Tensor2D,
    ofRows: ({ shares, distanceMeans }: ObservationRows): tf.Tensor2D =>
      gaussian ? tf.sub(shares, distanceShare(tf.mul(level.meanCoeff, distanceMeans) as tf.Tensor2D)) : shares,
  };
}

/** -(learned + known) / std. */
function scoreOfNoise(learned: tf.Tensor, known: tf.Tensor, level: NoiseLevel): tf.Tensor2D {
  return tf.neg(tf.div(tf.add(learned, known), level.std)) as tf.Tensor2D;
}

/**
 * The score s(theta, t, x) [B, D] of each row with the observation of the same row, or with one for all; each row may
 * have a level of its own.
 */
export function scoreOfRows(
  model: ScoreModel,
  { tensors, observations }: ObservedModel,
  theta: tf.Tensor2D,
  level: NoiseLevel,
): tf.Tensor2D {
  const { network, closedForm } = model;
  const { ofTheta, ofRows } = headShares(model, tensors, theta, level);
  const hidden = network.trunk(tensors.network, tf.add(ofTheta, ofRows(observations)));
  const learned = model.noiseOfOutput(tensors, level, network.last(tensors.network, hidden));
  return scoreOfNoise(learned, closedForm.noise(tensors.closedForm, theta, level, observations), level);
}

/** s(theta, t, x_j) [n, B, D] for each observation, at one level; n B rows at once. */
export function scoresOfEach(
  model: ScoreModel,
  { tensors, observations }: ObservedModel,
  theta: tf.Tensor2D,
  level: NoiseLevel,
): tf.Tensor3D {
  const n = observations.shares.shape[0];
  const [particles, dim] = theta.shape;
  const repeated = pickRows(observations, (rows) =>
    tf.reshape(tf.tile(tf.expandDims(rows, 1), [1, particles, 1]), [n * particles, rows.shape[1]]),
  );
  const all = scoreOfRows(model, { tensors, observations: repeated }, tf.tile(theta, [n, 1]), level);
  return tf.reshape(all, [n, particles, dim]);
}

/**
 * sum_j s(theta, t, x_j) [B, D] over all observations, at one level; of one observation, each row may have a level of
 * its own.
 *
 * theta is embedded once a particle and t once a level; the trunk of the head sees a chunk of B n rows at a time, and
 * its last layer, which is linear, only their sum.
 */
export function sumOfScores(
  model: ScoreModel,
  observed: ObservedModel,
  theta: tf.Tensor2D,
  level: NoiseLevel,
): tf.Tensor2D {
  const { tensors, observations } = observed;
  const n = observationCount(observed);
  if (n === 1) return scoreOfRows(model, observed, theta, level);
  const { network, closedForm } = model;
  const { ofTheta, ofRows } = headShares(model, tensors, theta, level);
  const [particles, width] = ofTheta.shape;
  const hiddenOf = (some: tf.Tensor2D): tf.Tensor2D => {
    const count = some.shape[0];
    if (count === 1) return network.trunk(tensors.network, tf.add(ofTheta, some));
    const rows = tf.reshape(tf.add(tf.expandDims(ofTheta, 0), tf.expandDims(some, 1)), [count * particles, width]);
    const hidden = network.trunk(tensors.network, rows as tf.Tensor2D);
    return tf.sum(tf.reshape(hidden, [count, particles, width]), 0) as tf.Tensor2D;
  };
  type Sums = { [name: string]: tf.Tensor };
  const knownOf = (rows: ObservationRows): Sums => {
    const known = closedForm.noiseSum?.(tensors.closedForm, theta, level, rows);
    return known ? { known } : {};
  };
  const sumsOf = (rows: ObservationRows): Sums => ({ hidden: hiddenOf(ofRows(rows)), ...knownOf(rows) });
  const chunk = Math.min(n, Math.max(1, Math.floor(headRows / particles)));
  const { hidden, known } = sumInChunks(observations, chunk, sumsOf, {
    hidden: tf.zerosLike(ofTheta),
    ...(closedForm.noiseSum && { known: tf.zerosLike(theta) }),
  });
  const output = network.last(tensors.network, hidden as tf.Tensor2D, n);
  const learned = model.noiseOfOutput(tensors, level, output);
  const total = pickRows(observations, (rows) => tf.sum(rows, 0, true));
  return scoreOfNoise(learned, known ?? closedForm.noise(tensors.closedForm, tf.mul(n, theta), level, total), level);
}

/** The sums of `sumsOf` over all rows, a chunk of them at a time. */
function sumInChunks<S extends { [name: string]: tf.Tensor }>(
  rows: ObservationRows,
  chunk: number,
  sumsOf: (rows: ObservationRows) => S,
  nothing: S,
): S {
  const n = rows.shares.shape[0];
  const whole = Math.floor(n / chunk);
  const plus = (a: S, b: S): S =>
    Object.fromEntries(Object.keys(a).map((name) => [name, tf.add(a[name], b[name])])) as S;
  let total =
    whole === 1
      ? sumsOf(pickRows(rows, (each) => each.slice([0, 0], [chunk, -1])))
      : loop(whole, nothing, (i, before) => {
          const index = tf.add(tf.mul(i, tf.scalar(chunk, 'int32')), tf.range(0, chunk, 1, 'int32')) as tf.Tensor1D;
          return plus(before, sumsOf(pickRows(rows, (each) => tf.gather(each, index))));
        });
  if (whole * chunk < n)
    total = plus(total, sumsOf(pickRows(rows, (each) => each.slice([whole * chunk, 0], [-1, -1]))));
  return total;
}
