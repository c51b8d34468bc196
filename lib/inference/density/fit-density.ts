import type * as tf from '@tensorflow/tfjs';
import type { LinearStart } from '../../nn/density/linear-residual';
import type { FitOptions } from '../../training/fit-settings';
import type { Loss } from '../../training/loss';
import { maximumLikelihood } from '../../training/maximum-likelihood';
import type { TrainingLength } from '../../training/training-length';
import { fitMembers, type FittedMembers } from '../fit-members';
import type { DensityModel } from './density-model';
import { embeddedDensity, networkOf, type DensityNetwork, type DensityParts } from './embedded-density';

/** What a density is to be fitted to. */
export interface DensityFitProblem {
  /** The targets [N, D], their conditions [N, L], and what else the loss looks at, [N, ...]; kept by the caller. */
  readonly rows: readonly [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor2D[]];
  /** The loss of a model. Default: maximum likelihood of the targets given their conditions. */
  readonly loss?: (model: DensityModel) => Loss;
  /** Weights of all members to start from; kept by the caller. Default: drawn from the seed. */
  readonly first?: readonly tf.Tensor[];
  /** Sizes of the parts that the rows came in, whose held-out rows stay the same. */
  readonly partSizes?: readonly number[];
  /** The linear Gaussian fit whose residuals the density is to be of. Default: of the targets themselves. */
  readonly linear?: LinearStart;
  /** How long training lasts where the options do not say. */
  readonly length?: TrainingLength;
}

/** A fitted density; its weights belong to who gets it. */
export interface FittedDensity extends FittedMembers {
  readonly network: DensityNetwork;
  readonly model: DensityModel;
}

/**
 * Fits a density of a target given a condition: one network, or several from different starts, on different splits into
 * training and validation rows, whose mixture is the density.
 * @returns the fitted density; where training was stopped, of the members so far, each the best so far.
 */
export async function fitDensity(
  { rows, loss = likelihoodOf, first, partSizes, linear, length }: DensityFitProblem,
  parts: DensityParts,
  members: number,
  options: FitOptions,
): Promise<FittedDensity> {
  const dims = { target: rows[0].shape[1], condition: rows[1].shape[1] };
  const one = embeddedDensity(dims, parts, { linear });
  const problem = { weights: one.weights, loss: loss(one), rows: [...rows], length, first, partSizes };
  const fitted = await fitMembers(problem, members, options);
  return {
    ...fitted,
    network: networkOf(parts, { members: fitted.members, linear }),
    model: fitted.members === 1 ? one : embeddedDensity(dims, parts, { members: fitted.members, linear }),
  };
}

/** Maximum likelihood of the targets, the first rows, given their conditions, the second. */
export function likelihoodOf(model: DensityModel): Loss {
  return maximumLikelihood((weights, [target, condition]) =>
    model.density.logProb(model.densityWeights(weights), target, model.contextOfEach(weights, condition)),
  );
}
