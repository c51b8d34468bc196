import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount } from '../core/checks';
import type { NoiseLevel, Score } from '../diffusion/noise-level';
import { diffusedTarget, type Composition, type ObservationScores } from './composed-score';
import type { ObservationGaussians } from './observation-gaussians';

/**
 * GAUSS with one covariance for all observations: the score of the diffused posterior of all, as it is where single
 * posteriors are Gaussian, s = L^{-1} [sum_j P_j s_j + (1 - n) P s_prior] with P_j = Sigma_1^{-1} + (meanCoeff / std)^2
 * I, P the same of the prior, and L = sum_j P_j + (1 - n) P.
 *
 * With one covariance for all the sum of the scores is enough, so that it costs what {@link factorized} does. An
 * estimator takes that of the Gaussian which its closed-form part knows, else the mean over pilot draws. At t = 0 the
 * score is that of the posterior whatever the covariances are. For n = 1 it is the one score, unchanged.
 *
 * Source: Linhart et al. (2024), "Diffusion posterior sampling for simulation-based inference in tall data settings",
 * equations (9) to (11).
 * @example
 * estimator.given(xObs, { compose: compose.gauss() }).n; // 3
 */
export function gauss(): Composition {
  return gaussianComposition('GAUSS', 'GAUSS', { gaussians: 'shared' });
}

/** Options of {@link autoGauss}. */
export interface AutoGaussOptions {
  /** Pilot draws of each observation's posterior, at least 2. Default 200. */
  readonly draws?: number;
}

/**
 * GAUSS with a covariance for each observation, the centred second moments of pilot draws from its posterior: see
 * {@link gauss}. The pilots cost n times `draws` draws of one observation, once a posterior.
 * @throws InvalidInputError for an invalid number of draws.
 * Source: Linhart et al. (2024), section 3.2.
 * @example
 * estimator.given(xObs, { compose: compose.autoGauss({ draws: 100 }) }).n; // 3
 */
export function autoGauss(options: AutoGaussOptions = {}): Composition {
  const { draws = 200 } = objectOf('autoGauss: options', options);
  requireCount('autoGauss draws', draws, 2);
  return gaussianComposition('auto-GAUSS', `auto-GAUSS(${draws})`, { gaussians: 'each', pilotDraws: draws });
}

function gaussianComposition(
  name: string,
  id: string,
  pilots: Pick<Composition['needs'], 'gaussians' | 'pilotDraws'>,
): Composition {
  return {
    name,
    id,
    needs: { observations: pilots.gaussians === 'each' ? 'each' : 'sum', prior: 'diffused score', ...pilots },
    isDiffused: () => true,
    compose: (observations, { diffusedScore }) => {
      const { n, dim, sum } = observations;
      if (n === 1) return diffusedTarget(dim, sum);
      return { ...diffusedTarget(dim, gaussianScoreOf(observations, diffusedScore!)), n };
    },
  };
}

/**
 * With Q = std^2 Sigma^{-1} + meanCoeff^2 I, s = (Q + std^2 sum_j D_j)^{-1} [Q (sum_j s_j + (1 - n) s_prior) +
 * std^2 sum_j D_j s_j]: the terms in (meanCoeff / std)^2 that cancel are not there to cancel.
 */
function gaussianScoreOf(observations: ObservationScores, priorScore: Score): Score {
  const { n, sum } = observations;
  const gaussians = observations.gaussians!;
  return (theta, level) => {
    const total = sum(theta, level);
    const likelihoods = tf.add(total, tf.mul(1 - n, priorScore(theta, level))) as tf.Tensor2D;
    const byData = gainsOf(observations, gaussians, theta, level, total);
    const [mean, noise] = [tf.square(level.meanCoeff), tf.square(level.std)];
    const right = tf.add(
      tf.mul(mean, likelihoods),
      tf.mul(noise, tf.add(tf.matMul(likelihoods, gaussians.prior), byData)),
    );
    const { axes, precisions } = gaussians;
    const along = tf.div(tf.matMul(right as tf.Tensor2D, axes), tf.add(tf.mul(noise, precisions), mean));
    return tf.matMul(along as tf.Tensor2D, axes, false, true);
  };
}

/** sum_j D_j s_j. */
function gainsOf(
  { each }: ObservationScores,
  { gains }: ObservationGaussians,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  total: tf.Tensor2D,
): tf.Tensor2D {
  const [count, dim] = gains.shape;
  if (count === 1) return tf.matMul(total, tf.reshape(gains, [dim, dim]));
  return tf.sum(tf.matMul(each(theta, level), gains), 0) as tf.Tensor2D;
}
