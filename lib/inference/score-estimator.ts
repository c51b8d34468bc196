import * as tf from '@tensorflow/tfjs';
import type { EstimatorRecord } from '../core/estimator-record';
import { toTensor2D, type Rows } from '../core/rows';
import { factorized } from '../compose/factorized';
import type { Composition } from '../compose/composed-score';
import { vpLevels, type VpLevels } from '../diffusion/vp-levels';
import { unconstrained } from '../distributions/bijector';
import type { Prior } from '../distributions/prior';
import { unconstrainedPrior } from '../distributions/unconstrained-prior';
import { embedObservations, sumOfScores, type ObservationTensors, type ScoreModelTensors } from '../nn/score-model';
import { scoreNetwork, type ScoreNetworkOptions } from '../nn/score-network';
import { gaussianTransitions } from '../samplers/gaussian-transitions';
import { predictorCorrector } from '../samplers/predictor-corrector';
import { samplingProgram, type SampleOptions, type SamplingProgram } from '../samplers/sample';
import type { Sampler } from '../samplers/sampler';
import { arraysOf, checkRecord, tensorsOf } from './estimator-record';
import { checkPriorProbe, type PriorProbe } from './prior-probe';
import { farObservations, standardise, unstandardise, type Standardisation } from './standardisation';

/** What a score estimator is besides its tensors; JSON. */
export interface ScoreEstimatorConfig {
  readonly kind: 'npse';
  readonly version: 1;
  readonly dims: { readonly theta: number; readonly x: number };
  readonly network: ScoreNetworkOptions;
  /** T of the levels that the network was trained on. */
  readonly levels: number;
  readonly theta: Standardisation;
  readonly x: Standardisation;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
}

/** How samples are drawn from a posterior. */
export interface PosteriorSampleOptions extends SampleOptions {
  /**
   * Default {@link predictorCorrector}; for one observation, where Algorithm 2 is unbiased, {@link gaussianTransitions}.
   */
  sampler?: Sampler;
  /** Noise levels to go down. Default: those of training for a given sampler, half as many for the default one. */
  levels?: VpLevels;
}

/** The posterior given n observations. */
export interface Posterior {
  /** Number of observations. */
  readonly n: number;
  /** Number of parameters. */
  readonly dim: number;
  /** Draws [samples, D] that lie in the prior's support; the caller disposes the tensor. */
  sample(samples: number, options: PosteriorSampleOptions): Promise<tf.Tensor2D>;
  /** Frees the embedded observations. */
  dispose(): void;
}

/** A trained estimate of the score of p(theta | x), for any x. */
export interface ScoreEstimator {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: ScoreEstimatorConfig;
  /** The prior of training. */
  readonly prior: Prior;
  /**
   * The posterior given observations.
   * @param xObs observations [n, L], any n of at least 1; they are taken as independent given theta.
   * @param options `compose`: how the scores of the observations are put together. Default {@link factorized}.
   * @throws InvalidInputError for no observations, another width than the simulations', NaN or infinity.
   */
  given(xObs: Rows, options?: { compose?: Composition }): Posterior;
  /** The estimator as plain data. */
  record(): EstimatorRecord;
  /** Frees the weights and the compiled samplers. */
  dispose(): void;
}

type Context = { model: ScoreModelTensors; observations: ObservationTensors };

/** The estimator of trained tensors; it owns `model` from here on. */
export function scoreEstimator(config: ScoreEstimatorConfig, model: ScoreModelTensors, prior: Prior): ScoreEstimator {
  const { dims } = config;
  const network = scoreNetwork(dims, config.network);
  const trainedLevels = vpLevels({ count: config.levels });
  const fewerLevels = vpLevels({ count: Math.max(2, Math.round(config.levels / 2)) });
  const map = unconstrained(prior);
  const smooth = unconstrainedPrior(prior);
  // theta = map(mean + std z): the score in z is std times the score in the unconstrained parameters
  const priorScore = (z: tf.Tensor2D): tf.Tensor2D =>
    tf.mul(smooth.score(unstandardise(config.theta, z)), tf.tensor1d(config.theta.std));
  const programs = new Map<string, SamplingProgram<Context>>();

  const program = (composition: Composition, sampler: Sampler, levels: VpLevels): SamplingProgram<Context> => {
    const id = JSON.stringify([composition.name, sampler.id, levels.gamma]);
    let known = programs.get(id);
    if (!known) {
      known = samplingProgram(sampler, levels, ({ model, observations }: Context) =>
        composition.compose(
          {
            n: observations.shares.shape[0],
            dim: dims.theta,
            sum: (theta, level) => sumOfScores(network, model, observations, theta, level),
          },
          priorScore,
        ),
      );
      programs.set(id, known);
    }
    return known;
  };

  return {
    config,
    prior,
    given: (xObs, { compose = factorized() } = {}) => {
      const raw = toTensor2D(xObs, 'xObs', dims.x);
      const observations = tf.tidy(() => {
        const x = standardise(config.x, raw);
        const warning = farObservations(config.x, x);
        if (warning) console.warn(warning);
        return embedObservations(network, model, x, dims.theta);
      });
      const n = raw.shape[0];
      raw.dispose();
      return {
        n,
        dim: dims.theta,
        sample: async (samples, { sampler, levels, ...options }) => {
          const chosen = sampler ?? (n === 1 ? gaussianTransitions() : predictorCorrector());
          const z = await program(compose, chosen, levels ?? (sampler ? trainedLevels : fewerLevels)).sample(
            { model, observations },
            { n, dim: dims.theta },
            samples,
            options,
          );
          return tf.tidy(() => {
            const theta = map.toConstrained(unstandardise(config.theta, z));
            z.dispose();
            return theta;
          });
        },
        dispose: () => tf.dispose(observations),
      };
    },
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: arraysOf({ network: model.network, gaussian: model.gaussian }),
    }),
    dispose: () => {
      tf.dispose([model.network, model.gaussian]);
      for (const each of programs.values()) each.dispose();
      programs.clear();
    },
  };
}

/**
 * The estimator of a record that {@link ScoreEstimator.record} made.
 * @throws InvalidInputError for a record of another kind, or another prior than the one it was trained with.
 */
export function restoreScoreEstimator(record: EstimatorRecord, prior: Prior): ScoreEstimator {
  checkRecord(record, 'npse', 1, 'an NPSE estimator');
  const config = record.config as unknown as ScoreEstimatorConfig;
  checkPriorProbe(config.priorProbe, config.dims.theta, prior);
  const model = { network: tensorsOf(record, 'network'), gaussian: tensorsOf(record, 'gaussian') };
  return scoreEstimator(config, model, prior);
}
