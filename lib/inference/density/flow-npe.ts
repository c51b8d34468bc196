import * as tf from '@tensorflow/tfjs';
import { requireTensor } from '../../core/rows';
import { demand, objectOf } from '../../core/checks';
import type { LongWorkOptions } from '../../core/host';
import type { Prior } from '../../distributions/prior';
import { setFlow, type SetFlow, type SetFlowOptions } from '../../nn/density/set-flow';
import type { EstimatorRecord } from '../../records/estimator-record';
import type { FitSettings } from '../../training/fit-settings';
import { checkFinite, checkParameters, warnOfPairs } from '../check-pairs';
import { checkedTraining, priorOf } from '../check-training';
import { fitFrame, type Frame } from '../frame';
import { paperFit } from '../paper-fit';
import { restoreDensityEstimator, type DensityEstimator, type DensityMethod } from './density-estimator';
import { trainDensityEstimator, type TrainedDensityEstimator } from './train-density-estimator';
import type { DensityModel } from './density-model';

/** Parameters and a set of observations of each, as `simulateSets` makes them. */
export interface TrainingSets {
  /** The parameters [M, D]. */
  readonly theta: tf.Tensor2D;
  /** The observations [M, maxObservations, L]: those of a set first; what stands after them is not looked at. */
  readonly x: tf.Tensor3D;
  /** The number of observations of each set [M], 1 to maxObservations. */
  readonly counts: tf.Tensor1D;
  /** Whether the parameters come from another law than the prior, on purpose; else the two are compared. */
  readonly proposed?: boolean;
  /** How many sets were left out, since their data were invalid. Default 0. */
  readonly dropped?: number;
}

/** How a flow estimator is trained, except for prior and seed. */
export interface FlowNpeSettings extends LongWorkOptions {
  /** The network's size. Defaults in {@link SetFlowOptions}. */
  network?: SetFlowOptions;
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
  /** How the weights are fitted: batch size, learning rate, epochs, early stopping, ... */
  fit?: FitSettings;
}

/** Everything that `flowNpe.train` takes besides the sets of observations. */
export interface FlowNpeOptions extends FlowNpeSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** A flow estimator: exact draws and a normalised density for any set of observations. */
export type FlowEstimator = DensityEstimator<SetFlowOptions>;

/** A trained flow with the course of its training. */
export type TrainedFlowEstimator = TrainedDensityEstimator<SetFlowOptions>;

const method: DensityMethod<SetFlowOptions, DensityModel & SetFlow> = {
  kind: 'flow-npe',
  estimator: 'a flow NPE estimator',
  model: (dims, network) => {
    const flow = setFlow(dims, network);
    return {
      ...flow,
      contextOfSet: flow.contextOf,
      contextOfEach: (weights, x) => flow.contexts(weights, x, tf.ones([x.shape[0], 1])),
    };
  },
};

/**
 * The settings of the paper, as far as it states them: raw parameters and data, Adam at 1e-4, 20% validation, at most
 * 20,000 epochs.
 *
 * The paper leaves open the batch size (256 sets here), the width (128), the activation (silu), the patience of early
 * stopping (500 epochs) and the flow's start (the identity). With few sets the flow is at its best within a few dozen
 * epochs, so each is validated. The learning rate falls along a half cosine over the 20,000 epochs, of which early
 * stopping sees the start.
 *
 * There is one best epoch for sets of all sizes, where the mean loss is least: on the 10-D Gaussian task sets of one
 * observation are overfitted by then and those of many still gain, so that with 10,000 calls q is farther from the
 * posterior than the prior is for n = 1, and close to it for more (notebook 01).
 * Source: Geffner et al., section 3 and appendix B.
 */
export const paperSettings = {
  standardise: false,
  network: { activation: 'silu' },
  fit: { ...paperFit, cosineDecay: true, epochsPerValidation: 1 },
} satisfies FlowNpeSettings;

/**
 * The default settings of `flowNpe.train`: standardised, in small batches, at a higher rate and stopped sooner
 * than the paper's. On the 10-D Gaussian task (one run) they were about as accurate as those for 1,000 calls and more
 * so for 10,000, in a third of the time.
 */
export const defaultSettings = {
  standardise: true,
  fit: {
    learningRate: 5e-4,
    cosineDecay: true,
    batchSize: 64,
    validationFraction: 0.1,
    maxEpochs: 200,
    patience: 50,
    epochsPerValidation: 1,
    ema: 0.99,
  },
  network: { activation: 'silu' },
} satisfies FlowNpeSettings;

/**
 * Flow NPE: `flowNpe.train(sets, { prior, seed })`, its settings, and `flowNpe.restore(record, { prior })` for a saved
 * estimator.
 */
