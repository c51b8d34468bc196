import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel, Score } from '../../diffusion/noise-level';
import type { Key } from '../../graph/random';
import { besideLaw } from './beside-law';
import { closedFormOf, type ClosedForm, type ClosedFormTensors, type RowTensors } from './closed-form';
import { inStandardDeviations, meanOfX, type LinearGaussian } from './linear-gaussian';
import type { OutputScale, Parameterisation } from './parameterisations';
import type { NetworkDefinition, ScoreNetwork } from './score-network';

/** The tensors that a trained model of a score is made of. */
export type ScoreModelTensors = {
  readonly network: tf.Tensor[];
  readonly closedForm: ClosedFormTensors;
};

/** What observations are to the model, row by row, computed once for a whole draw: tensors [n, ...] by name. */
export type ObservationRows = RowTensors & {
  /** The head's share of each observation [n, width]. */
  readonly shares: tf.Tensor2D;
};

/** A network, what its output means, and what is known beside it. */
export interface ScoreModel {
  readonly network: ScoreNetwork;
  readonly closedForm: ClosedForm;
  /** Whether the network is known to be the zero function, so that the closed form is all there is. Default false. */
  readonly isNetworkZero?: boolean;
  /** Which noise outputs of the network stand for, [B, D]. */
  noiseOfOutput(tensors: ScoreModelTensors, level: NoiseLevel, output: tf.Tensor2D): tf.Tensor2D;
  /** Its inverse: the errors of outputs whose noise is wrong by `error`, [B, D]. */
  outputOfNoise(tensors: ScoreModelTensors, level: NoiseLevel, error: tf.Tensor2D): tf.Tensor2D;
  /** The Gaussian whose distance from theta the network sees; undefined where it sees none. */
  distanceFrom(tensors: ScoreModelTensors): LinearGaussian | undefined;
}

/**
 * The model of a score.
 * @param closedForm its closed-form tensors, of which only the kind is looked at here.
 * @param law the diffused score of theta's law, beside which the score of a likelihood is learned. Default: none.
 * @throws InvalidInputError for a network that does not fit the dimensions.
 */
export function scoreModel(
  definition: NetworkDefinition,
  parameterisation: Parameterisation,
  dims: { readonly theta: number; readonly x: number },
  closedForm: ClosedFormTensors,
  law?: Score,
): ScoreModel {
  const known = closedFormOf(closedForm, parameterisation.known);
  const form = law ? besideLaw(known, law) : known;
  const hasGaussian = form.scaling(closedForm) !== undefined;
  const seesDistance = parameterisation.seesDistance && hasGaussian;
  const isCorrection = Object.keys(closedForm).length > 0;
  const scaleOf = ({ closedForm }: ScoreModelTensors, level: NoiseLevel): OutputScale =>
    parameterisation.scale(level, form.scaling(closedForm));
  const network = definition.build({ dims, seesDistance, isCorrection });
  return {
    network,
    closedForm: form,
    noiseOfOutput: (tensors, level, output) => {
      const { scale, axes } = scaleOf(tensors, level);
      const scaled = tf.mul(output, scale) as tf.Tensor2D;
      return axes ? tf.matMul(scaled, axes, false, true) : scaled;
    },
    outputOfNoise: (tensors, level, error) => {
      const { scale, axes } = scaleOf(tensors, level);
      return tf.div(axes ? tf.matMul(error, axes) : error, scale) as tf.Tensor2D;
    },
    // a network that may see the distance need not: the paper's does not
    distanceFrom: ({ closedForm }) => (network.embedDistance ? form.scaling(closedForm) : undefined),
  };
}

/**
 * The noise that the model sees in each row, eps_hat(theta, t, x) [B, D], with one x a row: what training needs.
 * @param key of dropout, in training only.
 */
export function predictNoise(
  model: ScoreModel,
  tensors: ScoreModelTensors,
  { theta, level, x }: { theta: tf.Tensor2D; level: NoiseLevel; x: tf.Tensor2D },
  key?: Key,
): tf.Tensor2D {
  const { network, closedForm } = model;
  const { network: weights } = tensors;
  const shares = [
    network.embedTheta(weights, theta),
    network.embedX(weights, x),
    network.embedTime(weights, level),
  ] as tf.Tensor2D[];
  const gaussian = model.distanceFrom(tensors);
  if (gaussian) {
    const distance = tf.sub(theta, tf.mul(level.meanCoeff, meanOfX(gaussian, x))) as tf.Tensor2D;
    shares.push(network.embedDistance!(weights, inStandardDeviations(gaussian, distance, level)));
  }
  const sum = shares.reduce((before, share) => tf.add(before, share));
  const output = network.last(weights, network.trunk(weights, sum, key));
  const known = closedForm.noise(tensors.closedForm, theta, level, closedForm.ofX(tensors.closedForm, x));
  return tf.add(model.noiseOfOutput(tensors, level, output), known);
}

/** Observations that are embedded at once: this bounds the memory for any number of them. */
const embeddedAtOnce = 8192;

/** Embeds observations x [n, L], some at a time; the caller disposes the tensors. */
export function embedObservations(model: ScoreModel, tensors: ScoreModelTensors, x: tf.Tensor2D): ObservationRows {
  const [n, width] = x.shape;
  if (n <= embeddedAtOnce) return embedSome(model, tensors, x);
  return tf.tidy(() => {
    const parts = Array.from({ length: Math.ceil(n / embeddedAtOnce) }, (_, k) => {
      const start = k * embeddedAtOnce;
      return tf.tidy(() =>
        embedSome(model, tensors, tf.slice(x, [start, 0], [Math.min(embeddedAtOnce, n - start), width])),
      );
    });
    const whole = Object.keys(parts[0]).map((name) => [name, tf.concat(parts.map((part) => part[name]))] as const);
    return Object.fromEntries(whole) as ObservationRows;
  });
}

function embedSome(model: ScoreModel, tensors: ScoreModelTensors, x: tf.Tensor2D): ObservationRows {
  const gaussian = model.distanceFrom(tensors);
  return {
    shares: model.network.embedX(tensors.network, x),
    ...model.closedForm.ofX(tensors.closedForm, x),
    ...(gaussian && { distanceMeans: meanOfX(gaussian, x) }),
  };
}
