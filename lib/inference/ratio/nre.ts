import * as tf from '@tensorflow/tfjs';
import { demand, requireCount } from '../../core/checks';
import type { PartOptions } from '../../core/host';
import { toTensor2D } from '../../core/rows';
import type { Prior } from '../../distributions/prior';
import { asItIs } from '../../nn/embedding/as-it-is';
import type { EmbeddingDefinition } from '../../nn/embedding/embedding';
import type { ClassifierDefinition } from '../../nn/ratio/ratio-network';
import { residual } from '../../nn/ratio/residual';
import type { EstimatorRecord } from '../../records/estimator-record';
import { checkedSettings, type FitSettings } from '../../training/fit-settings';
import { nreC } from '../../training/ratio/nre-c';
import type { RatioLoss } from '../../training/ratio/ratio-loss';
import { checkPairs, type TrainingPairs } from '../check-pairs';
import { checkedTraining, priorOf } from '../check-training';
import { checkRecord, tensorsOf } from '../estimator-record';
import { fitFrame, frameOf } from '../frame';
import { openedBoxes } from '../opened-boxes';
import { checkPriorProbe } from '../prior-probe';
import { fitRatio, type RatioRows, type TrainedRatioEstimator } from './fit-ratio';
import { ratioEstimator, type RatioEstimator, type RatioEstimatorConfig } from './ratio-estimator';
import { embeddedClassifier, partsOf, ratioModel, type RatioParts } from './ratio-model';

/** How NRE is trained, except for prior and seed. */
export interface NreSettings extends PartOptions {
  /** What is minimised: `ratioLosses.nreB({ ... })`, or another. */
  loss?: RatioLoss;
  /** The network that tells pairs from contrasts. Default `nn.classifiers.residual()`. */
  classifier?: ClassifierDefinition;
  /** What the classifier sees of x: `embeddings.mlp({ ... })`, say. Default `embeddings.asItIs()`: x itself. */
  embedding?: EmbeddingDefinition;
  /** Networks from different starts, whose log ratios are averaged. Default 1. */
  members?: number;
  /** Give the network theta and x with mean 0 and standard deviation 1. Default true. */
  standardise?: boolean;
  /** How the weights are fitted: batch size, learning rate, epochs, early stopping, ... */
  fit?: FitSettings;
}

/** Everything that `nre.train` takes besides the simulations. */
export interface NreOptions extends NreSettings {
  /** The prior of the posteriors, in whose support the parameters were drawn. */
  prior: Prior;
  /** Seed of everything random in training. */
  seed: number;
}

/** The default settings of `nre.train`. */
export const defaultSettings = {
  loss: nreC(),
  classifier: residual(),
  embedding: asItIs(),
  members: 1,
  standardise: true,
  fit: { learningRate: 1e-3, cosineDecay: true, batchSize: 256, validationFraction: 0.1, ema: 0.99 },
} satisfies NreSettings;

/**
 * NRE: `nre.train(simulations, { prior, seed })`, its settings, and `nre.restore(record, { prior })` for a saved
 * estimator.
 */
