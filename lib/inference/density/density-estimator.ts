import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireNumber } from '../../core/checks';
import { describedEstimator, describedPosterior } from '../../contract/descriptions';
import type { DrawEachOptions, Estimator } from '../../contract/estimator';
import type { Posterior, PosteriorDensity } from '../../contract/posterior';
import type { Prior } from '../../distributions/prior';
import type { EstimatorRecord } from '../../records/estimator-record';
import { arraysOf, checkRecord, tensorsOf } from '../estimator-record';
import { frameOf, type Frame, type FrameConfig } from '../frame';
import { frameGradient } from '../frame-gradient';
import type { ChainSampleOptions } from '../chain-posterior';
import { checkPriorProbe, type PriorProbe } from '../prior-probe';
import { byRepetition, repeatedRows } from '../repeated-rows';
import { densityPrograms } from './density-programs';
import { densityProduct } from './density-product';
import type { DensityModel } from './density-model';
import type { Standardisation } from '../standardisation';

/** A method that learns a density: what tells one from another once it is trained. */
export interface DensityMethod<N, M extends DensityModel = DensityModel> {
  /** Its name in records. */
  readonly kind: string;
  /** How messages name its estimators, such as `a flow NPE estimator`. */
  readonly estimator: string;
  /** The model of a network's settings. */
  model(dims: { theta: number; x: number }, network: N): M;
}

/** What a density estimator is besides its weights; JSON. */
export interface DensityEstimatorConfig<N> {
  readonly kind: string;
  readonly version: 2;
  readonly dims: { readonly theta: number; readonly x: number };
  /** Settings of the network. */
  readonly network: N;
  /** The largest set of observations that training had room for. */
  readonly maxObservations: number;
  /** How parameters and data become what the network sees. */
  readonly frame: FrameConfig;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
}

/**
 * The posterior given n observations, as a density has it: exact draws, and the normalised log density itself. Where
 * the density is of one observation and several came, it is known up to a constant, p(theta)^(1 - n) prod_j q(theta |
 * x_j), and drawn from by Markov chains.
 */
export interface DensityPosterior extends Posterior<ChainSampleOptions> {
  /** The log density. */
  readonly density: PosteriorDensity;
}

/** A trained density of p(theta | x_1, ..., x_n), for any set of observations. */
export interface DensityEstimator<N> extends Estimator<DensityPosterior> {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: DensityEstimatorConfig<N>;
}

/** The estimator of trained weights, which it owns from here on. */
export function densityEstimator<N>(
  model: DensityModel,
  { config, weights, frame }: { config: DensityEstimatorConfig<N>; weights: tf.Tensor[]; frame: Frame },
): DensityEstimator<N> {
  const { maxObservations } = config;
  const { prior, dims } = frame;
  const programs = densityPrograms(model, weights, frame);
  let ofSeveral: ReturnType<typeof densityProduct> | undefined;
  const product = (): ReturnType<typeof densityProduct> => (ofSeveral ??= densityProduct(model, frame));
  const estimator: DensityEstimator<N> = {
    config,
    prior,
    given: (xObs) => {
      const x = frame.observations(xObs);
      const n = x.shape[0];
      if (n > 1 && !model.contextOfSet) return product().given({ weights, x }, n, [x]);
      if (n > maxObservations)
        console.warn(
          `The network has seen at most ${maxObservations} observations at a time, and ${n} came; the posterior ` +
            'there is an extrapolation.',
        );
      const context = tf.tidy(() => (model.contextOfSet ?? model.contextOfEach)(weights, x));
      x.dispose();
      const posterior: DensityPosterior = {
        n,
        dim: dims.theta,
        sample: async (count, options) => {
          requireCount('samples', count);
          objectOf('posterior.sample: options', options, '{ seed }');
          return programs.sample(count, (_, rows) => tf.tile(context, [rows, 1]), options);
        },
        density: { normalised: true, logProb: (theta, options = {}) => programs.logProb(context, theta, options) },
        gradient: frameGradient(
          frame,
          tf.grad((y: tf.Tensor) =>
            tf.sum(model.density.logProb(model.densityWeights(weights), y as tf.Tensor2D, context)),
          ) as (y: tf.Tensor2D) => tf.Tensor2D,
        ),
        dispose: () => context.dispose(),
      };
      return describedPosterior(posterior, 'a learned density');
    },
    drawEach: async (xObs, given: DrawEachOptions) => {
      const { draws, ...options } = objectOf('drawEach: options', given, '{ draws, seed }');
      requireNumber('drawEach: seed', options.seed, 'a finite number');
      requireCount('drawEach draws', draws);
      const x = frame.observations(xObs);
      const contexts = tf.tidy(() => model.contextOfEach(weights, x));
      x.dispose();
      const contextsOf = (start: number, rows: number): tf.Tensor2D =>
        tf.gather(contexts, repeatedRows(start, rows, draws));
      const rows = await programs
        .sample(contexts.shape[0] * draws, contextsOf, options)
        .finally(() => contexts.dispose());
      return byRepetition(rows, draws);
    },
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: arraysOf({ weights }),
    }),
    dispose: () => {
      tf.dispose(weights);
      programs.dispose();
      ofSeveral?.dispose();
    },
  };
  return describedEstimator(estimator, dims);
}

/**
 * The estimator of a record that {@link densityEstimator} made, now or by version 1.
 * @throws InvalidInputError for a record of another kind, or another prior than the one it was trained with.
 */
export function restoreDensityEstimator<N>(
  method: DensityMethod<N>,
  record: EstimatorRecord,
  prior: Prior,
): DensityEstimator<N> {
  checkRecord(record, { kind: method.kind, versions: [1, 2], expected: method.estimator });
  const known = record.config as unknown as DensityEstimatorConfig<N> & { theta: Standardisation; x: Standardisation };
  const { theta, x, ...same } = known;
  // version 1 had the two parts of the frame side by side
  const config = { ...same, version: 2 as const, frame: same.frame ?? { theta, x } };
  checkPriorProbe(config.priorProbe, config.dims.theta, prior);
  const weights = tensorsOf(record, 'weights');
  const frame = frameOf(prior, config.frame);
  return densityEstimator(method.model(config.dims, config.network), { config, weights, frame });
}
