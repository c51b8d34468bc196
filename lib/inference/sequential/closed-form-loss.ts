import * as tf from '@tensorflow/tfjs';
import { refuse } from '../../core/checks';
import { isMixture } from '../../nn/density/mixture';
import type { Loss } from '../../training/loss';
import type { DensityModel } from '../density/density-model';
import { logIntegral, momentsOf, type NaturalGaussian, type WeightedGaussian } from './natural-gaussian';

/** The laws that the parameters of the rounds were drawn from, in the network's coordinates. */
export interface ProposedBy {
  /** The prior. */
  readonly prior: NaturalGaussian;
  /** A mixture of Gaussians for each round, none of them wider than the prior in any direction. */
  readonly rounds: readonly (readonly WeightedGaussian[])[];
}

/**
 * The loss of SNPE-C in closed form: minus the mean of log [ q(y | x) / Z(x) ], where
 * Z(x) = integral q(y | x) proposal(y) / p(y) dy makes q proposal / p, the posterior under the row's own proposal, a
 * density.
 *
 * q and the proposals are mixtures of Gaussians and the prior p is one, so that
 * Z = sum_km a_k a~_m integral N_k N~_m / p. Since no N~_m is wider than p, each of these is a Gaussian integral.
 * @returns a loss over rows y [B, D], x [B, L] and the number of the row's round, from 0, [B, 1].
 * Source: Greenberg et al. (2019), equation (5) and appendix A.1.
 */
export function closedFormLoss(
  { density, densityWeights, contextOfEach }: DensityModel,
  { prior, rounds }: ProposedBy,
): Loss {
  if (!isMixture(density)) return refuse('snpeCMixture: density', 'densities.mixture({ ... })', 'another');
  const { dim } = density;
  const most = Math.max(...rounds.map(({ length }) => length));
  // components that a round lacks are there without weight
  const ofEach = (of: (one: WeightedGaussian) => number[]): number[] =>
    rounds.flatMap((mixture) =>
      Array.from({ length: most }, (_, m) => of(mixture[m] ?? { ...prior, logWeight: -1e9 })).flat(),
    );
  const centres = ofEach((one) => momentsOf(one).mean);
  const precisions = ofEach((one) => one.precision.flat());
  // with what else of a term does not depend on q
  const logWeights = ofEach((one) => [one.logWeight + 0.5 * logDeterminantOf(one) - 0.5 * logDeterminantOf(prior)]);
  const priorCentre = momentsOf(prior).mean;

  /** log Z [B], with the Gaussians of q and the round of each row. */
  const logConstant = (weights: tf.Tensor[], x: tf.Tensor2D, round: tf.Tensor2D): tf.Tensor1D => {
    const q = density.components(densityWeights(weights), contextOfEach(weights, x));
    const [rows, count] = q.mean.shape;
    const index = tf.cast(tf.squeeze(round, [1]), 'int32') as tf.Tensor1D;
    const ofRound = (values: number[], shape: number[]): tf.Tensor =>
      tf.gather(tf.tensor(values, [rounds.length, most, ...shape]), index);
    const precisionOfQ = tf.matMul(q.factor, q.factor, false, true);
    // u = y - mean of N_k, so that numbers stay small where q and proposal are narrow
    const shape = [rows, count, most];
    const proposed = tf.expandDims(ofRound(precisions, [dim, dim]), 1);
    const proposalShift = tf.sub(tf.expandDims(ofRound(centres, [dim]), 1), tf.expandDims(q.mean, 2));
    const priorShift = tf.expandDims(tf.sub(tf.tensor1d(priorCentre), q.mean), 2);
    const towardsProposal = timesVector(proposed, proposalShift);
    const towardsPrior = timesVector(tf.tensor2d(prior.precision), priorShift);
    const precision = tf.sub(tf.add(tf.expandDims(precisionOfQ, 2), proposed), tf.tensor2d(prior.precision));
    const product = logIntegrals(
      tf.reshape(precision, [-1, dim, dim]),
      tf.reshape(tf.sub(towardsProposal, towardsPrior), [-1, dim]),
    );
    const quadratic = tf.sub(inner(proposalShift, towardsProposal), inner(priorShift, towardsPrior));
    const ofQ = tf.reshape(logIntegrals(tf.reshape(precisionOfQ, [-1, dim, dim]), tf.zeros([rows * count, dim])), [
      rows,
      count,
    ]);
    const terms = tf.addN([
      tf.sub(tf.reshape(product, shape), tf.mul(0.5, quadratic)),
      tf.add(tf.expandDims(tf.sub(q.logWeights, ofQ), 2), tf.zeros(shape)),
      tf.add(tf.expandDims(ofRound(logWeights, []), 1), tf.zeros(shape)),
    ]);
    return tf.logSumExp(tf.reshape(terms, [rows, count * most]), 1);
  };
  const loss = (weights: tf.Tensor[], [y, x, round]: tf.Tensor2D[]): tf.Scalar => {
    const logQ = density.logProb(densityWeights(weights), y, contextOfEach(weights, x));
    return tf.neg(tf.mean(tf.sub(logQ, logConstant(weights, x, round)))) as tf.Scalar;
  };
  return Object.assign(loss, { noiseless: true });
}

function logDeterminantOf({ precision }: NaturalGaussian): number {
  return -2 * logIntegral({ precision, shift: precision.map(() => 0) });
}

/** P v [..., D] of matrices P [..., D, D] and vectors v [..., D]. */
function timesVector(matrices: tf.Tensor, vectors: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(matrices, tf.expandDims(vectors, -2)), -1);
}

function inner(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(a, b), -1);
}

/**
 * The logarithms [N] of the integrals of exp(-u' P u / 2 + h' u), less D / 2 log 2 pi, of positive definite matrices
 * P [N, D, D] and vectors h [N, D]: one coordinate after another is integrated out.
 */
function logIntegrals(precision: tf.Tensor, shift: tf.Tensor): tf.Tensor1D {
  let [left, h] = [precision, shift];
  let sum: tf.Tensor = tf.zeros([precision.shape[0]]);
  for (let size = precision.shape[1]!; size > 0; size--) {
    const column = tf.squeeze(tf.slice(left, [0, 0, 0], [-1, -1, 1]), [2]);
    const pivot = tf.slice(column, [0, 0], [-1, 1]);
    const first = tf.slice(h, [0, 0], [-1, 1]);
    const part = tf.sub(tf.div(tf.square(first), pivot), tf.log(pivot));
    sum = tf.add(sum, tf.mul(0.5, tf.squeeze(part, [1])));
    if (size === 1) break;
    const below = tf.slice(column, [0, 1], [-1, -1]);
    const scaled = tf.div(below, pivot);
    const outer = tf.mul(tf.expandDims(below, 2), tf.expandDims(scaled, 1));
    left = tf.sub(tf.slice(left, [0, 1, 1], [-1, -1, -1]), outer);
    h = tf.sub(tf.slice(h, [0, 1], [-1, -1]), tf.mul(scaled, first));
  }
  return sum as tf.Tensor1D;
}
