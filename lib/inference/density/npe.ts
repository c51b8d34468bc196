import type { PartOptions } from '../../core/host';
import type { Prior } from '../../distributions/prior';
import type { DensityDefinition } from '../../nn/density/density-definition';
import { splineAutoregressive } from '../../nn/density/spline-flows';
import type { EmbeddingDefinition } from '../../nn/embedding/embedding';
import { asItIs } from '../../nn/embedding/as-it-is';
import type { EstimatorRecord } from '../../records/estimator-record';
import type { FitSettings } from '../../training/fit-settings';
import type { TrainingPairs } from '../check-pairs';
import { checkedTraining, priorOf } from '../check-training';
import { restoreDensityEstimator, type DensityEstimator } from './density-estimator';
import type { DensityNetwork, DensityParts } from './embedded-density';
import type { TrainedDensityEstimator } from './train-density-estimator';
import { npeMethod, trainPosteriorDensity } from './train-posterior-density';

/** How NPE is trained, except for prior and seed. */
export interface NpeSettings extends PartOptions {
  /** The density q(theta | x): `densities.mixture({ ... })`, say. Default `densities.splineAutoregressive()`. */
  density?: DensityDefinition;
  /** What the density sees of x: `embeddings.mlp({ ... })`, say. Default `embeddings.asItIs()`: x itself. */
  embedding?: EmbeddingDefinition;
  /** Networks from different starts, whose mixture is the density. Default 1. */
  members?: number;
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
  /** Let the density learn only what a linear Gaussian fit of theta given x leaves. Default true. */
  gaussian?: boolean;
  /** How the weights are fitted: batch size, learning rate, epochs, early stopping, ... */
  fit?: FitSettings;
}

/** Everything that `npe.train` takes besides the simulations. */
export interface NpeOptions extends NpeSettings {
  /** The prior that the parameters were drawn from. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** An NPE estimator: exact draws and a normalised density for any observation. */
export type NpeEstimator = DensityEstimator<DensityNetwork>;

/** A trained density with the course of its training. */
export type TrainedNpeEstimator = TrainedDensityEstimator<DensityNetwork>;

/** The default settings of `npe.train`. */
export const defaultSettings = {
  density: splineAutoregressive(),
  embedding: asItIs(),
  members: 1,
  standardise: true,
  gaussian: true,
  fit: { learningRate: 4e-3, cosineDecay: true, batchSize: 200, validationFraction: 0.1, ema: 0.99, gradientNorm: 5 },
} satisfies NpeSettings;

/**
 * NPE: `npe.train(simulations, { prior, seed })`, its settings, and `npe.restore(record, { prior })` for a saved
 * estimator.
 */
export const npe = {
  /**
   * Neural posterior estimation: learns a normalised density q(theta | x) from simulations by maximum likelihood.
   *
   * @param pairs parameters and data, one row a simulation; they stay the caller's.
   * @param options prior and seed, and any of {@link NpeSettings}; what is not given, in the group `fit` too, is that
   * of `npe.defaultSettings`.
   * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
   * @throws InvalidInputError for pairs that don't fit together or the prior, or hold NaN or infinity.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Papamakarios and Murray (2016), "Fast epsilon-free inference of simulation models"; Greenberg et al.
   * (2019), "Automatic posterior transformation", for flows.
   * @example
   * const trained = await npe.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const samples = await trained.given([[1, 2]]).sample(500, { seed: 3 }); // shape [500, 2]
   */
  train: async (pairs: TrainingPairs, options: NpeOptions): Promise<TrainedNpeEstimator> => {
    checkedTraining('npe.train', options);
    const { prior, seed, signal, progress, within, ...settings } = { ...defaultSettings, ...options };
    const fit = { ...defaultSettings.fit, ...options.fit, seed, signal, progress, within };
    return trainPosteriorDensity('npe.train', pairs, { ...settings, prior, fit });
  },
  /** What `train` does without settings. */
  defaultSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training, and `density` or `embedding` where they were your own.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const trained = await npe.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const again = npe.restore(trained.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior } & Partial<DensityParts>): NpeEstimator =>
    restoreDensityEstimator(npeMethod(options), record, priorOf('npe.restore', options)),
};
