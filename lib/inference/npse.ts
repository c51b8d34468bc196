import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import type { EstimatorRecord } from '../core/estimator-record';
import { rng } from '../core/rng';
import { twinDiffusion, type Diffusion } from '../diffusion/diffusion';
import { vpLevels, type VpLevels } from '../diffusion/vp-levels';
import { unconstrained } from '../distributions/bijector';
import type { Prior } from '../distributions/prior';
import { fitGaussianPart } from '../nn/gaussian-part';
import { predictNoise } from '../nn/score-model';
import { scoreNetwork, type ScoreNetworkOptions } from '../nn/score-network';
import { denoisingScoreMatching } from '../training/denoising-score-matching';
import type { Fit, FitOptions } from '../training/fit';
import { continuousLaw, discreteLaw, type LevelLaw, type Weighting } from '../training/level-law';
import { checkFinite, courseOf, fitEstimator } from './fit-estimator';
import { paperTraining } from './paper-training';
import { priorProbe } from './prior-probe';
import {
  restoreScoreEstimator,
  scoreEstimator,
  type ScoreEstimator,
  type ScoreEstimatorConfig,
} from './score-estimator';
import { fitStandardisation, standardise } from './standardisation';

/** Parameters [N, D] and what the simulator made of each [N, L]. */
export interface TrainingPairs {
  /** The parameters [N, D]. */
  readonly theta: tf.Tensor2D;
  /** The data [N, L]. */
  readonly x: tf.Tensor2D;
}

/** How a score estimator is trained, except for prior and seed. */
export interface NpseSettings extends Omit<FitOptions, 'seed'> {
  /** The network's size. Defaults in {@link ScoreNetworkOptions}. */
  network?: ScoreNetworkOptions;
  /** Noise levels T of training without a `diffusion`; with it, of samplers for discrete levels. Default 400. */
  levels?: number;
  /** Train in continuous time, on the noise of this diffusion. Default: on the discrete levels of the paper. */
  diffusion?: Diffusion;
  /** How continuous training weighs its levels. Default `noise`. */
  weighting?: Weighting;
  /** Let the network learn only what a closed-form fit of Gaussians leaves over. Default true. */
  gaussianPart?: boolean;
  /** Gaussians of that fit at most; as many are taken as tell held-out parameters better. Default 8. */
  gaussians?: number;
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
}

/** Everything that {@link trainNpse} takes besides the simulations. */
export interface NpseOptions extends NpseSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** A trained estimator with the course of its training. */
export type TrainedScoreEstimator = ScoreEstimator & { readonly fit: Omit<Fit, 'weights'> };

/**
 * The settings of the paper, unchanged: plain network, raw parameters and data, Adam at 1e-4, 20% validation, at most 20,000 epochs, T = 400.
 *
 * The paper leaves open the batch size (256 here), the width (128), the activation (relu), the patience of early stopping (500 epochs) and
 * the schedule of the levels (linear).
 * Source: Geffner et al., section 3 and appendix B.1.
 */
export const paperSettings: NpseSettings = {
  ...paperTraining,
  gaussianPart: false,
  levels: 400,
};

/**
 * The default settings of {@link trainNpse}. Besides, training lasts for 6,000 steps, but at least 100 and at most 2,000 epochs, and stops
 * after a fifth of that without a better validation loss.
 */
export const defaultSettings: NpseSettings = {
  gaussianPart: true,
  standardise: true,
  learningRate: 5e-4,
  cosineDecay: true,
  batchSize: 256,
  validationFraction: 0.1,
  ema: 0.999,
  levels: 400,
  network: { activation: 'silu' },
};

/**
 * Neural posterior score estimation: learns the score of the diffused posterior p_t(theta | x) from simulations by denoising score matching.
 *
 * @param pairs parameters and data, one row a simulation; they stay the caller's.
 * @param options prior and seed, and any of {@link NpseSettings}; `{ ...paperSettings, prior, seed }` is the paper's row.
 * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
 * @throws InvalidInputError for pairs that don't fit together or the prior, or hold NaN or infinity.
 * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the best estimator so far as `partial`.
 * Source: Geffner et al., sections 1.1 and 2; the Gaussian part is ours.
 * @example
 * const trained = await npse.train(simulations, { prior, seed: 2, maxEpochs: 5 });
 * const samples = await trained.given([[1, 2], [0.5, 1]]).sample(500, { seed: 3 }); // shape [500, 2]
 */
