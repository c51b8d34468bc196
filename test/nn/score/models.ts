import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../../../lib/diffusion/noise-level';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import type { ClosedFormTensors } from '../../../lib/nn/score/closed-form';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import { leastSquaresGaussian } from '../../../lib/nn/score/linear-gaussian';
import { paperNetwork } from '../../../lib/nn/score/paper-network';
import { edm, noise, score, velocity, type Parameterisation } from '../../../lib/nn/score/parameterisations';
import { predictNoise, scoreModel, type ScoreModel, type ScoreModelTensors } from '../../../lib/nn/score/score-model';
import type { NetworkDefinition } from '../../../lib/nn/score/score-network';
import { normals, randomWeights } from '../support';

export const dims = { theta: 3, x: 4 };
export const levels = vpLevels();
/** A discrete level of the paper's T = 400. */
export const at = (t: number): NoiseLevel => levels.at(tf.scalar(t, 'int32'));

export const gaussian = leastSquaresGaussian(normals(50, 3, 8), normals(50, 4, 9));
/** Another one, as there is beside a mixture. */
export const other = leastSquaresGaussian(normals(50, 3, 10), normals(50, 4, 11));
/** Two parts, each with a share that depends on x. */
export const parts = [gaussian, other].map((part, k) => ({
  ...part,
  xMean: normals(1, 4, 12 + k).as1D() as tf.Tensor1D,
  xWhitening: normals(4, 4, 14 + k),
  logShare: tf.scalar(-k / 2),
}));
/** The kinds of closed form. */
export const closedForms: Readonly<Record<string, ClosedFormTensors>> = {
  alone: {},
  'beside a Gaussian': { gaussian },
  'beside a mixture': { parts, gaussian: other },
};
export const parameterisations = [noise(), velocity(), score(), edm()];

const small = { width: 8, hidden: 2, activation: 'silu' } as const;
export const smallPaper = paperNetwork({ ...small, timeEmbedding: 8 });
export const smallDenoising = denoisingNetwork(small);
const ofSets = denoisingNetwork({ ...small, exchangeable: 2 });

/** A model with random weights. */
export interface Case {
  readonly model: ScoreModel;
  readonly tensors: ScoreModelTensors;
}
export function caseOf(
  definition: NetworkDefinition,
  parameterisation: Parameterisation,
  closedForm: ClosedFormTensors,
): Case {
  const model = scoreModel(definition, parameterisation, dims, closedForm);
  return { model, tensors: { network: randomWeights(model.network.weights), closedForm } };
}

/** Models that differ in all that there is to choose. */
export const cases: Readonly<Record<string, Case>> = {
  'beside a Gaussian': caseOf(smallPaper, score(), { gaussian }),
  alone: caseOf(smallPaper, noise(), {}),
  'as a velocity': caseOf(smallPaper, velocity(), {}),
  'that sees the distance from a Gaussian': caseOf(smallDenoising, edm(), { gaussian }),
  'beside a mixture': caseOf(ofSets, edm(), { parts, gaussian: other }),
};

/** All closed forms, parameterisations and networks with each other. */
export const everyCase: [string, Case][] = Object.entries(closedForms).flatMap(([where, closedForm]) =>
  parameterisations.flatMap((parameterisation) =>
    [smallPaper, smallDenoising].map((definition): [string, Case] => [
      `${definition.spec.name}, ${parameterisation.name}, ${where}`,
      caseOf(definition, parameterisation, closedForm),
    ]),
  ),
);

/** The score as training has it: -eps_hat / std of each row with its own x. */
export function scoreInTraining(
  { model, tensors }: Case,
  theta: tf.Tensor2D,
  level: NoiseLevel,
  x: tf.Tensor2D,
): tf.Tensor2D {
  return tf.neg(tf.div(predictNoise(model, tensors, { theta, level, x }), level.std)) as tf.Tensor2D;
}
