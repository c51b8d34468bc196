import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { loop } from '../../graph/loop';
import type { Key } from '../../graph/random';
import {
  gaussianNoise,
  gaussianOfX,
  inStandardDeviations,
  mixtureNoise,
  mixtureNoiseSum,
  partCount,
  sumOfX,
  type GaussianOfX,
} from './gaussian-part';
import type { Weights } from '../network';
import { knownNoise, noiseOfOutput, type Parameterisation } from './parameterisation';
import type { ScoreNetwork } from './score-network';

/** A network and what its output means. */
export interface ScoreModel {
  readonly network: ScoreNetwork;
  readonly parameterisation: Parameterisation;
}

/** The tensors that a trained model of the posterior's score is made of. */
export interface ScoreModelTensors {
  readonly [name: string]: tf.Tensor[];
  readonly network: tf.Tensor[];
  /** The Gaussian part's tensors; empty where there is none. */
  readonly gaussian: tf.Tensor[];
  /** The one Gaussian by which the network sees and scales beside a mixture; empty where the Gaussian part is one or there is none. */
  readonly frame: tf.Tensor[];
}

/** The one Gaussian by which the network sees and scales; empty where there is none. */
export function frameOf({ gaussian, frame }: Pick<ScoreModelTensors, 'gaussian' | 'frame'>): Weights {
  return partCount(gaussian) === 1 ? gaussian : frame;
}

/** What a set of observations contributes to the scores, computed once for a whole draw. */
export interface ObservationTensors {
  readonly [name: string]: tf.Tensor2D;
  /** The head's share of each observation [n, width]. */
  readonly shares: tf.Tensor2D;
  /** The Gaussian part's means [n, K D]; their sum [1, D] for one Gaussian, and zeros without it. */
  readonly means: tf.Tensor2D;
  /** The logs of the shares of its parts [n, K]; empty but for a mixture. */
  readonly logShares: tf.Tensor2D;
  /** The means of the frame [n, D], where the network sees the distance from them; else [n, 0]. */
  readonly frameMeans: tf.Tensor2D;
}

/** Rows that the head works on at once: larger chunks are not faster, and this bounds the memory for any number of observations. */
const headRows = 8192;

/**
 * The noise that the model sees in each row, eps_hat(theta, t, x) [B, D], with one x a row: what training needs.
 * @param key of dropout, in training only.
 */
export function predictNoise(
  { network, parameterisation }: ScoreModel,
  tensors: ScoreModelTensors,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  x: tf.Tensor2D,
  key?: Key,
): tf.Tensor2D {
  const { network: weights, gaussian } = tensors;
  const frame = frameOf(tensors);
  const shares = [
    network.embedTheta(weights, theta),
    network.embedX(weights, x),
    network.embedTime(weights, level),
  ] as tf.Tensor2D[];
  if (network.embedResidual) {
    const distance = tf.sub(theta, tf.mul(level.meanCoeff, gaussianOfX(frame, x).means)) as tf.Tensor2D;
    shares.push(network.embedResidual(weights, inStandardDeviations(frame, distance, level)));
  }
  const sum = shares.reduce((before, share) => tf.add(before, share));
  const output = network.last(weights, network.trunk(weights, sum, key));
  const learned = noiseOfOutput(parameterisation, frame, level, output);
  const known = gaussian.length > 0 ? partNoise(gaussian, theta, level, x) : knownNoise(parameterisation, theta, level);
  return known ? tf.add(learned, known) : learned;
}

function partNoise(gaussian: Weights, theta: tf.Tensor2D, level: NoiseLevel, x: tf.Tensor2D): tf.Tensor2D {
  const ofX = gaussianOfX(gaussian, x);
  return partCount(gaussian) === 1
    ? gaussianNoise(gaussian, theta, level, ofX.means)
    : mixtureNoise(gaussian, theta, level, ofX);
}

/** Embeds observations x [n, L]; the caller disposes the tensors. */
export function embedObservations(
  { network }: ScoreModel,
  tensors: ScoreModelTensors,
  x: tf.Tensor2D,
  dim: number,
): ObservationTensors {
  const { network: weights, gaussian } = tensors;
  return {
    shares: network.embedX(weights, x),
    ...(gaussian.length === 0
      ? { means: tf.zeros<tf.Rank.R2>([1, dim]), logShares: tf.zeros<tf.Rank.R2>([1, 0]) }
      : sumOfX(gaussianOfX(gaussian, x))),
    frameMeans: network.embedResidual ? gaussianOfX(frameOf(tensors), x).means : tf.zeros<tf.Rank.R2>([x.shape[0], 0]),
  };
}

