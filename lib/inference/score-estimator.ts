import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
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
  /** A few points and the prior's log density there, to tell a wrong prior when the estimator is read back. */
  readonly priorProbe: { readonly theta: number[][]; readonly logProb: number[] };
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
      arrays: (['network', 'gaussian'] as const).flatMap((part) =>
        model[part].map((tensor, i) => ({
          name: `${part}/${i}`,
          shape: tensor.shape,
          values: tensor.dataSync() as Float32Array,
        })),
      ),
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
  const config = record.config as unknown as ScoreEstimatorConfig;
  if (config.kind !== 'npse' || config.version !== 1) {
    throw new InvalidInputError('estimator record', {
      expected: 'an NPSE estimator of version 1',
      received: `${config.kind} of version ${config.version}`,
    });
  }
  if (prior.dim !== config.dims.theta)
    throw new InvalidInputError('prior', {
      expected: `a prior of ${config.dims.theta} parameters`,
      received: String(prior.dim),
    });
  const logProb = priorLogProb(prior, config.priorProbe.theta);
  // -Infinity, outside of another prior's support, is off too
  const off = config.priorProbe.logProb.findIndex(
    (value, i) => !(Math.abs(logProb[i] - value) <= 1e-3 * (1 + Math.abs(value))),
  );
  if (off >= 0) {
    throw new InvalidInputError('prior', {
      expected: `the prior of training, with log density ${config.priorProbe.logProb[off]} at [${config.priorProbe.theta[off].join(', ')}]`,
      received: `one with ${logProb[off]} there`,
    });
  }
  const part = (name: string): tf.Tensor[] =>
    record.arrays
      .filter((array) => array.name.startsWith(`${name}/`))
      .map(({ values, shape }) => tf.tensor(values, [...shape], 'float32'));
  return scoreEstimator(config, { network: part('network'), gaussian: part('gaussian') }, prior);
}

/** The prior's log density at a few rows, as numbers. */
export function priorLogProb(prior: Prior, theta: number[][]): number[] {
  return tf.tidy(() => Array.from(prior.logProb(tf.tensor2d(theta)).dataSync()));
}
