import * as tf from '@tensorflow/tfjs';
import { rng } from '../../core/rng';
import { fitClosedForm } from '../../nn/score/closed-form';
import { denoisingNetwork } from '../../nn/score/denoising-network';
import { predictNoise, scoreModel, type ScoreModel, type ScoreModelTensors } from '../../nn/score/score-model';
import type { NetworkDefinition } from '../../nn/score/score-network';
import { denoisingScoreMatching } from '../../training/denoising-score-matching';
import type { Score } from '../../diffusion/noise-level';
import type { LawOfTheta } from '../../nn/score/gaussian-under-law';
import { fit, heldOutRows, type Fit } from '../../training/fit';
import type { FitOptions } from '../../training/fit-settings';
import { isBeyondClosedForm } from './beyond-closed-form';
import { continuous, type TrainingLevels } from './levels';
import type { ScoreModelConfig } from './score-model-config';

/** How the score of a target given conditions is learned. */
export interface ScoreSettings {
  /**
   * The network: `denoisingNetwork({ ... })`, or the paper's, `paperNetwork({ ... })`. Default `denoisingNetwork()`.
   */
  network?: NetworkDefinition;
  /**
   * The noise levels that it learns on, and by which error: `continuous(vpLinear())`, or `discrete({ count: 400 })` as
   * in the paper. Default `continuous()`.
   */
  levels?: TrainingLevels;
  /**
   * Gaussians at most of the closed-form fit that leaves the network only what is not Gaussian; as many are taken as
   * tell held-out parameters better, and 0 trains the network alone. Default 1: several are exact where parameters and
   * data are a mixture of Gaussians, and otherwise leave more to unlearn than they help.
   */
  gaussians?: number;
}

/** Pairs of standardised targets [N, D] and conditions [N, L] to learn from; kept by the caller. */
export interface ScoreProblem {
  readonly rows: [tf.Tensor2D, tf.Tensor2D];
  /** What each pair counts in the loss [N, 1], 1 in the mean. Default: all the same. */
  readonly weights?: tf.Tensor2D;
  /** Pairs to train on besides, never to validate on: more than can be overfitted. */
  readonly added?: [tf.Tensor2D, tf.Tensor2D];
  /** The diffused score of the targets' law, beside which the score of a likelihood is learned. */
  readonly law?: Score;
  /** The moments of the targets' law, where the pairs are drawn from it. */
  readonly moments?: LawOfTheta;
  /** What progress calls it. */
  readonly label?: string;
}

/** A fitted score; its tensors belong to who gets it. */
export interface FittedScore {
  readonly config: ScoreModelConfig;
  readonly model: ScoreModel;
  readonly tensors: ScoreModelTensors;
  readonly fit: Fit;
}

/** Frees a fitted score. */
export function disposeFitted({ tensors }: FittedScore): void {
  tf.dispose(tensors as tf.TensorContainerObject);
}

/**
 * Fits the score of a target given conditions, p_t(target | condition).
 * @returns the fitted score, the best so far where training was stopped: see {@link fit}.
 * @throws InvalidInputError for invalid settings.
 */
export async function fitScore(
  { rows: pairs, weights, added, law, moments, label }: ScoreProblem,
  { network: definition = denoisingNetwork(), levels = continuous(), gaussians = 1 }: ScoreSettings,
  options: FitOptions,
): Promise<FittedScore> {
  const dims = { theta: pairs[0].shape[1], x: pairs[1].shape[1] };
  const rows = weights ? [...pairs, weights] : pairs;
  const network = added ? definition.unregularised() : definition;
  const isBesideClosedForm = gaussians > 0;
  const parameterisation = levels.parameterisation(isBesideClosedForm);
  const closedForm = await fitClosedForm(
    pairs,
    { most: gaussians, isScaled: parameterisation.seesDistance, law: moments },
    rng(options.seed).fork(-1),
  );
  try {
    const model = scoreModel(network, parameterisation, dims, closedForm, law);
    const ofWeights = (weights: tf.Tensor[]): ScoreModelTensors => ({ network: weights, closedForm });
    const objective = levels.objective((error, level) => model.outputOfNoise(ofWeights([]), level, error));
    const loss = denoisingScoreMatching(
      (weights, rows, key) => predictNoise(model, ofWeights(weights), rows, key),
      objective,
    );
    const length = added ? levels.length.besides : levels.length.alone;
    const best = await fit({ weights: model.network.weights, loss, rows, added, label, length }, options);
    const isKept = (): boolean => {
      const numbers = tf.tensor1d(heldOutRows(pairs[0].shape[0], options, length), 'int32');
      const heldOut = pairs.map((each) => tf.gather(each, numbers)) as [tf.Tensor2D, tf.Tensor2D];
      return isBeyondClosedForm(model, ofWeights(best.weights), objective, heldOut, options.seed);
    };
    // under another law no posterior is a Gaussian, so that there is something to learn
    const isInDoubt =
      isBesideClosedForm && moments?.isGaussian !== false && !weights && best.bestEpoch > 0 && !best.stopped;
    const fitted = isInDoubt && !tf.tidy(isKept) ? withoutNetwork(best) : best;
    return {
      config: { dims, network: network.spec, levels: levels.spec, parameterisation: parameterisation.name },
      model,
      tensors: ofWeights(fitted.weights),
      fit: fitted,
    };
  } catch (error) {
    tf.dispose(closedForm as tf.TensorContainer);
    throw error;
  }
}

/** The fit in which the closed form, with which training starts, is the best: a network of zeros adds nothing. */
function withoutNetwork({ weights, ...fitted }: Fit): Fit {
  const zeros = tf.tidy(() => weights.map((each) => tf.zerosLike(each)));
  tf.dispose(weights);
  return { ...fitted, weights: zeros, bestEpoch: 0, validationLoss: fitted.history[0].validation! };
}