export async function trainNpse(pairs: TrainingPairs, options: NpseOptions): Promise<TrainedScoreEstimator> {
  const {
    prior,
    network: networkOptions,
    levels: count = 400,
    diffusion,
    weighting,
    gaussianPart,
    gaussians: mostGaussians = 8,
    standardise: toStandard,
    ...fitOptions
  } = { ...defaultSettings, ...options };
  checkPairs(pairs, prior);
  if (!Number.isInteger(mostGaussians) || mostGaussians < 1)
    throw new InvalidInputError('npse.train: gaussians', {
      expected: 'a positive whole number',
      received: String(mostGaussians),
      remedy: 'gaussianPart: false trains the network alone.',
    });
  const dims = { theta: prior.dim, x: pairs.x.shape[1] };
  // both refuse settings that are none, before there is a tensor
  const networkUsed: ScoreNetworkOptions = { ...networkOptions, zeroLast: gaussianPart !== false };
  const network = scoreNetwork(dims, networkUsed);
  const levels = lawOf(vpLevels({ count }), diffusion, weighting);
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(pairs.theta));
  const theta = fitStandardisation(z, toStandard !== false);
  const x = fitStandardisation(pairs.x, toStandard !== false);
  const rows = tf.tidy(() => [standardise(theta, z), standardise(x, pairs.x)]);
  z.dispose();
  const gaussian =
    gaussianPart === false ? [] : await fitGaussianPart(rows[0], rows[1], mostGaussians, rng(fitOptions.seed).fork(-1));
  const loss = denoisingScoreMatching(
    (weights, noisy, level, data) => predictNoise(network, { network: weights, gaussian }, noisy, level, data),
    levels,
  );

  const finish = ({ weights, ...course }: Fit): TrainedScoreEstimator => {
    const config: ScoreEstimatorConfig = {
      kind: 'npse',
      version: 1,
      dims,
      network: networkUsed,
      levels: count,
      ...(diffusion && { diffusion: diffusion.spec }),
      theta,
      x,
      priorProbe: priorProbe(prior),
      training: { simulations: pairs.theta.shape[0], ...courseOf(course) },
    };
    return Object.assign(scoreEstimator(config, { network: weights, gaussian }, prior), { fit: course });
  };
  let isOwned = false;
  try {
    return await fitEstimator(network.weights, loss, rows, fitOptions, (fitted) => {
      isOwned = true;
      return finish(fitted);
    });
  } finally {
    tf.dispose(rows);
    if (!isOwned) tf.dispose(gaussian);
  }
}

/** NPSE: `npse.train(simulations, { prior, seed })`, its settings, and `npse.restore(record, { prior })` for a saved estimator. */
export const npse = {
  /** Trains an estimator; see {@link trainNpse}. */
  train: trainNpse,
  /** The settings of the paper, to be spread into the options of `train`. */
  paperSettings,
  /** What `train` does without settings. */
  defaultSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @throws InvalidInputError for a record of another kind, or another prior.
   */
  restore: (record: EstimatorRecord, { prior }: { prior: Prior }): ScoreEstimator =>
    restoreScoreEstimator(record, prior),
};

/** The levels of training. The network sees parameters in the units of a diffusion that preserves variance, whatever the diffusion. */
function lawOf(levels: VpLevels, diffusion?: Diffusion, weighting: Weighting = 'noise'): LevelLaw {
  const isContinuous = diffusion !== undefined;
  if (!(weighting === 'noise' || (isContinuous && weighting === 'likelihood')))
    throw new InvalidInputError('npse.train: weighting', {
      expected: isContinuous ? 'noise or likelihood' : 'none, or a diffusion beside it',
      received: String(weighting),
    });
  return diffusion ? continuousLaw(twinDiffusion(diffusion), weighting) : discreteLaw(levels);
}

function checkPairs({ theta, x }: TrainingPairs, prior: Prior): void {
  if (theta.shape[1] !== prior.dim) {
    throw new InvalidInputError('npse.train: theta', {
      expected: `${prior.dim} columns, the prior's parameters`,
      received: `the shape [${theta.shape}]`,
    });
  }
  if (theta.shape[0] !== x.shape[0])
    throw new InvalidInputError('npse.train', {
      expected: 'as many rows of theta as of x',
      received: `${theta.shape[0]} and ${x.shape[0]}`,
    });
  const remedy = "simulate(..., { invalid: 'drop' }) leaves such simulations out and counts them.";
  for (const [name, tensor] of Object.entries({ theta, x })) checkFinite(`npse.train: ${name}`, tensor, remedy);
}
