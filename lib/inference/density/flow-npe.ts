import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../../core/errors';
import type { EstimatorRecord } from '../../records/estimator-record';
import { unconstrained } from '../../distributions/bijector';
import type { Prior } from '../../distributions/prior';
import { setFlow, type SetFlowOptions } from '../../nn/density/set-flow';
import type { Fit, FitOptions } from '../../training/fit';
import { maximumLikelihood } from '../../training/maximum-likelihood';
import { checkFinite, checkParameters, courseOf, fitEstimator } from '../fit-estimator';
import { flowEstimator, restoreFlowEstimator, type FlowEstimator, type FlowEstimatorConfig } from './flow-estimator';
import { paperTraining } from '../paper-training';
import { priorProbe } from '../prior-probe';
import { fitStandardisation, standardise } from '../standardisation';

/** Parameters and a set of observations of each, as `simulateSets` makes them. */
export interface TrainingSets {
  /** The parameters [M, D]. */
  readonly theta: tf.Tensor2D;
  /** The observations [M, maxObservations, L]: those of a set first; what stands after them is not looked at. */
  readonly x: tf.Tensor3D;
  /** The number of observations of each set [M], 1 to maxObservations. */
  readonly counts: tf.Tensor1D;
}

/** How a flow estimator is trained, except for prior and seed. */
export interface FlowNpeSettings extends Omit<FitOptions, 'seed'> {
  /** The network's size. Defaults in {@link SetFlowOptions}. */
  network?: SetFlowOptions;
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
}

/** Everything that {@link trainFlowNpe} takes besides the sets of observations. */
export interface FlowNpeOptions extends FlowNpeSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** A trained flow with the course of its training. */
export type TrainedFlowEstimator = FlowEstimator & { readonly fit: Omit<Fit, 'weights'> };

/**
 * The settings of the paper, unchanged: raw parameters and data, Adam at 1e-4, 20% validation, at most 20,000 epochs.
 *
 * The paper leaves open the batch size (256 sets here), the width (128), the activation (relu), the patience of early stopping (500
 * epochs) and the flow's start (the identity). With few sets the flow is at its best within a few dozen epochs, so each is validated.
 * Source: Geffner et al., section 3 and appendix B.
 */
export const paperSettings: FlowNpeSettings = {
  ...paperTraining,
  epochsPerValidation: 1,
};

/**
 * The default settings of {@link trainFlowNpe}: standardised, in small batches, at a higher rate and stopped sooner than the paper's. On the
 * 10-D Gaussian task (one run) they were about as accurate as those for 1,000 calls and more so for 10,000, in a third of the time.
 */
export const defaultSettings: FlowNpeSettings = {
  standardise: true,
  learningRate: 5e-4,
  cosineDecay: true,
  batchSize: 64,
  validationFraction: 0.1,
  maxEpochs: 200,
  patience: 50,
  epochsPerValidation: 1,
  ema: 0.99,
  network: { activation: 'silu' },
};

/**
 * Flow NPE, the baseline of the paper: learns a normalised density q(theta | x_1, ..., x_n, n) for sets of any size by maximum likelihood.
 *
 * q is a RealNVP of four affine couplings given the mean embedding of the observations and a fixed embedding of n, see {@link setFlow}.
 * Parameters with bounds are mapped to all of R^D first. A batch larger than the training sets is all of them.
 * @param sets parameters and observations; they stay the caller's.
 * @param options prior and seed, and any of {@link FlowNpeSettings}; `{ ...paperSettings, prior, seed }` is the paper's row.
 * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
 * @throws InvalidInputError for a prior of one parameter, sets that don't fit together or the prior, fewer observations in all than a
 * batch has rows, NaN or infinity.
 * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the best estimator so far as `partial`.
 * Source: Geffner et al., appendix B.2.
 * @example
 * const sets = await simulateSets(task, { calls: 300, seed: 1 });
 * const flow = await flowNpe.train(sets, { prior, seed: 2, maxEpochs: 5, network: { width: 16 } });
 * const samples = flow.given([[1, 2], [0.5, 1]]).sample(500, { seed: 3 });
 * samples; // shape [500, 2]
 */
