import * as tf from '@tensorflow/tfjs';
import type { Score } from '../diffusion/noise-level';
import { loop } from '../graph/loop';
import { inverses, limitedEigenvalues } from './batched-matrices';
import { diffusedTarget, type Composition, type ObservationScores } from './composed-score';

/** The least share of the prior's variance that an observation is taken to leave at a level, along any axis. */
const leastShare = 0.002;

/**
 * JAC: as {@link gauss}, with P_j = (meanCoeff / std)^2 (I + std^2 grad s_j)^{-1} at each particle, from the score's
 * own Jacobian, made symmetric, which for a Gaussian is Sigma_j^{-1} + (meanCoeff / std)^2 I.
 *
 * No pilots are drawn and nothing is assumed of single posteriors. D reverse passes for each observation and particle,
 * one observation after the other: about 3 D times the cost of {@link gauss}. Where all is noise, errors of a learned
 * score leave little of its Jacobian; no observation is taken to widen the prior, or to leave less than a
 * five-hundredth of its variance at the level. At t = 0 the score is that of the posterior. For n = 1 it is the one
 * score, unchanged.
 *
 * Source: Linhart et al. (2024), "Diffusion posterior sampling for simulation-based inference in tall data settings",
 * section 3.3; the limits are ours.
 * @example
 * estimator.given(xObs, { compose: compose.jac() }).n; // 3
 */
export function jac(): Composition {
  return {
    name: 'JAC',
    id: 'JAC',
    needs: { observations: 'subset', prior: 'diffused score', gaussians: 'prior' },
    isDiffused: () => true,
    compose: (observations, { diffusedScore }) => {
      const { n, dim, sum } = observations;
      if (n === 1) return diffusedTarget(dim, sum);
      return { ...diffusedTarget(dim, jacobianScoreOf(observations, diffusedScore!)), n };
    },
  };
}

/**
 * Along the prior's axes, in units in which its precision at the level, Q = std^2 Sigma^{-1} + meanCoeff^2 I, is I:
 * with G_j = Q^(1/2) (I + std^2 grad s_j) Q^(1/2) / meanCoeff^2, s = Q^(1/2) L^{-1} [Q^(1/2) (sum_j s_j + (1 - n)
 * s_prior) + sum_j (G_j^{-1} - I) Q^(1/2) s_j] / Q with L = I + sum_j (G_j^{-1} - I).
 */
function jacobianScoreOf({ n, dim, subset, gaussians }: ObservationScores, priorScore: Score): Score {
  const { axes, precisions } = gaussians!;
  return (theta, level) => {
    const [mean, noise] = [tf.square(level.meanCoeff), tf.square(level.std)];
    const root = tf.sqrt(tf.add(tf.mul(noise, precisions), mean)) as tf.Tensor2D;
    const unit = tf.eye(dim);
    const along = (rows: tf.Tensor2D): tf.Tensor2D => tf.matMul(rows, axes);
    const one = (j: tf.Scalar) => {
      const index = tf.reshape(j, [1]) as tf.Tensor1D;
      const score = along(subset(theta, level, index));
      const slopes = jacobianAlong((rows) => along(subset(rows, level, index)), theta, axes);
      const spread = tf.add(unit, tf.mul(tf.reshape(noise, [1, 1, 1]), slopes));
      const scaled = tf.mul(tf.mul(spread, tf.expandDims(root, 2)), tf.expandDims(root, 1));
      // where nothing of theta is left, there is nothing to tell: the limits decide
      const share = tf.div(scaled, tf.maximum(tf.reshape(mean, [1, 1, 1]), 1e-12)) as tf.Tensor3D;
      const gain = tf.sub(inverses(limitedEigenvalues(share, leastShare), 1 / leastShare), unit) as tf.Tensor3D;
      return { score, gain, gained: times(gain, tf.mul(root, score) as tf.Tensor2D) };
    };
    const nothing = {
      score: tf.zerosLike(theta),
      gained: tf.zerosLike(theta),
      gain: tf.zeros([theta.shape[0], dim, dim]),
    };
    const total = loop(n, nothing as { score: tf.Tensor2D; gained: tf.Tensor2D; gain: tf.Tensor3D }, (j, before) => {
      const { score, gain, gained } = one(j);
      return {
        score: tf.add(before.score, score) as tf.Tensor2D,
        gain: tf.add(before.gain, gain) as tf.Tensor3D,
        gained: tf.add(before.gained, gained) as tf.Tensor2D,
      };
    });
    const likelihoods = tf.add(total.score, tf.mul(1 - n, along(priorScore(theta, level))));
    // Q (sum_j s_j + (1 - n) s_prior) + sum_j D_j s_j, over Q^(1/2)
    const right = tf.add(tf.mul(root, likelihoods), total.gained) as tf.Tensor2D;
    const solved = times(inverses(tf.add(unit, total.gain) as tf.Tensor3D, n / leastShare), right);
    return tf.matMul(tf.div(solved, root) as tf.Tensor2D, axes, false, true);
  };
}

/** Matrices [B, D, D] times rows [B, D]. */
function times(matrices: tf.Tensor3D, rows: tf.Tensor2D): tf.Tensor2D {
  return tf.squeeze(tf.matMul(matrices, tf.expandDims(rows, 2) as tf.Tensor3D), [2]) as tf.Tensor2D;
}

/** U^T grad s U of s U, symmetric, [B, D, D]: one reverse pass over a copy of the points for each direction. */
function jacobianAlong(along: (rows: tf.Tensor2D) => tf.Tensor2D, points: tf.Tensor2D, axes: tf.Tensor2D): tf.Tensor3D {
  const [count, dim] = points.shape;
  const directions = tf.reshape(tf.tile(tf.expandDims(tf.eye(dim), 1), [1, count, 1]), [dim * count, dim]);
  const gradient = tf.grad((all: tf.Tensor) => tf.sum(tf.mul(along(all as tf.Tensor2D), directions)));
  const products = tf.matMul(gradient(tf.tile(points, [dim, 1])) as tf.Tensor2D, axes);
  const slopes = tf.transpose(tf.reshape(products, [dim, count, dim]), [1, 0, 2]);
  return tf.mul(0.5, tf.add(slopes, tf.transpose(slopes, [0, 2, 1]))) as tf.Tensor3D;
}