export const flowNpe = {
  /**
   * Flow NPE, the baseline of the paper: learns a normalised density q(theta | x_1, ..., x_n, n) for sets of any size
   * by maximum likelihood.
   *
   * q is a RealNVP of four affine couplings given the mean embedding of the observations and a fixed embedding of n,
   * see {@link setFlow}. Parameters with bounds are mapped to all of R^D first. A batch larger than the training sets
   * is all of them.
   * @param sets parameters and observations; they stay the caller's.
   * @param options prior and seed, and any of {@link FlowNpeSettings}; what is not given is that of
   * `flowNpe.defaultSettings`. `{ ...flowNpe.paperSettings, prior, seed }` is the paper's row.
   * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
   * @throws InvalidInputError for a prior of one parameter, sets that don't fit together or the prior, fewer
   * observations in all than a batch has rows, NaN or infinity.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Geffner et al., appendix B.2.
   * @example
   * const sets = await simulateSets(task, { calls: 300, seed: 1 });
   * const flow = await flowNpe.train(sets, { prior, seed: 2, fit: { maxEpochs: 5 }, network: { width: 16 } });
   * const samples = await flow.given([[1, 2], [0.5, 1]]).sample(500, { seed: 3 });
   * samples; // shape [500, 2]
   */
  train: async (sets: TrainingSets, options: FlowNpeOptions): Promise<TrainedFlowEstimator> => {
    checkedTraining('flowNpe.train', options);
    const { prior, seed, network, standardise, signal, progress } = { ...defaultSettings, ...options };
    const fit = { ...defaultSettings.fit, ...options.fit };
    const counts = checkSets(sets, prior, fit.batchSize);
    const real = observationsOf(sets, counts);
    const frame = fitFrame(prior, { theta: sets.theta, x: real }, standardise, false);
    real.dispose();
    const rows = trainingRows(sets, counts, frame);
    try {
      return await trainDensityEstimator(
        method,
        {
          frame,
          network,
          rows,
          contexts: (model, weights, [, x, sizes]) => model.contexts(weights, x, sizes),
          maxObservations: sets.x.shape[1],
          size: { sets: counts.length, observations: sumOf(counts) },
        },
        { ...fit, seed, signal, progress },
      );
    } finally {
      tf.dispose(rows);
    }
  },
  /** The settings of the paper, to be spread into the options of `train`. */
  paperSettings,
  /** What `train` does without settings. */
  defaultSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const sets = await simulateSets(task, { calls: 300, seed: 1 });
   * const flow = await flowNpe.train(sets, { prior, seed: 2, fit: { maxEpochs: 5 }, network: { width: 16 } });
   * const again = flowNpe.restore(flow.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior }): FlowEstimator =>
    restoreDensityEstimator(method, record, priorOf('flowNpe.restore', options)),
};

/**
 * What the network sees: parameters, the observations of each set in a row with zeros behind them, and their number.
 */
function trainingRows(sets: TrainingSets, counts: readonly number[], frame: Frame): tf.Tensor2D[] {
  const [, maxObservations, width] = sets.x.shape;
  return tf.tidy(() => {
    const sizes = tf.tensor2d([...counts], [counts.length, 1]);
    const isReal = tf.less(tf.range(0, maxObservations).expandDims(0), sizes);
    const each = frame.toData(tf.reshape(sets.x, [-1, width]));
    const padded = tf.where(tf.reshape(isReal, [-1, 1]), each, tf.zerosLike(each));
    return [frame.toNetwork(sets.theta), tf.reshape(padded, [counts.length, -1]) as tf.Tensor2D, sizes];
  });
}

/** Refuses invalid sets, and returns their sizes. */
function checkSets(sets: TrainingSets, prior: Prior, batchSize: number): number[] {
  const what = 'flowNpe.train';
  const { theta, x, counts } = objectOf(`${what}: sets`, sets, '{ theta, x, counts }, as simulateSets gives');
  for (const [name, tensor] of Object.entries({ theta, x, counts })) requireTensor(`${what}: ${name}`, tensor);
  demand(
    `${what}: prior`,
    prior.dim >= 2,
    'at least two parameters, since a coupling changes one half of them given the other',
    prior.dim,
    'npse.train takes one parameter too.',
  );
  const columns = `${prior.dim} columns, the prior's parameters`;
  demand(`${what}: theta`, theta.shape[1] === prior.dim, columns, `the shape [${theta.shape}]`);
  const shape = 'the shape [sets, observations, values]';
  demand(`${what}: x`, x.shape.length === 3, shape, `the shape [${x.shape}]`);
  const areAsMany = theta.shape[0] === x.shape[0] && counts.shape[0] === x.shape[0];
  const received = `${theta.shape[0]}, ${counts.shape[0]} and ${x.shape[0]}`;
  demand(what, areAsMany, 'as many theta and counts as sets', received);
  const sizes = Array.from(counts.dataSync());
  const wrong = sizes.find((size) => !(Number.isInteger(size) && size >= 1 && size <= x.shape[1]));
  demand(`${what}: counts`, wrong === undefined, `whole numbers from 1 to ${x.shape[1]}, the room of a set`, wrong);
  demand(
    what,
    !(sumOf(sizes) < batchSize),
    `at least ${batchSize} observations in all, as many as a batch has rows`,
    `${sumOf(sizes)} in ${sizes.length} sets`,
    'Simulate more calls, or pass a smaller batchSize.',
  );
  const remedy = "simulateSets(..., { invalid: 'drop' }) leaves such sets out and counts them.";
  checkFinite(`${what}: theta`, theta, remedy);
  checkParameters(`${what}: theta`, theta, prior);
  const real = observationsOf(sets, sizes);
  try {
    checkFinite(`${what}: x`, real, remedy);
    warnOfPairs(what, sets, { simulations: real.shape[0], width: x.shape[2] }, prior);
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
