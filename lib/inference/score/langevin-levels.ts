import * as tf from '@tensorflow/tfjs';
import type { ScoreModel, ScoreModelTensors } from '../../nn/score/score-model';
import { fisherLangevin } from '../../samplers/fisher-langevin';
import type { Sampler } from '../../samplers/sampler';

/**
 * The smallest noise of discrete levels for a network that was trained in continuous time: .4 of the least standard
 * deviation of the Gaussian that it scales by, at most .2 of the prior's.
 *
 * An error of the network's output is one of the score times 1 / std: a reverse equation does not feel it, but Langevin
 * steps come to rest on it. Below this noise nothing but that is added.
 */
export function langevinNoise(
  { closedForm }: Pick<ScoreModel, 'closedForm'>,
  tensors: Pick<ScoreModelTensors, 'closedForm'>,
): number {
  const gaussian = closedForm.scaling(tensors.closedForm);
  if (!gaussian) return mostLangevinNoise;
  const least = tf.tidy(() => Math.sqrt(tf.min(gaussian.variances).dataSync()[0]));
  return Math.max(leastLangevinNoise, Math.min(mostLangevinNoise, 0.4 * least));
}

const mostLangevinNoise = 0.2;
const leastLangevinNoise = 0.002;

/**
 * Langevin steps for n observations. A closed form alone has no error that grows towards the data, so that it is
 * followed as far as n observations see the bias of the last level's mean.
 */
export function langevinSteps(isClosedForm: boolean, smallestNoise: number, n: number): Sampler {
  return fisherLangevin({ smallestNoise: isClosedForm ? Math.min(smallestNoise, 0.1 / Math.sqrt(n)) : smallestNoise });
}

/** Whether training ended where it started, with a network that adds nothing to the closed form beside it. */
export function isClosedFormAlone(
  { version, training }: { readonly version: number; readonly training: Readonly<Record<string, number | string>> },
  { closedForm }: Pick<ScoreModelTensors, 'closedForm'>,
): boolean {
  return version === 2 && training.bestEpoch === 0 && Object.keys(closedForm).length > 0;
}