export async function trainFlowNpe(sets: TrainingSets, options: FlowNpeOptions): Promise<TrainedFlowEstimator> {
  const { prior, network = {}, standardise: toStandard, ...fitOptions } = { ...defaultSettings, ...options };
  const counts = checkSets(sets, prior, fitOptions.batchSize!);
  const [, maxObservations, width] = sets.x.shape;
  const dims = { theta: prior.dim, x: width };
  const flow = setFlow(dims, network);
  const z = tf.tidy(() => unconstrained(prior).toUnconstrained(sets.theta));
  const real = observationsOf(sets, counts);
  const theta = fitStandardisation(z, toStandard !== false);
  const x = fitStandardisation(real, toStandard !== false);
  real.dispose();
  const rows = tf.tidy(() => {
    const sizes = tf.tensor2d(counts, [counts.length, 1]);
    const isReal = tf.less(tf.range(0, maxObservations).expandDims(0), sizes);
    const each = standardise(x, tf.reshape(sets.x, [-1, width]));
    const padded = tf.where(tf.reshape(isReal, [-1, 1]), each, tf.zerosLike(each));
    return [standardise(theta, z), tf.reshape(padded, [counts.length, -1]) as tf.Tensor2D, sizes];
  });
  z.dispose();
  const loss = maximumLikelihood((weights, [theta, x, counts]) =>
    flow.logProb(weights, theta, flow.contexts(weights, x, counts)),
  );
  try {
    return await fitEstimator(flow.weights, loss, rows, fitOptions, ({ weights, ...course }) => {
      const config: FlowEstimatorConfig = {
        kind: 'flow-npe',
        version: 1,
        dims,
        network,
        maxObservations,
        theta,
        x,
        priorProbe: priorProbe(prior),
        training: { sets: counts.length, observations: sumOf(counts), ...courseOf(course) },
      };
      return Object.assign(flowEstimator(config, weights, prior), { fit: course });
    });
  } finally {
    tf.dispose(rows);
  }
}

/** Flow NPE: `flowNpe.train(sets, { prior, seed })`, its settings, and `flowNpe.restore(record, { prior })` for a saved estimator. */
export const flowNpe = {
  /** Trains an estimator; see {@link trainFlowNpe}. */
  train: trainFlowNpe,
  /** The settings of the paper, to be spread into the options of `train`. */
  paperSettings,
  /** What `train` does without settings. */
  defaultSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @throws InvalidInputError for a record of another kind, or another prior.
   */
  restore: (record: EstimatorRecord, { prior }: { prior: Prior }): FlowEstimator => restoreFlowEstimator(record, prior),
};

/** Refuses sets that are none, and returns their sizes. */
function checkSets(sets: TrainingSets, prior: Prior, batchSize: number): number[] {
  const { theta, x, counts } = sets;
  const refuse = (what: string, expected: string, received: string, remedy?: string): never => {
    throw new InvalidInputError(`flowNpe.train${what}`, { expected, received, remedy });
  };
  if (prior.dim < 2)
    refuse(
      ': prior',
      'at least two parameters, since a coupling changes one half of them given the other',
      `${prior.dim}`,
      'npse.train takes one parameter too.',
    );
  if (theta.shape[1] !== prior.dim)
    refuse(': theta', `${prior.dim} columns, the prior's parameters`, `the shape [${theta.shape}]`);
  if (x.shape.length !== 3) refuse(': x', 'the shape [sets, observations, values]', `the shape [${x.shape}]`);
  if (theta.shape[0] !== x.shape[0] || counts.shape[0] !== x.shape[0])
    refuse('', 'as many theta and counts as sets', `${theta.shape[0]}, ${counts.shape[0]} and ${x.shape[0]}`);
  const sizes = Array.from(counts.dataSync());
  const wrong = sizes.find((size) => !(Number.isInteger(size) && size >= 1 && size <= x.shape[1]));
  if (wrong !== undefined)
    refuse(': counts', `whole numbers from 1 to ${x.shape[1]}, the room of a set`, String(wrong));
  if (sumOf(sizes) < batchSize)
    refuse(
      '',
      `at least ${batchSize} observations in all, as many as a batch has rows`,
      `${sumOf(sizes)} in ${sizes.length} sets`,
      'Simulate more calls, or pass a smaller batchSize.',
    );
  const remedy = "simulateSets(..., { invalid: 'drop' }) leaves such sets out and counts them.";
  checkFinite('flowNpe.train: theta', theta, remedy);
  checkParameters('flowNpe.train: theta', theta, prior);
  const real = observationsOf(sets, sizes);
  try {
    checkFinite('flowNpe.train: x', real, remedy);
  } finally {
    real.dispose();
  }
  return sizes;
}

/** The observations of all sets, one after the other, without what stands behind them. */
function observationsOf({ x }: TrainingSets, sizes: readonly number[]): tf.Tensor2D {
  const [, most, width] = x.shape;
  const index = sizes.flatMap((size, i) => Array.from({ length: size }, (_, j) => i * most + j));
  return tf.tidy(() => tf.gather(tf.reshape(x, [-1, width]) as tf.Tensor2D, tf.tensor1d(index, 'int32')));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
