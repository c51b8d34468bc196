import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../../core/errors';
import { rng } from '../../core/rng';
import { twinDiffusion, type Diffusion } from '../../diffusion/diffusion';
import { vpLevels } from '../../diffusion/vp-levels';
import { fitGaussianPart, leastSquaresPart, partCount } from '../../nn/score/gaussian-part';
import { checkParameterisation, outputOfNoise, type Parameterisation } from '../../nn/score/parameterisation';
import { frameOf, predictNoise, type ScoreModelTensors } from '../../nn/score/score-model';
import { denoisingScoreMatching } from '../../training/denoising-score-matching';
import type { Fit, FitOptions } from '../../training/fit';
import {
  discreteLaw,
  squaredNorm,
  weightedLevels,
  type LevelWeighting,
  type Weighting,
} from '../../training/level-law';
import type { Architecture, NetworkSettings } from './estimator-network';
import { fitEstimator } from '../fit-estimator';
import { modelOf, type ScoreModelConfig } from './score-model-config';

/** How the score of a target given conditions is learned. */
export interface ScoreModelSettings {
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
  /**
   * Gaussians of that fit at most; as many are taken as tell held-out parameters better. Default 1: several are exact where parameters and data
   * are a mixture of Gaussians, and otherwise leave more to unlearn than they help.
   */
  gaussians?: number;
}

/** Steps and patience of training in continuous time. */
const continuousLength = { steps: 10_000, patience: 1 / 3 };
/** With rows added there is more to learn before anything is overfitted. */
const longLength = { steps: 20_000, patience: 1 / 3 };

/**
 * Fits the score of a target given conditions, p_t(target | condition).
 * @param what how messages name the call, such as `npse.train`.
 * @param rows standardised targets [N, D] and conditions [N, L]; kept by the caller.
 * @param finish makes what is wanted of the fitted tensors, which it owns.
 * @param added rows to train on besides, never to validate on; kept by the caller.
 * @throws what `fit` throws, with what `finish` makes of the best weights so far as `partial`.
 */
export async function fitScoreModel<E>(
  what: string,
  rows: [tf.Tensor2D, tf.Tensor2D],
  settings: ScoreModelSettings,
  options: FitOptions,
  finish: (config: ScoreModelConfig, tensors: ScoreModelTensors, fit: Fit) => E,
  added?: [tf.Tensor2D, tf.Tensor2D],
): Promise<E> {
  checkSettings(what, settings);
  const { levels: count = 400, diffusion, weighting = 'balanced', gaussianPart, gaussians = 1 } = settings;
  const config = configOf({ theta: rows[0].shape[1], x: rows[1].shape[1] }, settings);
  const levels = vpLevels({ count });
  // refuses sizes that are none, before there is a tensor
  modelOf(config, { gaussian: [], frame: [] });
  const gaussian =
    gaussianPart === false ? [] : await fitGaussianPart(rows[0], rows[1], gaussians, rng(options.seed).fork(-1));
  const frame = config.parameterisation === 'edm' && partCount(gaussian) > 1 ? leastSquaresPart(rows[0], rows[1]) : [];
  const model = modelOf(config, { gaussian, frame });
  const { law, errorLoss }: LevelWeighting = diffusion
    ? weightedLevels(twinDiffusion(diffusion), weighting, (error, level) =>
        outputOfNoise(model.parameterisation, frameOf({ gaussian, frame }), level, error),
      )
    : { law: discreteLaw(levels), errorLoss: squaredNorm };
  const loss = denoisingScoreMatching(
    (weights, noisy, level, condition, key) =>
      predictNoise(model, { network: weights, gaussian, frame }, noisy, level, condition, key),
    law,
    errorLoss,
  );
  let isOwned = false;
  try {
    return await fitEstimator(
      model.network.weights,
      loss,
      rows,
      options,
      (fit) => {
        isOwned = true;
        return finish(config, { network: fit.weights, gaussian, frame }, fit);
      },
      { added, ...(diffusion && { length: added ? longLength : continuousLength }) },
    );
  } finally {
    if (!isOwned) tf.dispose([gaussian, frame]);
  }
}

function configOf(
  dims: ScoreModelConfig['dims'],
  { architecture = 'denoising', network = {}, levels = 400, diffusion, gaussianPart, ...settings }: ScoreModelSettings,
): ScoreModelConfig {
  const parameterisation = settings.parameterisation ?? (diffusion && 'edm');
  return {
    dims,
    architecture,
    network: architecture === 'paper' ? { ...network, zeroLast: gaussianPart !== false } : network,
    ...(parameterisation && { parameterisation }),
    levels,
    ...(diffusion && { diffusion: diffusion.spec }),
  };
}

function checkSettings(what: string, { gaussians = 1, parameterisation, weighting, diffusion }: ScoreModelSettings) {
  if (!Number.isInteger(gaussians) || gaussians < 1)
    throw new InvalidInputError(`${what}: gaussians`, {
      expected: 'a positive whole number',
      received: String(gaussians),
      remedy: 'gaussianPart: false trains the network alone.',
    });
  if (parameterisation !== undefined) checkParameterisation(`${what}: parameterisation`, parameterisation);
  const known: unknown[] = ['balanced', 'noise', 'likelihood', 'velocity'];
  const isOne = known.includes(weighting) || typeof weighting === 'function';
  if (weighting === undefined || (diffusion ? isOne : weighting === 'noise')) return;
  throw new InvalidInputError(`${what}: weighting`, {
    expected: diffusion ? `${known.join(', ')} or a function of the level` : 'none, or a diffusion beside it',
    received: String(weighting),
  });
}
