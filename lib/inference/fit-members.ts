import type * as tf from '@tensorflow/tfjs';
import { longWork, type PartOptions } from '../core/host';
import { inParts } from '../core/parts';
import { rng } from '../core/rng';
import type { WeightSpec } from '../nn/network';
import { fit, type Fit, type FitProblem } from '../training/fit';
import type { FitOptions } from '../training/fit-settings';
import { partOf, type TrainingPart } from './course';

/** Networks of one kind, fitted one after another. */
export interface FittedMembers {
  /** How many there are: where training was stopped, those so far. */
  readonly members: number;
  /** The weights of all, member by member; the caller disposes them. */
  readonly weights: tf.Tensor[];
  /** The course of training; of several members, that of the first, with all their steps and seconds. */
  readonly fit: Fit;
  /** The course of each member, where there are several. */
  readonly parts?: readonly TrainingPart[];
}

/**
 * Fits one network, or several from different starts, on different splits into training and validation rows.
 * @param problem of one network; its `first` weights, if any, are those of all members.
 * @returns the fitted members; where training was stopped, those so far, each the best so far.
 */
export async function fitMembers(problem: FitProblem, members: number, options: FitOptions): Promise<FittedMembers> {
  const { first, ...same } = problem;
  const size = problem.weights.length;
  const fitMember = (k: number, within: PartOptions['within'], seed: number): Promise<Fit> =>
    fit(
      {
        ...same,
        ...(first && { first: first.slice(k * size, (k + 1) * size) }),
        ...(members > 1 && { label: `network ${k + 1}` }),
      },
      { ...options, seed, within },
    );
  if (members === 1) {
    const only = await fitMember(0, options.within, options.seed);
    return { members: 1, weights: only.weights, fit: only };
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
    members: fits.length,
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

/** The weights of `members` networks of one kind, member by member; several are told apart by their names. */
export function memberWeights(one: readonly WeightSpec[], members: number): WeightSpec[] {
  return Array.from({ length: members }, (_, k) =>
    one.map((spec) => ({ ...spec, name: members === 1 ? spec.name : `member${k}/${spec.name}` })),
  ).flat();
}
