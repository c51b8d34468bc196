import * as tf from '@tensorflow/tfjs';
import { longWork, type PartOptions } from '../../core/host';
import { inParts } from '../../core/parts';
import { rng } from '../../core/rng';
import { fit, type Fit } from '../../training/fit';
import type { FitOptions } from '../../training/fit-settings';
import type { Loss } from '../../training/loss';
import { maximumLikelihood } from '../../training/maximum-likelihood';
import type { TrainingLength } from '../../training/training-length';
import { partOf, type TrainingPart } from '../course';
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
  /** How long training lasts where the options do not say. */
  readonly length?: TrainingLength;
}

/** A fitted density; its weights belong to who gets it. */
export interface FittedDensity {
  readonly network: DensityNetwork;
  readonly model: DensityModel;
  readonly weights: tf.Tensor[];
  /** The course of training; of several members, that of the first, with all their steps and seconds. */
  readonly fit: Fit;
  /** The course of each member, where there are several. */
  readonly parts?: readonly TrainingPart[];
}

/**
 * Fits a density of a target given a condition: one network, or several from different starts, on different splits into
 * training and validation rows, whose mixture is the density.
 * @returns the fitted density; where training was stopped, of the members so far, each the best so far.
 */
export async function fitDensity(
  { rows, loss = likelihoodOf, first, length }: DensityFitProblem,
  parts: DensityParts,
  members: number,
  options: FitOptions,
): Promise<FittedDensity> {
  const dims = { target: rows[0].shape[1], condition: rows[1].shape[1] };
  const one = embeddedDensity(dims, parts);
  const size = one.weights.length;
  const problem = { weights: one.weights, loss: loss(one), rows: [...rows], length };
  const fitMember = (k: number, within: PartOptions['within'], seed: number): Promise<Fit> =>
    fit(
      {
        ...problem,
        ...(first && { first: first.slice(k * size, (k + 1) * size) }),
        ...(members > 1 && { label: `network ${k + 1}` }),
      },
      { ...options, seed, within },
    );
  if (members === 1) {
    const only = await fitMember(0, options.within, options.seed);
    return { network: networkOf(parts, 1), model: one, weights: only.weights, fit: only };
  }
  const fits: Fit[] = [];
  const source = rng(options.seed);
  await longWork('Training', members, options, async (progress, signal) => {
    const within = inParts(progress, new Array<number>(members).fill(1));
    for (let k = 0; k < members; k++) {
      fits.push(await fitMember(k, within, source.fork(k).integer(0, 2 ** 31)));
      if (fits[k].stopped || signal.aborted) break;
    }
  });
  const sum = (of: (each: Fit) => number): number => fits.reduce((total, each) => total + of(each), 0);
  const last = fits[fits.length - 1];
  const { stopped: _, ...course } = fits[0];
  return {
    network: networkOf(parts, fits.length),
    model: embeddedDensity(dims, parts, fits.length),
    weights: fits.flatMap(({ weights }) => weights),
    fit: {
      ...course,
      ended: last.ended,
      validationLoss: sum(({ validationLoss }) => validationLoss) / fits.length,
      steps: sum(({ steps }) => steps),
      seconds: sum(({ seconds }) => seconds),
      ...(last.stopped && { stopped: last.stopped }),
    },
    parts: fits.map((each, k) => partOf(`network ${k + 1} of ${members}`, each)),
  };
}

/** Maximum likelihood of the targets, the first rows, given their conditions, the second. */
export function likelihoodOf(model: DensityModel): Loss {
  return maximumLikelihood((weights, [target, condition]) =>
    model.density.logProb(model.densityWeights(weights), target, model.contextOfEach(weights, condition)),
  );
}
