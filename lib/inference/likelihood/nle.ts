import * as tf from '@tensorflow/tfjs';
import { requireCount } from '../../core/checks';
import type { PartOptions } from '../../core/host';
import type { Prior } from '../../distributions/prior';
import { randomUniform } from '../../graph/random';
import type { DensityDefinition } from '../../nn/density/density-definition';
import { maskedAutoregressive } from '../../nn/density/masked-autoregressive';
import { asItIs } from '../../nn/embedding/as-it-is';
import type { EstimatorRecord } from '../../records/estimator-record';
import type { FitSettings } from '../../training/fit-settings';
import type { TrainingLength } from '../../training/training-length';
import type { Loss } from '../../training/loss';
import { checkPairs, type TrainingPairs } from '../check-pairs';
import { checkedTraining, priorOf } from '../check-training';
import { courseNumbers, courseOf, delivered, type Course } from '../course';
import type { DensityModel } from '../density/density-model';
import { linearStart } from '../../nn/density/linear-residual';
import { embeddedDensity, partsOf } from '../density/embedded-density';
import { fitDensity, likelihoodOf } from '../density/fit-density';
import { checkRecord, tensorsOf } from '../estimator-record';
import { fitFrame, frameOf, type Frame } from '../frame';
import { fitConditions, parameterConditions } from '../parameter-conditions';
import { checkPriorProbe, priorProbe } from '../prior-probe';
import { columnsText, dataColumns, isWholeRow, type DataColumns } from './data-columns';
import { likelihoodEstimator, type LikelihoodEstimator, type LikelihoodEstimatorConfig } from './likelihood-estimator';

/** How NLE is trained, except for prior and seed. */
export interface NleSettings extends PartOptions {
  /** The density q(x | theta): `densities.maskedAutoregressive({ ... })`, its default, or another. */
  density?: DensityDefinition;
  /** Networks from different starts, whose mixture is the density. Default 1. */
  members?: number;
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
  /** Let the density learn only what a linear Gaussian fit of x given theta leaves. Default true. */
  gaussian?: boolean;
  /** How the weights are fitted: batch size, learning rate, epochs, early stopping, ... */
  fit?: FitSettings;
}