/**
 * sum_j s(theta, t, x_j) [B, D] over observations that were embedded before.
 *
 * Of one observation, each row of theta may have a level of its own.
 *
 * theta is embedded once a particle and t once a level; the trunk of the head sees a chunk of B n rows at a time, and its last layer,
 * which is linear, only their sum.
 */
export function sumOfScores(
  { network, parameterisation }: ScoreModel,
  tensors: ScoreModelTensors,
  { shares, means, logShares, frameMeans }: ObservationTensors,
  theta: tf.Tensor2D,
  level: NoiseLevel,
): tf.Tensor2D {
  const { network: weights, gaussian } = tensors;
  const frame = frameOf(tensors);
  const [n, width] = shares.shape;
  const particles = theta.shape[0];
  const isMixture = partCount(gaussian) > 1;
  // the distance from the frame is linear in theta and the means, so that either has a share of its own
  const distanceShare = (values: tf.Tensor2D): tf.Tensor =>
    network.embedResidual?.(weights, inStandardDeviations(frame, values, level)) ?? tf.scalar(0);
  const ofTheta = tf.add(
    tf.add(network.embedTheta(weights, theta), network.embedTime(weights, level)),
    distanceShare(theta),
  ) as tf.Tensor2D;
  const sharesOf = (some: (rows: tf.Tensor2D) => tf.Tensor2D): tf.Tensor2D =>
    network.embedResidual
      ? tf.sub(some(shares), distanceShare(tf.mul(level.meanCoeff, some(frameMeans)) as tf.Tensor2D))
      : some(shares);
  const trunkSum = (some: tf.Tensor2D): tf.Tensor2D => {
    const count = some.shape[0];
    if (n === 1 || count === 1) return network.trunk(weights, tf.add(ofTheta, some));
    const rows = tf.reshape(tf.add(tf.expandDims(ofTheta, 0), tf.expandDims(some, 1)), [
      count * particles,
      width,
    ]) as tf.Tensor2D;
    return tf.sum(tf.reshape(network.trunk(weights, rows), [count, particles, width]), 0) as tf.Tensor2D;
  };
  // one observation is the same for every row, each of which may then have its own level
  const mixtureOf = (ofX: GaussianOfX): tf.Tensor2D =>
    n === 1 ? mixtureNoise(gaussian, theta, level, ofX) : mixtureNoiseSum(gaussian, theta, level, ofX);
  type Sums = { hidden: tf.Tensor2D; known: tf.Tensor2D };
  const sums = (some: (rows: tf.Tensor2D) => tf.Tensor2D): Sums => ({
    hidden: trunkSum(sharesOf(some)),
    known: isMixture ? mixtureOf({ means: some(means), logShares: some(logShares) }) : tf.zeros<tf.Rank.R2>([1, 1]),
  });
  const plus = (a: Sums, b: Sums): Sums => ({ hidden: tf.add(a.hidden, b.hidden), known: tf.add(a.known, b.known) });
  const chunk = Math.min(n, Math.max(1, Math.floor(headRows / particles)));
  const whole = Math.floor(n / chunk);
  const nothing: Sums = {
    hidden: tf.zerosLike(ofTheta),
    known: isMixture ? tf.zerosLike(theta) : tf.zeros<tf.Rank.R2>([1, 1]),
  };
  let total =
    whole === 1
      ? sums((rows) => rows.slice([0, 0], [chunk, -1]))
      : loop(whole, { ...nothing }, (i, before) => {
          const index = tf.add(tf.mul(i, tf.scalar(chunk, 'int32')), tf.range(0, chunk, 1, 'int32')) as tf.Tensor1D;
          return {
            ...plus(
              before,
              sums((rows) => tf.gather(rows, index)),
            ),
          };
        });
  if (whole * chunk < n)
    total = plus(
      total,
      sums((rows) => rows.slice([whole * chunk, 0], [-1, -1])),
    );
  const learned = noiseOfOutput(parameterisation, frame, level, network.last(weights, total.hidden, n));
  const sumOfTheta = tf.mul(n, theta) as tf.Tensor2D;
  const known =
    gaussian.length === 0
      ? knownNoise(parameterisation, sumOfTheta, level)
      : isMixture
        ? total.known
        : gaussianNoise(gaussian, sumOfTheta, level, means);
  const noise = known ? tf.add(learned, known) : learned;
  return tf.neg(tf.div(noise, level.std)) as tf.Tensor2D;
}