export const nre = {
  /**
   * Neural ratio estimation: learns the ratio r(theta, x) = p(x | theta) / p(x) from simulations, as the odds by which
   * a classifier tells pairs (theta, x) as simulated from pairs put together at random.
   *
   * Log ratios of observations add up, so that one training serves any number of them, and another prior too. The
   * parameters may come from any law within the prior's support: the evidence p(x) is then that of this law.
   * @param pairs parameters and data, one row a simulation; they stay the caller's.
   * @param options prior and seed, and any of {@link NreSettings}; what is not given, in the group `fit` too, is that
   * of `nre.defaultSettings`. `loss` is any of `ratioLosses`.
   * @returns an estimator whose `given(xObs)` is the posterior for any number of observations; the caller disposes it.
   * @throws InvalidInputError for pairs that don't fit together or the prior, hold NaN or infinity, or are too few for
   * the loss's contrasts.
   * @throws InterruptedError on interrupt and NonFiniteError when the loss leaves the finite numbers, both with the
   * best estimator so far as `partial`.
   * Source: Cranmer et al. (2015); Hermans et al. (2020), "Likelihood-free MCMC with amortized approximate ratio
   * estimators"; Durkan et al. (2020); Miller et al. (2022).
   * @example
   * const trained = await nre.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const logRatios = await trained.logRatio([[0, 0], [1, 1]], [[1, 2]]); // shape [2]
   */
  train: async (pairs: TrainingPairs, options: NreOptions): Promise<TrainedRatioEstimator> => {
    checkedTraining('nre.train', options);
    const { prior, loss, classifier, embedding, members, standardise } = { ...defaultSettings, ...options };
    checkPairs('nre.train', { ...pairs, proposed: true }, prior);
    requireCount('nre.train: members', members);
    const { seed, signal, progress, within } = options;
    const fit = { ...defaultSettings.fit, ...options.fit, seed, signal, progress, within };
    const simulations = pairs.theta.shape[0];
    checkContrasts(loss, checkedSettings(fit, simulations));
    const reference = referenceOf(loss, pairs);
    const frame = fitFrame(openedBoxes(prior), pairs, standardise);
    const rows: RatioRows = tf.tidy(() => [
      frame.toNetwork(pairs.theta),
      frame.toData(pairs.x),
      ...(reference ? [frame.toData(tf.slice(reference, [0, 0], [simulations, -1]))] : []),
    ]) as RatioRows;
    reference?.dispose();
    try {
      return await fitRatio({ rows, frame, prior, loss, parts: { classifier, embedding }, members }, fit);
    } finally {
      tf.dispose(rows);
    }
  },
  /** What `train` does without settings. */
  defaultSettings,
  /**
   * The estimator of a record, with the prior that it was trained with; the caller disposes it.
   * @param record of `estimator.record()`, or what `readEstimator(folder)` gives.
   * @param options `prior`, the one of training, and `classifier` or `embedding` where they were your own.
   * @throws InvalidInputError for a record of another kind, or another prior.
   * @example
   * const trained = await nre.train(simulations, { prior, seed: 2, fit: { maxEpochs: 5 } });
   * const again = nre.restore(trained.record(), { prior }); // draws as before
   */
  restore: (record: EstimatorRecord, options: { prior: Prior } & Partial<RatioParts>): RatioEstimator => {
    const prior = priorOf('nre.restore', options);
    checkRecord(record, { kind: 'nre', versions: [1], expected: 'an NRE estimator' });
    const config = record.config as unknown as RatioEstimatorConfig;
    checkPriorProbe(config.priorProbe, config.dims.theta, prior);
    const model = ratioModel(embeddedClassifier(config.dims, partsOf(config.network, options)), config.network.members);
    const frame = frameOf(openedBoxes(prior), config.frame);
    return ratioEstimator(model, { config, weights: tensorsOf(record, 'weights'), frame, prior });
  },
};

/** Refuses batches and held-out rows that are fewer than a loss has contrasts. */
function checkContrasts({ spec, contrasts }: RatioLoss, sizes: { batchSize: number; validationRows: number }): void {
  for (const [what, rows] of [
    ['rows in a batch', sizes.batchSize],
    ['held-out simulations', sizes.validationRows],
  ] as const)
    demand(
      `nre.train: ${spec.name}`,
      rows > contrasts,
      `more ${what} than its ${contrasts} contrasts`,
      rows,
      'Simulate more, or take fewer classes.',
    );
}

/** The data at the reference, where a loss has one; the caller disposes the tensor. */
function referenceOf({ spec, reference }: RatioLoss, { x }: TrainingPairs): tf.Tensor2D | undefined {
  if (!reference) return undefined;
  const table = toTensor2D(reference, `nre.train: ${spec.name}: x`, x.shape[1]);
  const [rows, wanted] = [table.shape[0], x.shape[0]];
  if (rows < wanted) table.dispose();
  const remedy = 'Simulate more at the reference.';
  demand(`nre.train: ${spec.name}: x`, rows >= wanted, `at least ${wanted} rows, one a simulation`, rows, remedy);
  return table;
}