/** Everything that `nle.train` takes besides the simulations. */
export interface NleOptions extends NleSettings {
  /** The prior of the posteriors, in whose support the parameters were drawn. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** A trained likelihood with the course of its training. */
export type TrainedNleEstimator = LikelihoodEstimator & { readonly fit: Course };

/** The default settings of `nle.train`. */
export const defaultSettings = {
  density: maskedAutoregressive(),
  members: 1,
  standardise: true,
  gaussian: true,
  fit: { learningRate: 5e-3, cosineDecay: true, batchSize: 200, validationFraction: 0.1, ema: 0.99, gradientNorm: 5 },
} satisfies NleSettings;

/** Likelihoods of narrow data are still gaining after three times the steps that posteriors take. */
const length: TrainingLength = { steps: 20_000, patience: 1 / 5, patienceOnRise: 1 / 15 };

/**
 * NLE: `nle.train(simulations, { prior, seed })`, its settings, and `nle.restore(record, { prior })` for a saved
 * estimator.
 */
export const nle = {
  /**
   * Neural likelihood estimation: learns a normalised density q(x | theta) from simulations by maximum likelihood, and
   * draws from p(theta) prod_j q(x_j | theta) by Markov chains.
   *
   * The parameters may come from any law within the prior's support, since the likelihood does not depend on it; and
   * the posterior may have another prior, `estimator.given(xObs, { prior })`. Constant columns of x have no density and
   * are left out. Columns of whole numbers have none either: they get uniform noise of one unit in training, and the
   * likelihood of a value is the mean density over its unit. The console says so once.
   * @param pairs parameters and data, one row a simulation; they stay the caller's.
   * @param options prior and seed, and any of {@link NleSettings}; what is not given, in the group `fit` too, is that
   * of `nle.defaultSettings`.
   * @returns an estimator whose `given(xObs)` is the posterior for any number of observations, and whose
   * `logLikelihood(theta, x)` is what was learned; the caller disposes it.
   * @throws InvalidInputError for pairs that don't fit together or the prior, hold NaN or infinity, or data that are
   * constant.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Papamakarios, Sterratt and Murray (2019), "Sequential neural likelihood".
   * @example
   * const trained = await nle.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const samples = await trained.given([[1, 2]]).sample(500, { seed: 3 }); // shape [500, 2]
   */
  train: async (pairs: TrainingPairs, options: NleOptions): Promise<TrainedNleEstimator> => {
    checkedTraining('nle.train', options);
    const { prior, seed, density, members, standardise, gaussian, signal, progress, within } = {
      ...defaultSettings,
      ...options,
    };
    // a likelihood is the same whatever law drew the parameters
    checkPairs('nle.train', { ...pairs, proposed: true }, prior);
    requireCount('nle.train: members', members);
    const columns = dataColumns('nle.train', pairs.x);
    const note = columnsText(columns, pairs.x.shape[1]);
    if (note) console.info(`nle.train: ${note}`);
    const frame = fitFrame(prior, pairs, standardise);
    const y = tf.tidy(() => frame.toNetwork(pairs.theta));
    const conditions = fitConditions(frame, y);
    const rows = tf.tidy(() => [
      tf.gather(frame.toData(pairs.x), [...columns.modelled], 1),
      parameterConditions(frame, conditions)(y, pairs.theta),
      ...(columns.whole.length > 0 ? [pairs.x.clone()] : []),
    ]) as [tf.Tensor2D, tf.Tensor2D];
    y.dispose();
    try {
      const loss = columns.whole.length > 0 ? dequantised(frame, columns) : likelihoodOf;
      const fitSettings = { ...defaultSettings.fit, ...options.fit, seed, signal, progress, within };
      const linear = gaussian ? linearStart(rows[0], rows[1]) : undefined;
      const fitted = await fitDensity(
        { rows, loss, linear, length },
        { density, embedding: asItIs() },
        members,
        fitSettings,
      );
      const { network, model, weights, fit, parts } = fitted;
      const config: LikelihoodEstimatorConfig = {
        ...{ kind: 'nle', version: 1, dims: frame.dims, network, frame: frame.config, conditions, columns },
        priorProbe: priorProbe(prior),
        training: { simulations: rows[0].shape[0], ...courseNumbers(courseOf(fit)) },
      };
      return delivered(likelihoodEstimator(model, { config, weights, frame }), fit, parts && { parts });
    } finally {
      tf.dispose(rows);
    }
  },
  /** What `train` does without settings. */
  defaultSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training, and `density` where it was your own.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const trained = await nle.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const again = nle.restore(trained.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior; density?: DensityDefinition }): LikelihoodEstimator => {
    const prior = priorOf('nle.restore', options);
    checkRecord(record, { kind: 'nle', versions: [1], expected: 'an NLE estimator' });
    const config = record.config as unknown as LikelihoodEstimatorConfig;
    const { dims, network, columns, conditions } = config;
    checkPriorProbe(config.priorProbe, dims.theta, prior);
    const parts = partsOf(network, { ...(options.density && { density: options.density }), embedding: asItIs() });
    const condition = conditions === null ? dims.theta : 2 * dims.theta;
    const model = embeddedDensity({ target: columns.modelled.length, condition }, parts, network);
    const frame = frameOf(prior, config.frame);
    return likelihoodEstimator(model, { config, weights: tensorsOf(record, 'weights'), frame });
  },
};

/** Maximum likelihood of rows [z, conditions, x]; whole numbers x get uniform noise of one unit, anew each time. */
function dequantised(frame: Frame, columns: DataColumns): (model: DensityModel) => Loss {
  return (model) => {
    const loss = likelihoodOf(model);
    return (weights, [, conditions, x], key) => {
      const noise = tf.mul(isWholeRow(columns, x.shape[1]), randomUniform(key, x.shape, -0.5, 0.5));
      const z = tf.gather(frame.toData(tf.add(x, noise)), [...columns.modelled], 1) as tf.Tensor2D;
      return loss(weights, [z, conditions], key);
    };
  };
}
