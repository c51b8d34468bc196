import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { inStandardDeviations } from './linear-gaussian';
import type { ObservationRows, ScoreModel, ScoreModelTensors } from './score-model';
import { sumByControlVariate } from './sum-by-control-variate';

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
  const { network, closedForm, isNetworkZero } = model;
  const known = closedForm.noise(tensors.closedForm, theta, level, observations);
  if (isNetworkZero) return scoreOfNoise(tf.scalar(0), known, level);
  const { ofTheta, ofRows } = headShares(model, tensors, theta, level);
  const hidden = network.trunk(tensors.network, tf.add(ofTheta, ofRows(observations)));
  const learned = model.noiseOfOutput(tensors, level, network.last(tensors.network, hidden));
  return scoreOfNoise(learned, known, level);
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
 * theta is embedded once a particle and t once a level; the head sees a chunk of B n rows at a time. Of many
 * observations and particles it sees all pairs only where it has to: see {@link sumByControlVariate}. What is linear in
 * the observations is exact.
 * @param tolerance the error of the sum over many observations, in standard deviations of the particles: with 0 all
 * pairs are seen. Default .01, which alters widths by less than a hundredth.
 */
export function sumOfScores(
  model: ScoreModel,
  observed: ObservedModel,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  tolerance = 0.01,
): tf.Tensor2D {
  const { tensors, observations } = observed;
  const n = observationCount(observed);
  if (n === 1) return scoreOfRows(model, observed, theta, level);
  const { closedForm, isNetworkZero } = model;
  const total = pickRows(observations, (rows) => tf.sum(rows, 0, true));
  const linear = closedForm.noiseSum
    ? tf.scalar(0)
    : closedForm.noise(tensors.closedForm, tf.mul(n, theta), level, total);
  if (isNetworkZero && !closedForm.noiseSum) return scoreOfNoise(tf.scalar(0), linear, level);
  const at = (some: tf.Tensor2D) => {
    const ofRows = noiseSums(model, tensors, some, level);
    return (index: tf.Tensor1D): tf.Tensor2D => ofRows(pickRows(observations, (rows) => tf.gather(rows, index)));
  };
  const ofPairs = sumByControlVariate(theta, { n, at, tolerance, unit: tf.div(1, level.std) });
  return scoreOfNoise(ofPairs, linear, level);
}

/**
 * The sums over observations of the noise at particles theta [B, D], without a closed form that is linear in them: what
 * takes a pass through the head for every pair. The head's last layer, which is linear, sees sums only.
 */
function noiseSums(
  model: ScoreModel,
  tensors: ScoreModelTensors,
  theta: tf.Tensor2D,
  level: NoiseLevel,
): (rows: ObservationRows) => tf.Tensor2D {
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
  return (rows) => {
    const output = network.last(tensors.network, hiddenOf(ofRows(rows)), rows.shares.shape[0]);
    const learned = model.noiseOfOutput(tensors, level, output);
    return closedForm.noiseSum ? tf.add(learned, closedForm.noiseSum(tensors.closedForm, theta, level, rows)) : learned;
  };
}
