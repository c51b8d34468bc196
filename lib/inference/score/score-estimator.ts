import * as tf from '@tensorflow/tfjs';
import { describedEstimator } from '../../contract/descriptions';
import type { DrawEachOptions, Estimator } from '../../contract/estimator';
import { demand, objectOf, requireCount, requireNumber } from '../../core/checks';
import type { LongWorkOptions } from '../../core/host';
import type { Rows } from '../../core/rows';
import type { Prior } from '../../distributions/prior';
import { factorized } from '../../compose/factorized';
import { gauss } from '../../compose/gauss';
import type { Composition } from '../../compose/composed-score';
import type { Score } from '../../diffusion/noise-level';
import { pickRows } from '../../nn/score/observation-scores';
import {
  embedObservations,
  type ObservationRows,
  type ScoreModel,
  type ScoreModelTensors,
} from '../../nn/score/score-model';
import type { EstimatorRecord } from '../../records/estimator-record';
import { predictorCorrector } from '../../samplers/predictor-corrector';
import { requireIndependent, sampleEach } from '../../samplers/sample-each';
import type { SampleOptions } from '../../samplers/sample';
import type { Sampler } from '../../samplers/sampler';
import type { Frame, FrameConfig } from '../frame';
import type { PriorProbe } from '../prior-probe';
import { byRepetition, repeatedRows } from '../repeated-rows';
import { densityOfEach } from './density-of-each';
import { drawEachAlone } from './draw-each-alone';
import { isClosedFormAlone, langevinNoise, langevinSteps } from './langevin-levels';
import type { ParameterLaw } from './parameter-law';
import { posteriorLaws } from './posterior-laws';
import { requireComposition } from './require-composition';
import { reweighted } from './reweighted';
import { scorePosterior, type ScorePosterior } from './score-posterior';
import { levelsOf, type ScoreModelConfig } from './score-model-config';
import { scorePrograms } from './score-programs';
import { scoreArrays } from './score-tensors';

/** A method that learns a score: what tells one from another once it is trained. */
export interface ScoreMethod {
  /** Its name in messages and records. */
  readonly kind: 'npse' | 'pf-npse' | 'fmpe' | 'nlse' | 'snpse-a' | 'snpse-b' | 'snpse-c' | 'snlse';
  /** How it draws where the score is that of a diffused density. */
  readonly sampler: Sampler;
  /** How it draws for each of many observations, in fewer evaluations for each draw. Default: as for one. */
  readonly eachSampler?: Sampler;
  /** The diffused score of a law of the parameters, in the frame, beside which the network learns. Default: none. */
  besideLaw?(frame: Frame): Score;
  /** Whether that law counts in training only: the network alone is the score that is wanted. Default false. */
  readonly isLawLeftOut?: boolean;
  /** The law that drew the parameters of training, in the frame. Default: the prior. */
  lawOfTraining?(frame: Frame): ParameterLaw;
  /** What the config says of the method's own; JSON. */
  readonly own?: Readonly<Record<string, unknown>>;
}

/** What a score estimator is besides its tensors; JSON. */
export interface ScoreEstimatorConfig extends ScoreModelConfig {
  readonly kind: ScoreMethod['kind'];
  readonly version: 2;
  /** How parameters and data become what the network sees. */
  readonly frame: FrameConfig;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
  /** What a method in rounds knows of its own. */
  readonly own?: Readonly<Record<string, unknown>>;
}

/** How a score estimator puts observations together. */
export interface GivenOptions {
  /**
   * How the scores of the observations are put together. Default {@link factorized}, and `compose.gauss()` where
   * parameters keep their walls.
   */
  readonly compose?: Composition;
  /** Another prior than that of training, of the same support. Default: that of training. */
  readonly prior?: Prior;
}

/** A trained estimate of the score of p(theta | x), for any x. */
export interface ScoreEstimator extends Estimator<ScorePosterior> {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: ScoreEstimatorConfig;
  /**
   * The posterior given observations.
   * @param xObs observations [n, L], any n of at least 1; they are taken as independent given theta.
   * @param options see {@link GivenOptions}.
   * @throws InvalidInputError for no observations, another width than the simulations', NaN or infinity, a composition
   * that needs what the prior does not have, and another prior with another support, or beside a composition.
   */
  given(xObs: Rows, options?: GivenOptions): ScorePosterior;
  /**
   * Draws from the posterior of each row of x [N, L] by itself, [N, K, D], in passes of 10,000; the caller disposes the
   * tensor.
   * @param options `draws`, K, and `seed`; `sampler`, one whose particles are independent; default the method's
   * own, of NPSE `samplers.saSolver()` with its 18 scores a draw.
   * @throws InvalidInputError as `given`, and for an invalid number of draws or a sampler that pools its particles.
   */
  drawEach(x: Rows, options: DrawEachOptions & { sampler?: Sampler }): Promise<tf.Tensor3D>;
}

/** What an estimator is made of. */
export interface ScoreEstimatorParts {
  readonly config: ScoreEstimatorConfig;
  readonly model: ScoreModel;
  readonly tensors: ScoreModelTensors;
  readonly frame: Frame;
}

