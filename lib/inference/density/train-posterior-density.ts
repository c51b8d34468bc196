import * as tf from '@tensorflow/tfjs';
import { requireCount } from '../../core/checks';
import type { Prior } from '../../distributions/prior';
import { linearStart } from '../../nn/density/linear-residual';
import type { FitOptions } from '../../training/fit-settings';
import type { Loss } from '../../training/loss';
import type { TrainingLength } from '../../training/training-length';
import { checkPairs, type TrainingPairs } from '../check-pairs';
import { tensorsOf } from '../estimator-record';
import { fitFrame, frameOf, type Frame } from '../frame';
import type { DensityEstimator, DensityMethod } from './density-estimator';
import type { DensityModel } from './density-model';
import { embeddedDensity, partsOf, type DensityNetwork, type DensityParts } from './embedded-density';
import { fitDensity } from './fit-density';
import { deliveredDensity, type TrainedDensityEstimator } from './train-density-estimator';

/** How a density q(theta | x) of one observation is trained. */
export interface PosteriorDensityTraining extends DensityParts {
  readonly prior: Prior;
  /** Networks whose mixture is the density. */
  readonly members: number;
  /** Whether the network sees theta and x with mean 0 and standard deviation 1. */
  readonly standardise: boolean;
  /** Whether the density is of what a linear Gaussian fit leaves. Default false. */
  readonly gaussian?: boolean;
  readonly fit: FitOptions;
  /** How long training lasts where `fit` does not say. */
  readonly length?: TrainingLength;
  /** The loss of a model. Default: maximum likelihood, which is right for parameters that the prior drew. */
  readonly loss?: (model: DensityModel, frame: Frame) => Loss;
  /** What else the loss looks at, [N, ...], in the frame; disposed here. */
  readonly also?: (frame: Frame) => tf.Tensor2D[];
  /** An estimator of the same networks, whose frame is kept and from whose weights training goes on. */
  readonly before?: DensityEstimator<DensityNetwork>;
  /** Sizes of the parts that the pairs came in, one after the other, whose held-out pairs stay the same. */
  readonly partSizes?: readonly number[];
  /** What the config says of the data besides their number. */
  readonly size?: Readonly<Record<string, number>>;
}

/** The method NPE, for estimators whose parts may be one's own. */
export function npeMethod(given: Partial<DensityParts>): DensityMethod<DensityNetwork> {
  return {
    kind: 'npe',
    estimator: 'an NPE estimator',
    model: (dims, network) =>
      embeddedDensity({ target: dims.theta, condition: dims.x }, partsOf(network, given), network),
  };
}

/**
 * Trains a density q(theta | x) on pairs.
 * @param what the call in messages, such as `npe.train`.
 * @throws InvalidInputError for pairs that don't fit together or the prior, or hold NaN or infinity.
 * @throws InterruptedError or NonFiniteError as training was stopped, with the best estimator so far as `partial`.
 */
export async function trainPosteriorDensity(
  what: string,
  pairs: TrainingPairs,
  training: PosteriorDensityTraining,
): Promise<TrainedDensityEstimator<DensityNetwork>> {
  const { prior, density, embedding, members, standardise, gaussian, fit } = training;
  const { loss, also, before, partSizes, length, size } = training;
  checkPairs(what, pairs, prior);
  requireCount(`${what}: members`, members);
  const frame = before ? frameOf(prior, before.config.frame) : fitFrame(prior, pairs, standardise);
  const rows = tf.tidy((): tf.Tensor2D[] => [
    frame.toNetwork(pairs.theta),
    frame.toData(pairs.x),
    ...(also?.(frame) ?? []),
  ]) as [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor2D[]];
  const first = before && tensorsOf(before.record(), 'weights');
  try {
    const linear = before ? before.config.network.linear : gaussian ? linearStart(rows[0], rows[1]) : undefined;
    const ofModel = loss && ((model: DensityModel): Loss => loss(model, frame));
    const fitted = await fitDensity(
      { rows, loss: ofModel, first, partSizes, length, linear },
      { density, embedding },
      members,
      fit,
    );
    const sizes = { simulations: rows[0].shape[0], ...size };
    return deliveredDensity(npeMethod({ density, embedding }), { frame, maxObservations: 1, size: sizes }, fitted);
  } finally {
    tf.dispose(rows);
    if (first) tf.dispose(first);
  }
}
