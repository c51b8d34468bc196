import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { rng } from '../core/rng';
import { twinDiffusion, type Diffusion } from '../diffusion/diffusion';
import { vpLevels } from '../diffusion/vp-levels';
import { unconstrained } from '../distributions/bijector';
import type { Prior } from '../distributions/prior';
import { fitGaussianPart, leastSquaresPart, partCount } from '../nn/gaussian-part';
import { checkParameterisation, outputOfNoise, type Parameterisation } from '../nn/parameterisation';
import { frameOf, predictNoise } from '../nn/score-model';
import { denoisingScoreMatching } from '../training/denoising-score-matching';
import type { Fit, FitOptions } from '../training/fit';
import { discreteLaw, squaredNorm, weightedLevels, type LevelWeighting, type Weighting } from '../training/level-law';
import type { Architecture, NetworkSettings } from './estimator-network';
import { checkFinite, courseOf, fitEstimator } from './fit-estimator';
import { priorProbe } from './prior-probe';
import { modelOf, scoreEstimator, type ScoreEstimator, type ScoreEstimatorConfig } from './score-estimator';
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
  /** The network: `denoising`, or the `paper`'s three MLPs. Default `denoising`. */
  architecture?: Architecture;
  /** The network's size. Defaults in `DenoisingNetworkOptions` or `ScoreNetworkOptions`. */
  network?: NetworkSettings;
  /** Train in continuous time, on the noise of this diffusion; `undefined`: on the discrete levels of the paper. Default `vpLinear()`. */
  diffusion?: Diffusion;
  /** Noise levels T of training without a diffusion; with it, of samplers for discrete levels. Default 400. */
  levels?: number;
  /** How continuous training weighs its levels. Default `balanced`. */
  weighting?: Weighting;
  /** What the network's output is. Default `edm` with a diffusion; without it `score` beside a Gaussian part, else `noise`. */
  parameterisation?: Parameterisation;
  /** Let the network learn only what a closed-form fit of Gaussians leaves over. Default true. */
  gaussianPart?: boolean;
  /** Gaussians of that fit at most; as many are taken as tell held-out parameters better. Default 8. */
  gaussians?: number;
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
}

/** Everything that training takes besides the simulations. */
export interface NpseOptions extends NpseSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** A trained estimator with the course of its training. */
export type TrainedScoreEstimator = ScoreEstimator & { readonly fit: Omit<Fit, 'weights'> };

/**
 * Trains an estimator of the score on pairs, in any of the settings.
 * @param kind the method, for messages (`npse.train: x`) and in the record.
 */
export async function trainScoreEstimator(
  kind: ScoreEstimatorConfig['kind'],
  pairs: TrainingPairs,
  options: NpseOptions,
): Promise<TrainedScoreEstimator> {
  const what = `${kind}.train`;
  const {
    prior,
    architecture = 'denoising',
    network: sizes = {},
    levels: count = 400,
    diffusion,
    weighting,
    parameterisation = diffusion && 'edm',
    gaussianPart,
    gaussians: mostGaussians = 8,
    standardise: toStandard,
    ...fitOptions
  } = options;
  checkPairs(what, pairs, prior);
  if (!Number.isInteger(mostGaussians) || mostGaussians < 1)
    throw new InvalidInputError(`${what}: gaussians`, {
      expected: 'a positive whole number',
      received: String(mostGaussians),
      remedy: 'gaussianPart: false trains the network alone.',
    });
  if (parameterisation !== undefined) checkParameterisation(`${what}: parameterisation`, parameterisation);
  checkWeighting(what, weighting, diffusion);
  const settings = {
    dims: { theta: prior.dim, x: pairs.x.shape[1] },
    architecture,
    network: architecture === 'paper' ? { ...sizes, zeroLast: gaussianPart !== false } : sizes,
    ...(parameterisation && { parameterisation }),
  };
  const levels = vpLevels({ count });
  // refuses sizes that are none, before there is a tensor
  modelOf(settings, { gaussian: [], frame: [] });
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(pairs.theta));
  const theta = fitStandardisation(z, toStandard !== false);
  const x = fitStandardisation(pairs.x, toStandard !== false);
  const rows = tf.tidy(() => [standardise(theta, z), standardise(x, pairs.x)]);
  z.dispose();
  const gaussian =
    gaussianPart === false ? [] : await fitGaussianPart(rows[0], rows[1], mostGaussians, rng(fitOptions.seed).fork(-1));
  const frame =
    parameterisation === 'edm' && partCount(gaussian) > 1 ? tf.tidy(() => leastSquaresPart(rows[0], rows[1])) : [];
  const model = modelOf(settings, { gaussian, frame });
  const { law, errorLoss }: LevelWeighting = diffusion
    ? weightedLevels(twinDiffusion(diffusion), weighting ?? 'balanced', (error, level) =>
        outputOfNoise(model.parameterisation, frameOf({ gaussian, frame }), level, error),
      )
    : { law: discreteLaw(levels), errorLoss: squaredNorm };
  const loss = denoisingScoreMatching(
    (weights, noisy, level, data, key) =>
      predictNoise(model, { network: weights, gaussian, frame }, noisy, level, data, key),
    law,
    errorLoss,
  );

  const finish = ({ weights, ...course }: Fit): TrainedScoreEstimator => {
    const config: ScoreEstimatorConfig = {
      kind,
      version: 1,
      ...settings,
      levels: count,
      ...(diffusion && { diffusion: diffusion.spec }),
      theta,
      x,
      priorProbe: priorProbe(prior),
      training: { simulations: pairs.theta.shape[0], ...courseOf(course) },
    };
    return Object.assign(scoreEstimator(config, { network: weights, gaussian, frame }, prior), { fit: course });
  };
  let isOwned = false;
  try {
    return await fitEstimator(
      model.network.weights,
      loss,
      rows,
      fitOptions,
      (fitted) => {
        isOwned = true;
        return finish(fitted);
      },
      diffusion ? continuousLength : undefined,
    );
  } finally {
    tf.dispose(rows);
    if (!isOwned) tf.dispose([gaussian, frame]);
  }
}

const continuousLength = { steps: 10_000, patience: 1 / 3 };

function checkWeighting(what: string, weighting: Weighting | undefined, diffusion: Diffusion | undefined): void {
  const known: unknown[] = ['balanced', 'noise', 'likelihood', 'velocity'];
  const isOne = known.includes(weighting) || typeof weighting === 'function';
  if (diffusion ? weighting === undefined || isOne : weighting === undefined || weighting === 'noise') return;
  throw new InvalidInputError(`${what}: weighting`, {
    expected: diffusion ? `${known.join(', ')} or a function of the level` : 'none, or a diffusion beside it',
    received: String(weighting),
  });
}

function checkPairs(what: string, { theta, x }: TrainingPairs, prior: Prior): void {
  if (theta.shape[1] !== prior.dim) {
    throw new InvalidInputError(`${what}: theta`, {
      expected: `${prior.dim} columns, the prior's parameters`,
      received: `the shape [${theta.shape}]`,
    });
  }
  if (theta.shape[0] !== x.shape[0])
    throw new InvalidInputError(what, {
      expected: 'as many rows of theta as of x',
      received: `${theta.shape[0]} and ${x.shape[0]}`,
    });
  const remedy = "simulate(..., { invalid: 'drop' }) leaves such simulations out and counts them.";
  for (const [name, tensor] of Object.entries({ theta, x })) checkFinite(`${what}: ${name}`, tensor, remedy);
}