/** The estimator of trained tensors, which it owns from here on. */
export function scoreEstimator(method: ScoreMethod, parts: ScoreEstimatorParts): ScoreEstimator {
  const { config, tensors, frame } = parts;
  const isClosedForm = isClosedFormAlone(config, tensors);
  const model: ScoreModel = isClosedForm ? { ...parts.model, isNetworkZero: true } : parts.model;
  const law = method.lawOfTraining?.(frame);
  const levels = levelsOf(config);
  const smallestNoise = langevinNoise(model, tensors);
  const { count } = config.levels;
  const programs = scorePrograms(model, frame, {
    diffusion: levels.diffusion,
    levels: levels.samplerLevels(count, smallestNoise),
  });
  // half as many levels do
  const corrector = predictorCorrector({
    levels: levels.samplerLevels(Math.max(3, Math.round(count / 2)), smallestNoise),
  });
  const langevin = (n: number): Sampler =>
    config.levels.name === 'continuous' ? langevinSteps(isClosedForm, smallestNoise, n) : corrector;
  // where the network's error of the score, 1 / std, is not yet large, and nearer to the data; a closed form has none
  const ascents = (isClosedForm ? [0.1] : [1, 0.25]).map((share) =>
    Math.max(Math.log(share * smallestNoise), levels.diffusion.logRatio(levels.diffusion.earliest)),
  );
  const embed = (xObs: Rows): ObservationRows => {
    const x = frame.observations(xObs);
    const observations = tf.tidy(() => embedObservations(model, tensors, x));
    x.dispose();
    return observations;
  };
  /** `draws` of each row's posterior in the frame's coordinates, one repetition after the other, [draws N, D]. */
  const drawRows = async (
    observations: ObservationRows,
    draws: number,
    sampler: Sampler,
    options: SampleOptions,
  ): Promise<tf.Tensor2D> =>
    sampleEach(
      programs.eachSampler(sampler),
      {
        rows: observations.shares.shape[0] * draws,
        dim: frame.dims.theta,
        own: (start, rows) =>
          tf.tidy(() => pickRows(observations, (each) => tf.gather(each, repeatedRows(start, rows, draws)))),
        context: (own: ObservationRows) => ({ tensors, observations: own }),
      },
      options,
    );
  const estimator: ScoreEstimator = {
    config,
    prior: frame.prior,
    given: (xObs, options = {}) => {
      const { compose, prior = frame.prior } = objectOf('given: options', options);
      const laws = posteriorLaws(prior, frame, law);
      if (laws) demand('given: compose', compose === undefined, 'none beside another prior', compose?.name);
      const byDefault = (): Composition => {
        if (laws) return reweighted(laws.wanted, laws.trained);
        // between kept walls no score is small enough to be followed without the diffused prior's
        return frame.config.walls ? gauss() : factorized();
      };
      const composition = compose === undefined ? byDefault() : compose;
      requireComposition(composition, frame);
      const observations = embed(xObs);
      const n = observations.shares.shape[0];
      // the faster sampler takes particles of a level for about Gaussian, as those of several observations are
      const others = n === 1 ? [corrector] : [...new Set([langevin(n), corrector])];
      const samplers = composition.isDiffused(n) ? [method.sampler] : others;
      const observed = { tensors, observations };
      const gaussians = {
        frame,
        known: model.closedForm.scaling(tensors.closedForm),
        pilots: async (draws: number): Promise<tf.Tensor3D> =>
          byRepetition(await drawRows(observations, draws, method.sampler, { seed: 0, progress: false }), draws),
      };
      const parts = { programs, frame, composition, gaussians, samplers, ascents, observed };
      const ofLaws = laws && { laws, underTraining: { composition: factorized(), sampler: method.sampler } };
      return scorePosterior({ ...parts, ...ofLaws });
    },
    drawEach: async (x, given) => {
      const byDefault = method.eachSampler ?? method.sampler;
      const { draws, sampler = byDefault, ...options } = objectOf('drawEach: options', given, '{ draws, seed }');
      requireNumber('drawEach: seed', options.seed, 'a finite number');
      requireCount('drawEach draws', draws);
      requireIndependent('drawEach sampler', sampler);
      if (law) return drawEachAlone(estimator, x, { ...options, draws, sampler: given.sampler });
      const observations = embed(x);
      try {
        const y = await drawRows(observations, draws, sampler, options);
        const theta = tf.tidy(() => frame.toParameters(y));
        y.dispose();
        return byRepetition(theta, draws);
      } finally {
        tf.dispose(observations);
      }
    },
    ...(!law && {
      logProbEach: async (x: Rows, theta: tf.Tensor3D, options?: LongWorkOptions) => {
        const observations = embed(x);
        const found = densityOfEach(programs.density, { tensors, observations }, theta, options);
        return found.finally(() => tf.dispose(observations));
      },
    }),
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: scoreArrays(tensors),
    }),
    dispose: () => {
      tf.dispose(tensors as tf.TensorContainerObject);
      programs.dispose();
    },
  };
  return describedEstimator(estimator, frame.dims);
}
